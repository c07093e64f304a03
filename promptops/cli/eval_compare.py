"""``promptops eval compare``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import project
from promptops.cli.eval_common import FORMATS


@click.command("compare")
@click.argument("before", metavar="RUN")
@click.argument("after", metavar="RUN")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(
    *, before: str, after: str, form: str, output: Path | None, ledger: Path | None
) -> None:
    r"""Compare two runs, the earlier one first: each version on each model with itself.

    A RUN is an id or its beginning, `last`, `last~1`, or a git revision at which it was made.

    \b
    eval compare last~1 last
    eval compare main HEAD --format markdown

    Only cases that both runs had with the same inputs count. Where the datasets are the same, the
    gate of the later run decides; where they differ, nothing is gated. Exit codes are those of
    `promptops eval`.
    """
    from promptops.cli.eval_common import exit_of, put, setting_of, stored
    from promptops.cli.eval_runs import parts_of_run
    from promptops.evals.comparing import compared_runs
    from promptops.evals.shown import shown

    here = project()
    with stored(here, ledger) as rows:
        setting = setting_of(here, rows)
        one, other = (shown(parts_of_run(here, rows, word), setting) for word in (before, after))
        found = compared_runs(one, other)
    put(found, form, output)
    raise SystemExit(exit_of(other.made.plan, found))
