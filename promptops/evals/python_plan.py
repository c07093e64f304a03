"""An eval in Python -> the plan that the same eval file has."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from inspect import getsourcefile, unwrap
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.evals.dataset.opening import GIVEN
from promptops.evals.plan_file import FOLDER, planned
from promptops.evals.python_data import Python
from promptops.evals.python_parts import exact
from promptops.evals.python_scorer import Scorer
from promptops.scorers.code import module_name, named

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.evals.plan import EvalPlan
    from promptops.evals.python import Entry, Eval
    from promptops.shape import Wrong

ROWS: Final = f"{GIVEN}cases"
TRAINED: Final = f"{GIVEN}train"
_ANY_PATH: Final = "cases.jsonl"  # one that an eval file may have


def plan_of(made: Eval, root: Path) -> EvalPlan:
    """Return the plan of an eval, whose files lie below a root.

    Raises:
        ConfigError: Something in it is wrong; all of it is listed.
    """
    name = made.name or made.prompt
    below = (PurePosixPath(FOLDER) / name).parent.as_posix()
    folder = root / below
    data = {**dict(made.keys()), "dataset": _dataset(made)}
    data["scorers"] = [_entry(one, folder) for one in made.scorers]
    wrong: list[Wrong] = []
    plan = planned(data, (name, below), root, wrong)
    if plan is None:
        raise ConfigError(f"Eval {name!r}: {'; '.join(map(str, wrong))}")
    cases = made.cases()
    path = plan.dataset.path if isinstance(cases.source, str) else ROWS
    train = plan.dataset.train if isinstance(cases.train, str | None) else TRAINED
    return replace(plan, dataset=replace(plan.dataset, path=path, train=train))


def _dataset(made: Eval) -> dict[str, Any]:
    cases = made.cases()
    keys = {
        "path": cases.source if isinstance(cases.source, str) else _ANY_PATH,
        "id": cases.id,
        "inputs": exact(cases.inputs),
        "expected": cases.expected,
        "cluster": cases.cluster,
        "slice": exact(cases.slice),
        "train": cases.train if isinstance(cases.train, str | None) else _ANY_PATH,
    }
    return {key: value for key, value in keys.items() if value is not None}


def _entry(one: Entry, folder: Path) -> Any:
    if isinstance(one, Python) and callable(one.function):
        one = replace(one, function=_reference(one.function, folder))
    return exact(one.written() if isinstance(one, Scorer) else one)


def _reference(function: Callable[..., Any], folder: Path) -> str:
    """Return what names a function in an eval file, and have it found in its module.

    Raises:
        ConfigError: It stands in no file, or inside of another function.
    """
    inner = unwrap(function)
    module = sys.modules.get(getattr(inner, "__module__", ""))
    name = getattr(inner, "__name__", "")
    try:
        file = getsourcefile(inner)
    except TypeError:
        file = None
    if file is None or not Path(file).is_file() or getattr(module, name, None) is not function:
        told = f"{name or function!r} is no function at the top of a file"
        raise ConfigError(f"scorers: {told}: write it in one, or name it as FILE.py:FUNCTION")
    below = os.path.relpath(Path(file).resolve(), folder.resolve())
    reference = f"{Path(below).as_posix()}:{name}"
    # The module is loaded: to run its file again would run this eval again.
    sys.modules.setdefault(module_name(named(reference, folder)), sys.modules[inner.__module__])
    return reference
