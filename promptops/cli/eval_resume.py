"""``promptops eval resume``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import project
from promptops.cli.eval_common import FORMATS


@click.command("resume")
@click.argument("run", metavar="RUN")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--budget", metavar="USD",
              help="Spend at most so many dollars, those before included.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--yes", "-y", "sure", is_flag=True,
              help="Send it without being asked, whatever it may cost.")  # fmt: skip
def command(
    *,
    run: str,
    form: str,
    output: Path | None,
    budget: str | None,
    ledger: Path | None,
    sure: bool,
) -> None:
    r"""Go on with a run that was stopped or killed.

    RUN is an id or the beginning of one, `last`, `last~1`, or a git revision at which it was made.

    \b
    eval resume last
    eval resume 019ab42c7f01 --budget 2.50

    What was answered is not asked again; calls that were under way when the run was killed may have
    been paid, and stay in its budget. Where the eval, its cases or a prompt has changed since, that
    is said, and another run begins. Exit codes are those of `promptops eval`.
    """
    import asyncio

    from promptops.cli.eval_attended import Attended
    from promptops.cli.eval_common import exit_of, opened, part_of, put, setting_of
    from promptops.cli.eval_runs import plan_again, run_of
    from promptops.evals.running import carried_out

    here = project()
    found = run_of(here, ledger, run)
    plan = plan_again(here, found, budget)
    attended = Attended(sure=sure)
    with opened(here, ledger, plan) as rows, attended.shown():
        setting = setting_of(here, rows, part=part_of(found.shard))
        told = asyncio.run(carried_out(plan, setting, attended.way(run=found)))
    put(told, form, output)
    number = attended.interruption.number
    raise SystemExit(128 + number if number else exit_of(plan, told))
