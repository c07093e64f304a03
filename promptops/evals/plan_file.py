"""An eval file -> the plan that it writes, with every problem and its line; and its JSON Schema."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError, PromptopsError, nearest
from promptops.evals.plan import EvalPlan
from promptops.evals.plan_file_lines import read_lined
from promptops.evals.plan_file_scorers import scorers_schema, spec_of
from promptops.evals.plan_file_shapes import PLAN
from promptops.shape import Wrong
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.templates.files import Files

FOLDER: Final = "evals"
_NEEDED: Final = ("prompt", "dataset", "scorers")
TOTAL: Final = "total"  # the weighted mean of all scorers, which a gate may name


def read_plan(files: Files, path: str) -> EvalPlan:
    """Return the plan of an eval file at a path below the root.

    Raises:
        ConfigError: There is none, or something in it is wrong; all of it is listed by line.
    """
    data = files.read(path)
    if data is None:
        raise ConfigError(f"{path}: there is no such eval file")
    return parse_plan(data, path, files.root if isinstance(files, Folder) else None)


def parse_plan(data: bytes, path: str, root: Path | None = None) -> EvalPlan:
    """Return the plan that an eval file's bytes write; the path gives it its name and folder.

    Files that scorers name are looked up in that folder below the root, or below the current one.

    Raises:
        ConfigError: Something in it is wrong; all of it is listed by line.
    """
    lined = read_lined(data, path)
    at = PurePosixPath(path)
    name = at.with_suffix("").as_posix().removeprefix(f"{FOLDER}/")
    folder = "" if at.parent == PurePosixPath() else at.parent.as_posix()
    wrong: list[Wrong] = []
    plan = planned(lined.data, (name, folder), root or Path(), wrong)
    lined.refuse(wrong)
    assert plan is not None  # noqa: S101 - nothing was wrong
    return plan


def is_eval(path: str, files: Files) -> bool:
    """Return whether a file looks like an eval's, and not like data in YAML."""
    if not path.endswith((".yaml", ".yml")):
        return False
    try:
        found = read_lined(files.read(path) or b"", path).data
    except PromptopsError:
        return True  # who reads it as an eval tells what is wrong
    return isinstance(found, dict) and not found.keys().isdisjoint(_NEEDED)


def planned(data: Any, at: tuple[str, str], root: Path, wrong: list[Wrong]) -> EvalPlan | None:
    """Return the plan of an eval file's data, or None and what is wrong.

    ``at`` is the eval's name, and its folder below the root.
    """
    from promptops.scorers.parse import parse_scorers

    keys = PLAN.shape(data, (), wrong)
    if wrong:
        return None
    name, folder = at
    found = parse_scorers(data["scorers"], ("scorers",), wrong, folder=root / folder)
    if wrong:
        return None
    scorers = tuple(map(spec_of, found))
    plan = EvalPlan(name=name, folder=folder, **{**keys, "scorers": scorers})
    wrong += _at_odds(plan, keys)
    return None if wrong else plan


def schema() -> dict[str, Any]:
    """Return the JSON Schema of eval files."""
    keys = PLAN.schema["properties"]
    scorers = {**scorers_schema(), "description": keys["scorers"]["description"]}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "An eval file of promptops",
        "description": "What is compared, over which cases, and what has to be shown.",
        **PLAN.schema,
        "properties": {**keys, "scorers": scorers},
    }


def _at_odds(plan: EvalPlan, keys: dict[str, Any]) -> Iterator[Wrong]:
    """Yield what is wrong between keys that are right one by one."""
    names = [one.name for one in plan.scorers]
    for at, scorer in enumerate(plan.scorers):
        where = scorer.options.get("where")
        for column in where if isinstance(where, dict) else ():
            if column not in plan.dataset.slice:
                told = f"{column!r} is not in dataset.slice{nearest(column, plan.dataset.slice)}"
                yield Wrong(("scorers", at, scorer.kind, "where", column), told)
    usd, judge_usd = plan.budget.usd, plan.budget.judge_usd
    if usd is not None and judge_usd is not None and judge_usd > usd:
        yield Wrong(("budget", "judge_usd"), f"{judge_usd} is more than the whole budget of {usd}")
    if "gate" in keys:
        yield from _gate(plan, names)


def _gate(plan: EvalPlan, names: list[str]) -> Iterator[Wrong]:
    gate = plan.gate
    assert gate is not None  # noqa: S101 - asked of a plan that has one
    if gate.metric not in (*names, TOTAL):
        told = f"no scorer is called {gate.metric!r}{nearest(gate.metric, names)}"
        yield Wrong(("gate", "metric"), told)
    for metric in gate.also:
        if metric == gate.metric or metric not in (*names, TOTAL):
            told = f"no other scorer is called {metric!r}{nearest(metric, names)}"
            yield Wrong(("gate", "also", metric), told)
    margins: dict[tuple[str, ...], Decimal] = {("gate", "margin"): gate.margin}
    margins |= {("gate", "also", metric): margin for metric, margin in gate.also.items()}
    for where, margin in margins.items():
        if margin == Decimal(0) and gate.test != "superiority":
            yield Wrong(where, f"must be above 0 for {gate.test}")
    if gate.stop is not None and gate.looks > 1:
        yield Wrong(("gate", "looks"), "an e-process may be looked at all the time: drop looks")
    if len(plan.versions) * max(len(plan.models), 1) == 1:
        yield Wrong(("gate",), "compares a candidate: name a second version or model")
