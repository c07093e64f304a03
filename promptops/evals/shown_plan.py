"""The plan of a run, from its row; of its eval file too, while that says the same."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import PromptopsError
from promptops.evals.plan import EvalPlan, ScorerSpec
from promptops.evals.plan_file import read_plan
from promptops.scorers.parse import parse_scorers
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.evals.prepared import Setting
    from promptops.ledger.rows import Run
    from promptops.shape import Wrong

SUFFIXES: Final = (".yaml", ".yml", ".json")
_NUMBER: Final = re.compile(r"-?[0-9]{1,40}(?:\.[0-9]{1,40})?\Z")


def plan_of(run: Run, setting: Setting) -> EvalPlan:
    """Return the plan of a run."""
    made = plan_in(run)
    folder = setting.root / made.folder
    for suffix in SUFFIXES:
        try:
            plan = read_plan(Folder(setting.root), f"{stem(made)}{suffix}")
        except PromptopsError:
            continue
        if replace(plan, budget=made.budget).sha256 == run.eval_sha256:
            return replace(plan, budget=made.budget)
    return replace(made, scorers=tuple(_exact(one, folder) for one in made.scorers))


def stem(plan: EvalPlan) -> str:
    """Return the path of a plan's eval file below the root, without its suffix."""
    name = plan.name.rpartition("/")[2]
    return f"{plan.folder}/{name}" if plan.folder else name


def plan_in(run: Run) -> EvalPlan:
    """Return the plan that a run's row holds, the numbers in its scorers' options as text."""
    from pydantic import TypeAdapter

    return TypeAdapter(EvalPlan).validate_json(run.plan)


def _exact(scorer: ScorerSpec, folder: Path) -> ScorerSpec:
    """Return a scorer whose numbers are numbers again, where they must be: rows hold them as text.

    Its options were checked when the run began.
    """
    wrong: list[Wrong] = []
    parse_scorers([{scorer.kind: dict(scorer.options)}], ("scorers",), wrong, folder=folder)
    if not wrong:
        return scorer
    options = {key: _number(value) for key, value in scorer.options.items()}
    return ScorerSpec(scorer.kind, options)


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) and _NUMBER.match(value) else value
