"""``promptops eval all``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, deliver, project
from promptops.errors import PromptopsError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from decimal import Decimal

    from promptops.cli.eval_attended import Attended
    from promptops.config import Project
    from promptops.evals.plan import EvalPlan
    from promptops.evals.together import Done, Together

_WORST_FIRST: Final = (2, 1, 3, 0)
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.command("all")
@click.argument("files", nargs=-1, metavar="[FILE]...")
@click.option("--changed", metavar="RANGE",
              help="Only evals that read a file which changed in main...HEAD.")  # fmt: skip
@click.option("--budget", metavar="USD", help="Spend at most so many dollars on all of them.")
@click.option("--fresh", is_flag=True, help="Use no answer of an earlier run again.")
@click.option("--yes", "-y", "sure", is_flag=True,
              help="Send it without being asked, whatever it may cost.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text",
              show_default=True, help="How to print the reports.")  # fmt: skip
@click.option("--output", metavar="FILE", type=_FILE, help="Write the reports to a file.")
@click.option("--ledger", metavar="FILE", type=_FILE,
              help="Where calls are written down.  [default: .promptops/ledger.db]")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *,
    files: tuple[str, ...],
    changed: str | None,
    budget: str | None,
    fresh: bool,
    sure: bool,
    form: str,
    output: Path | None,
    ledger: Path | None,
) -> None:
    """Run several evals one after the other: those of FILE, else all below evals/.

    \b
    eval all --changed origin/main...HEAD --budget 2
    eval all evals/support/triage.yaml evals/search/query_rewrite.yaml

    With --changed an eval runs if something that it reads differs from the base of the range: its
    own file, its cases, its functions, the prompt, what the prompt includes, or labels.yaml where
    it compares labels. One that cannot be run does not stop the others.

    Exit codes: the worst of all. 2 a file is wrong, 1 failed, 3 it takes more cases to say or
    prices are unknown, 0 passed, nothing is gated or nothing changed; 130 interrupted, 143
    terminated.
    """  # noqa: D301 - \b is click's
    from promptops.cli.eval_all_changed import Changes
    from promptops.cli.eval_attended import Attended
    from promptops.cli.eval_common import dollars_of

    here = project()
    left = None if budget is None else dollars_of(budget)
    paths = _paths(here, files)
    changes = None if changed is None else Changes.of(here, changed)
    attended = Attended(sure=sure)
    done, unchanged, codes = [], [], []
    for path in paths:
        try:
            plan = _plan(here, path)
            if changes is not None and not changes.touch(path, plan):
                unchanged.append(path)
                continue
            one, code = _run(here, path, _within(plan, left), ledger, attended, fresh=fresh)
        except PromptopsError as error:
            one, code = _broken(path, error), error.exit_code
        done.append(one)
        codes.append(code)
        left = _rest(left, one)
        if attended.interruption.number:
            break
    found = _together(done, unchanged, changed, changes.commit if changes else None, budget)
    _put(found, form, output)
    if attended.interruption.number:
        raise SystemExit(128 + attended.interruption.number)
    raise SystemExit(next((code for code in _WORST_FIRST if code in codes), 0))


def _paths(here: Project, files: Sequence[str]) -> list[str]:
    """Return the eval files that are named, or all, by their paths below the root."""
    from promptops.evals.plan_file import FOLDER, is_eval
    from promptops.templates.files import Folder

    if files:
        return [_below(here, file) for file in files]
    there = Folder(here.root)
    found = [path for path in there.paths(FOLDER) if is_eval(path, there)]
    if not found:
        raise UsageError(f"there is no eval file below {FOLDER}/: name one")
    return found


def _below(here: Project, file: str) -> str:
    try:
        return Path(file).resolve().relative_to(here.root.resolve()).as_posix()
    except ValueError:
        raise UsageError(f"{file}: is not below the project's root {here.root}") from None


def _plan(here: Project, path: str) -> EvalPlan:
    from promptops.evals.plan_file import read_plan
    from promptops.templates.files import Folder

    return read_plan(Folder(here.root), path)


def _within(plan: EvalPlan, left: Decimal | None) -> EvalPlan:
    """Return a plan that spends no more than is left for all."""
    from dataclasses import replace

    own = plan.budget.usd
    if left is None or (own is not None and own <= left):
        return plan
    judges = plan.budget.judge_usd
    capped = None if judges is None else min(judges, left)
    return replace(plan, budget=replace(plan.budget, usd=left, judge_usd=capped))


def _run(
    here: Project, path: str, plan: EvalPlan, ledger: Path | None, attended: Attended,
    *, fresh: bool,
) -> tuple[Done, int]:  # fmt: skip
    import asyncio

    from promptops.cli.eval_common import exit_of, opened, setting_of
    from promptops.evals.running import carried_out
    from promptops.evals.together import Done

    click.echo(f"promptops: {one_line(path)}", err=True)
    with opened(here, ledger, plan) as rows, attended.shown():
        setting = setting_of(here, rows, fresh=fresh)
        found = asyncio.run(carried_out(plan, setting, attended.way()))
    return Done(path, found), exit_of(plan, found)


def _broken(path: str, error: PromptopsError) -> Done:
    from promptops.evals.together import Done

    click.echo(f"promptops: {one_line(str(error))}", err=True)
    return Done(path, error=one_line(str(error)))


def _rest(left: Decimal | None, one: Done) -> Decimal | None:
    """Return what is left after an eval; what it may have paid is gone, too."""
    from decimal import Decimal

    if left is None or one.report is None:
        return left
    spent = one.report.spent
    if spent.now is None:  # a budget refuses what has no price, so this cannot have been much
        return Decimal(0)
    return max(Decimal(0), left - spent.now - (spent.possible or Decimal(0)))


def _together(
    done: list[Done], unchanged: list[str], changed: str | None, commit: str | None,
    budget: str | None,
) -> Together:  # fmt: skip
    from datetime import UTC, datetime

    from promptops.cli.eval_common import dollars_of
    from promptops.evals.together import Together

    now = datetime.now(UTC).replace(microsecond=0).isoformat()
    limit = None if budget is None else dollars_of(budget)
    return Together(now, tuple(done), changed, tuple(unchanged), commit, limit)


def _put(found: Together, form: str, output: Path | None) -> None:
    from importlib import import_module

    made = import_module(f"promptops.reporters.evals_{form}").report(found)
    text = as_json(made) if form == "json" else made
    deliver(text, output)
