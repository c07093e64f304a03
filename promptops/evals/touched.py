"""Which files an eval reads, as far as its file names them."""

from __future__ import annotations

import re
from posixpath import normpath
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.plan import EvalPlan

_CODE: Final = re.compile(r"(?:baseline:)?([^:\x00-\x1f]+\.py):[^:]+(?::.*)?\Z")
_FILE: Final = re.compile(r"[^:\x00-\x1f]+\.[A-Za-z0-9]+\Z")


def named_files(plan: EvalPlan) -> frozenset[str]:
    """Return the paths below the root of what a plan names: cases, answers, functions, schemas.

    A text that only looks like a path is among them: no file has its name.
    """
    dataset, run = plan.dataset, plan.run
    texts = [dataset.path, dataset.train, run.cassette, *plan.models, *plan.baselines]
    texts += _texts([one.options for one in plan.scorers])
    found = {path for text in texts if text for path in _paths(text, plan.folder)}
    # A trace is named below the project's root.
    found |= {path for text in _texts(plan.traffic) for path in _paths(text, "")}
    return frozenset(found)


def _paths(text: str, folder: str) -> Iterator[str]:
    code = _CODE.match(text)
    path = code[1] if code else text if _FILE.match(text) else None
    if path is not None:
        yield normpath(f"{folder}/{path}" if folder else path)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in value.values():
            yield from _texts(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _texts(one)
