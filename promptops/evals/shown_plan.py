"""The plan of a run, from its row; of its eval file too, while that says the same."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import PromptopsError
from promptops.evals.plan import EvalPlan, ScorerSpec
from promptops.evals.plan_file import read_plan
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from promptops.evals.prepared import Setting
    from promptops.ledger.rows import Run

SUFFIXES: Final = (".yaml", ".yml", ".json")
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?\Z")


def plan_of(run: Run, setting: Setting) -> EvalPlan:
    """Return the plan of a run."""
    made = plan_in(run)
    for suffix in SUFFIXES:
        try:
            plan = read_plan(Folder(setting.root), f"{stem(made)}{suffix}")
        except PromptopsError:
            continue
        if replace(plan, budget=made.budget).sha256 == run.eval_sha256:
            return replace(plan, budget=made.budget)
    return made


def stem(plan: EvalPlan) -> str:
    """Return the path of a plan's eval file below the root, without its suffix."""
    name = plan.name.rpartition("/")[2]
    return f"{plan.folder}/{name}" if plan.folder else name


def plan_in(run: Run) -> EvalPlan:
    """Return the plan that a run's row holds."""
    from pydantic import TypeAdapter

    made = TypeAdapter(EvalPlan).validate_json(run.plan)
    return replace(made, scorers=tuple(map(_exact, made.scorers)))


def _exact(scorer: ScorerSpec) -> ScorerSpec:
    """Return a scorer whose numbers are numbers again: rows hold them as text."""
    options = {key: _number(value) for key, value in scorer.options.items()}
    return ScorerSpec(scorer.kind, options)


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) and _NUMBER.match(value) else value
