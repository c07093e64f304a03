"""``promptops eval export``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import deliver, project
from promptops.errors import UsageError


@click.command("export")
@click.argument("run", metavar="RUN")
@click.option("--format", "form", type=click.Choice(("jsonl", "csv", "parquet")), default="jsonl",
              show_default=True, help="How to write the rows.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write to a file; Parquet goes nowhere else.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(*, run: str, form: str, output: Path | None, ledger: Path | None) -> None:
    r"""Write a run's items as rows: a case for a version and a model, what it answered and scored.

    RUN is an id or the beginning of one, `last`, `last~1`, or a git revision at which it was made.

    \b
    eval export last --format csv --output triage.csv
    eval export last --format parquet --output triage.parquet

    Parquet needs promptops-toolkit[parquet]. Cells of CSV that a spreadsheet would take for
    formulas begin with an apostrophe.
    """
    from promptops.cli.eval_common import setting_of, stored, written
    from promptops.cli.eval_runs import parts_of_run
    from promptops.evals.shown import shown

    if form == "parquet" and output is None:
        raise UsageError("eval export: Parquet is no text: name a file with --output")
    here = project()
    with stored(here, ledger) as rows:
        found = shown(parts_of_run(here, rows, run), setting_of(here, rows)).report
    if form == "parquet":
        from promptops.reporters.eval_parquet import write

        assert output is not None  # noqa: S101 - refused above
        write(found, output)
        return
    deliver(written(found, form), output)
