"""Runs as the commands of ``promptops eval`` are told of them."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Final

from promptops.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.config import Project
    from promptops.evals.plan import EvalPlan
    from promptops.ledger.rows import Run

_SUFFIXES: Final = (".yaml", ".yml", ".json")


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


def plan_again(here: Project, run: Run, budget: str | None) -> EvalPlan:
    """Return the plan of a run's eval file as it stands, with the run's budget or another.

    Raises:
        UsageError: The file is not there.
        ConfigError: Something in it is wrong.
    """
    from promptops.cli.eval_common import plan_of

    before = json.loads(run.plan)
    plan = plan_of(here, str(here.root / _file(here, before)), budget)
    usd = before["budget"]["usd"]
    if budget is not None or usd is None:
        return plan
    return replace(plan, budget=replace(plan.budget, usd=Decimal(usd)))


def _file(here: Project, plan: dict[str, str]) -> str:
    name = f"{plan['folder']}/{plan['name'].rpartition('/')[2]}".lstrip("/")
    for suffix in _SUFFIXES:
        if (here.root / f"{name}{suffix}").is_file():
            return f"{name}{suffix}"
    told = "its eval was made in Python, or its file is gone"
    raise UsageError(f"there is no {name}.yaml: {told}; `promptops eval show` still shows the run")
