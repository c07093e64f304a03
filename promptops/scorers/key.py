"""The key of a scorer: equal keys score equal answers equally."""

from __future__ import annotations

import json
import sys
from functools import cache
from hashlib import sha256
from inspect import getsource
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from types import ModuleType

    from promptops.scorers.kind import Kind
    from promptops.scorers.scorer import Scorer

_PACKAGE: Final = "promptops.scorers"
# Options that say nothing of what a judge says of an answer once.
_ELSEWHERE: Final = frozenset({"calibrate", "repeats"})


def scorer_key(scorer: Scorer, judged_by: str = "") -> str:
    """Return the SHA-256 of what decides a score beside the case and the answer, as hex.

    That is the kind, its options (what they only name as its own hash), whether it is inverted,
    what it reads and the code; ``judged_by`` is the closure of a judge's prompt and its models.
    The scorer's own name, its weight and its slice say nothing of a score, so a runner keeps no
    score of a case to which the scorer does not apply.
    """
    content = {
        "kind": scorer.kind.name,
        "options": {k: v for k, v in scorer.options.items() if k not in _ELSEWHERE},
        "inverted": scorer.inverted,
        "reads": scorer.reads,
        "code": code_hash(scorer.kind),
        "named": "" if scorer.stamp is None else scorer.stamp(),
        "judge": judged_by,
    }
    written = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return sha256(written.encode()).hexdigest()


def code_hash(kind: Kind) -> str:
    """Return the hash of a kind's code and of what it uses of this package, data included."""
    if kind.stamp is not None:
        return kind.stamp()
    return _hash_of(kind.function.__module__)


@cache
def _hash_of(name: str) -> str:
    found: dict[str, ModuleType] = {}
    _reach(sys.modules[name], found)
    digest = sha256()
    for key in sorted(found):
        digest.update(f"{key}\n{getsource(found[key])}\n".encode())
    data = getattr(sys.modules[name], "DATA", ()) if name.startswith(_PACKAGE) else ()
    if data:
        from importlib import resources

        for name_of_data in data:
            digest.update(resources.files(_PACKAGE).joinpath("data", name_of_data).read_bytes())
    return digest.hexdigest()


def _reach(module: ModuleType, found: dict[str, Any]) -> None:
    """Add a module and the modules of this package whose functions and classes it names."""
    found[module.__name__] = module
    for value in vars(module).values():
        home = getattr(value, "__module__", None)
        if isinstance(home, str) and home.startswith(_PACKAGE) and home not in found:
            _reach(sys.modules[home], found)
