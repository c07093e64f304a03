"""Whether a sentence says again what an earlier one said in nearly the same words."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from promptops.lint.wording.patterns import EAST, pattern

if TYPE_CHECKING:
    from collections.abc import Iterable


_LATIN = r"[^\W_]+(?:['’][^\W_]+)?"
_MIXED = rf"[{EAST}]|[^\W_{EAST}]+(?:['’][^\W_{EAST}]+)?|\ufffc"
_ALIKE = 0.7
_READ = 400  # characters of a sentence that are compared
_BUCKET = 8  # sentences kept a word pair: 100,000 alike bullets must not meet each other
# Sentences that differ in one of these differ in meaning, however many words they share.
_TELLING = frozenset(
    """
    not no never without don't cannot can't least most more fewer less first second third last only
    all any each before after above below minimum maximum nicht kein keine 不 勿 禁 多 少
    """.split()
)


class Seen:
    """The sentences so far."""

    def __init__(self) -> None:
        self._exact: set[str] = set()
        self._first: dict[frozenset[str], str] = {}
        self._alike: dict[frozenset[str], _Alike] = {}

    def is_new(self, sentence: str) -> bool:
        """Remember a sentence and return whether none so far says nearly the same."""
        read = sentence[:_READ].lower().replace("’", "'")
        found = pattern(_LATIN if read.isascii() else _MIXED).findall(read)
        said = " ".join(found)
        if said in self._exact:
            return False
        self._exact.add(said)
        telling = _TELLING.intersection(found).union(filter(str.isdigit, found))
        first = self._first.setdefault(telling, said)
        if first is said:
            return True
        if telling not in self._alike:
            self._alike[telling] = _Alike()
            self._alike[telling].is_new(_pairs(first.split(" ")))
        return self._alike[telling].is_new(_pairs(found))


def _pairs(said: list[str]) -> frozenset[str]:
    return frozenset(map(" ".join, pairwise(said)))


class _Alike:
    """Sentences with the same telling words, as their pairs of words."""

    def __init__(self) -> None:
        self._every: list[frozenset[str]] = []
        self._buckets: dict[str, list[int]] = {}

    def is_new(self, pairs: frozenset[str]) -> bool:
        size = len(pairs)
        for index in self._near(pairs):
            other = self._every[index]
            shared = len(pairs & other)
            if shared >= _ALIKE * (size + len(other) - shared):
                return False
        self._every.append(pairs)
        if len(self._every) == _BUCKET + 1:
            for index, other in enumerate(self._every):
                self._index(index, other)
        elif self._buckets:
            self._index(len(self._every) - 1, pairs)
        return True

    def _near(self, pairs: frozenset[str]) -> Iterable[int]:
        if len(self._every) <= _BUCKET:
            return range(len(self._every))
        buckets = self._buckets
        return {index for pair in pairs if pair in buckets for index in buckets[pair]}

    def _index(self, number: int, pairs: frozenset[str]) -> None:
        for pair in pairs:
            bucket = self._buckets.get(pair)
            if bucket is None:
                self._buckets[pair] = [number]
            elif len(bucket) < _BUCKET:
                bucket.append(number)
