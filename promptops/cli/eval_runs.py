"""Runs as the commands of ``promptops eval`` are told of them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from promptops.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.config import Project
    from promptops.evals.plan import EvalPlan
    from promptops.ledger import Ledger
    from promptops.ledger.rows import Run


def run_of(here: Project, ledger: Path | None, word: str) -> Run:
    """Return the run that a word means.

    Raises:
        UsageError: It means none, or several.
    """
    from promptops.cli.eval_common import stored
    from promptops.evals.runs import named
    from promptops.git.state import resolved

    with stored(here, ledger) as rows:
        return named(rows.runs(), word, partial(resolved, here.root))


def parts_of_run(here: Project, rows: Ledger, word: str) -> tuple[Run, ...]:
    """Return the run that a word means, with the other parts of it; raises ``UsageError``."""
    from promptops.evals.runs import named, whole
    from promptops.git.state import resolved

    runs = rows.runs()
    return whole(runs, named(runs, word, partial(resolved, here.root)))


def plan_again(here: Project, run: Run, budget: str | None) -> EvalPlan:
    """Return the plan of a run's eval file as it stands, with the run's budget or another.

    Raises:
        UsageError: The file is not there.
        ConfigError: Something in it is wrong.
    """
    from promptops.cli.eval_common import plan_of
    from promptops.evals.shown_plan import SUFFIXES, plan_in, stem

    before = plan_in(run)
    name = stem(before)
    found = [suffix for suffix in SUFFIXES if (here.root / f"{name}{suffix}").is_file()]
    if not found:
        told = "its eval was a sweep (the same command goes on) or of Python, or its file is gone"
        raise UsageError(f"there is no {name}.yaml: {told}; `promptops eval show` shows the run")
    plan = plan_of(here, str(here.root / f"{name}{found[0]}"), budget)
    usd = before.budget.usd
    if budget is not None or usd is None:
        return plan
    return replace(plan, budget=replace(plan.budget, usd=usd))
