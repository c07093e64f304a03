"""Whether a sentence says again what an earlier one said in nearly the same words."""

from __future__ import annotations

from itertools import pairwise

from promptops.lint.wording.patterns import EAST, pattern

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
        self._exact: set[tuple[str, ...]] = set()
        self._pairs: list[tuple[frozenset[tuple[str, str]], frozenset[str]]] = []
        self._buckets: dict[tuple[str, str], list[int]] = {}

    def is_new(self, sentence: str) -> bool:
        """Remember a sentence and return whether none so far says nearly the same."""
        read = sentence[:_READ].lower().replace("’", "'")
        said = tuple(pattern(_LATIN if read.isascii() else _MIXED).findall(read))
        if said in self._exact:
            return False
        self._exact.add(said)
        pairs = frozenset(pairwise(said))
        telling = frozenset(word for word in said if word in _TELLING or word.isdigit())
        if any(self._alike(index, pairs, telling) for index in self._near(pairs)):
            return False
        number = len(self._pairs)
        self._pairs.append((pairs, telling))
        for pair in pairs:
            bucket = self._buckets.setdefault(pair, [])
            if len(bucket) < _BUCKET:
                bucket.append(number)
        return True

    def _near(self, pairs: frozenset[tuple[str, str]]) -> set[int]:
        return {index for pair in pairs for index in self._buckets.get(pair, ())}

    def _alike(
        self, index: int, pairs: frozenset[tuple[str, str]], telling: frozenset[str]
    ) -> bool:
        others, told = self._pairs[index]
        return told == telling and len(pairs & others) >= _ALIKE * len(pairs | others)
