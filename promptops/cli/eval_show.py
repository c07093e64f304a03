"""``promptops eval show``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import as_json, emit, project
from promptops.cli.eval_common import FORMATS
from promptops.errors import UsageError


@click.command("show")
@click.argument("run", required=False, metavar="[RUN]")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(*, run: str | None, form: str, output: Path | None, ledger: Path | None) -> None:
    r"""Show a run again in any format, or list the runs.

    RUN is an id or the beginning of one, `last`, `last~1`, or a git revision at which it was made.
    A run that was carried out in parts is shown as one, of all parts that the ledger holds.

    \b
    eval show
    eval show last --format html --output triage.html

    Nobody is called. Answers and scores are those of the run; costs in production are worked out
    of its tokens and the prices of now. What cannot be shown, as a prompt or a dataset has changed,
    is said.
    """
    from promptops.cli.eval_common import put, setting_of, stored

    here = project()
    if run is None:
        if form not in {"text", "json"}:
            raise UsageError(f"eval show: runs are listed as text or json, not as {form}: name one")
        from promptops.evals.listed import listed
        from promptops.reporters.eval_runs import as_data, as_text

        with stored(here, ledger) as rows:
            runs = listed(rows)
        emit(as_json(as_data(runs)) if form == "json" else as_text(runs))
        return
    from promptops.cli.eval_runs import parts_of_run
    from promptops.evals.shown import shown

    with stored(here, ledger) as rows:
        found = shown(parts_of_run(here, rows, run), setting_of(here, rows)).report
    put(found, form, output)
