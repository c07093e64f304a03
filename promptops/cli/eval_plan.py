"""``promptops eval plan``."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import as_json, emit, project

if TYPE_CHECKING:
    from promptops.evals.foretold_values import Foretold
    from promptops.evals.prepared import Prepared


@click.command("plan")
@click.argument("file", metavar="FILE")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How to print it.")  # fmt: skip
@click.option("--fresh", is_flag=True, help="Foresee a run that uses no earlier answer.")
@click.option("--budget", metavar="USD", help="Foresee a run that spends at most so many dollars.")
@click.option("--shard", metavar="I/N", help="Foresee a part of the cases: 1/4 is the first.")
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls were written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(
    *, file: str, form: str, fresh: bool, budget: str | None, shard: str | None, ledger: Path | None
) -> None:
    """Say what a run would ask, cost, take and be able to show; nothing is sent.

    \b
    eval plan evals/support/triage.yaml

    Every figure says how it was got; what is not known is a word, never $0. The most that it can
    cost is what the run sets aside for its first attempts.

    Exit codes: 0 fine, 2 the call or a file is wrong, 3 there is a budget and no price.
    """  # noqa: D301 - \b is click's
    from promptops.cli.eval_common import part_of, plan_of, setting_of, stored
    from promptops.evals.prepared import prepare

    here = project()
    plan = plan_of(here, file, budget)
    with stored(here, ledger) as rows:
        setting = setting_of(here, rows, fresh=fresh, part=part_of(shard))
        found = _foretold(prepare(plan, setting))
    if form == "json":
        from promptops.reporters import eval_plan_json

        emit(as_json(eval_plan_json.report(found)))
    else:
        from promptops.reporters import eval_plan_text

        emit(eval_plan_text.report(found))


def _foretold(made: Prepared) -> Foretold:
    """Return what a run would do: of one that a look has decided, what it would do begun anew."""
    import asyncio

    from promptops.evals.foretold import foretell
    from promptops.evals.resuming import unfinished
    from promptops.evals.settled import ended_told, settled

    run = None if made.setting.fresh else unfinished(made, time.time())
    ended = None if run is None else asyncio.run(settled(made, run))
    if run is None or ended is None:
        return foretell(made)
    found = foretell(replace(made, setting=replace(made.setting, fresh=True)))
    return replace(found, notes=(f"{ended_told(run, ended)}, which is foreseen here", *found.notes))
