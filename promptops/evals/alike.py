"""What answers have in common: by which hashes that is told, and how it is kept once."""

from __future__ import annotations

from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from promptops.ledger.rows import Answer, canonical

if TYPE_CHECKING:
    from collections.abc import Hashable

    from promptops.model.evaluation import Completion

_MOST: Final = 1_000  # values that later ones are compared with
_T = TypeVar("_T")


class Alike(Generic[_T]):
    """Values of which equal ones are kept once: most answers score as one of a few others does."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, _T] = {}

    def one(self, key: Hashable, value: _T) -> _T:
        """Return the first value of a key; where there were too many keys, the value itself."""
        found = self._kept.get(key)
        if found is not None:
            return found
        if len(self._kept) < _MOST:
            self._kept[key] = value
        return value


def expects(expected: Any) -> str:
    """Return the hash under which scores are kept of what a case expects.

    Of a comparison that is also the key of the incumbent's answer.
    """
    return _expects_text(expected) if type(expected) is str else _hash(expected)


def answer_hash(completion: Completion) -> str:
    """Return the hash of an answer."""
    return Answer.of(completion.text, completion.tool_calls).answer_sha256


@lru_cache(maxsize=_MOST)  # many cases expect the same label
def _expects_text(expected: str) -> str:
    return _hash(expected)


def _hash(value: Any) -> str:
    return sha256(canonical(value).encode()).hexdigest()
