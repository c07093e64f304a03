"""``promptops eval``."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from promptops.cli.common import as_json, emit, project
from promptops.cli.eval_common import FORMATS
from promptops.cli.parts import Part, WithParts
from promptops.errors import UsageError

# In the order of a run's life; a line each: word -> module of its command, what the help says.
_PARTS: Final[dict[str, Part]] = {
    "plan": Part("eval_plan", "Say what a run would ask, cost, take and be able to show."),
    "collect": Part("eval_collect", "Take home the batches of a run, and report."),
    "all": Part("eval_all", "Run several evals, or those that a change touches."),
    "sweep": Part("eval_sweep", "Find the cheapest value of a setting that is no worse."),
    "resume": Part("eval_resume", "Go on with a run that was stopped or killed."),
    "show": Part("eval_show", "Show a run again in any format, or list the runs."),
    "compare": Part("eval_compare", "Compare two runs over the cases that both had."),
    "merge": Part("eval_merge", "Put the parts of a run together, and show it whole."),
    "export": Part("eval_export", "Write a run's items as JSON lines, CSV or Parquet."),
    "probe": Part("eval_probe", "Ask a vendor whether its prompt cache does what the rules say."),
    "import": Part("eval_import", "Make an eval of promptfoo's files."),
}


@click.command("eval", cls=WithParts, parts=_PARTS)
@click.argument("file", required=False, metavar="[FILE]")
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the report.")  # fmt: skip
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write the report to a file.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Begin anew, and use no answer of an earlier run.")
@click.option("--budget", metavar="USD", help="Spend at most so many dollars.")
@click.option("--shard", metavar="I/N", help="Do a part of the cases: 1/4 is the first of four.")
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--executor", metavar="ADDRESS",
              help="Have a Dask cluster's workers make the calls: dask://HOST:PORT.")  # fmt: skip
@click.option("--yes", "-y", "sure", is_flag=True,
              help="Send it without being asked, whatever it may cost.")  # fmt: skip
@click.option(
    "--batch",
    is_flag=True,
    help="Send calls in their vendors' batches: half the price, up to a day.",
)
@click.option(
    "--no-wait",
    "leaves",
    is_flag=True,
    help="With --batch: end once the batches are sent; `eval collect` takes them home.",
)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of eval files.")
def command(  # noqa: PLR0913 - one for each option
    *,
    file: str | None,
    form: str,
    output: Path | None,
    fresh: bool,
    budget: str | None,
    shard: str | None,
    ledger: Path | None,
    executor: str | None,
    sure: bool,
    batch: bool,
    leaves: bool,
    schema: bool,
) -> None:
    """Compare versions of a prompt, on models and baselines, by quality and cost.

    \b
    eval evals/support/triage.yaml
    eval evals/support/triage.yaml --format html --output triage.html

    A run that calls vendors says first what it will ask and cost; on a terminal it asks you where
    that may be more than $1. A call is written down before it is sent and when it has ended; what
    was answered once is not paid for again. Ctrl-C ends with a report of what is done; the same
    command goes on with it.

    Exit codes: 0 passed or nothing is gated, 1 failed, 2 the call or a file is wrong or you said
    no, 3 it takes more cases to say or prices are unknown, 130 interrupted, 143 terminated.
    """  # noqa: D301 - \b is click's
    if schema:
        from promptops.evals.plan_file import schema as of_files

        emit(as_json(of_files()))
        return
    if file is None:
        raise UsageError("eval: name an eval file, such as evals/support/triage.yaml")
    if leaves and not batch:
        raise UsageError("eval: --no-wait goes with --batch")
    import asyncio

    from promptops.cli.eval_attended import Attended
    from promptops.cli.eval_collect import manner_of, said_of
    from promptops.cli.eval_common import (
        answering_of,
        exit_of,
        opened,
        part_of,
        plan_of,
        put,
        setting_of,
    )
    from promptops.evals.running import carried_out

    here = project()
    plan = plan_of(here, file, budget)
    part = part_of(shard)
    attended = Attended(sure=sure)
    with opened(here, ledger, plan) as rows, attended.shown():
        setting = setting_of(here, rows, fresh=fresh, part=part)
        batches = manner_of(plan, wait=not leaves) if batch else None
        way = attended.way(answering=answering_of(executor), batches=batches)
        found = asyncio.run(carried_out(plan, setting, way))
        away = said_of(rows, found.run.id)
    if away and leaves:
        return
    put(found, form, output)
    number = attended.interruption.number
    raise SystemExit(128 + number if number else exit_of(plan, found))
