"""A result that stays valid however often one looks: betting against a hypothesis.

A gambler who bets on "the difference is above the threshold", at odds that are fair if it is
exactly there, is expected to win nothing. Whoever turns 1 into 20 has been right, or was as lucky
as one in 20 ever is, whenever they stop (Ville 1939; Waudby-Smith and Ramdas 2024, JRSS B 86:1).
Several gamblers start with equal parts, each with a stake of its own, so that none has to be
chosen.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import accumulate, pairwise
from math import ceil, exp, inf, log
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.inference import Interval, both_sides

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_STAKES: Final = (0.9, 0.6, 0.4, 0.25, 0.15, 0.08, 0.04, 0.02, 0.01)
_LOOKS: Final = 200  # prefixes that are looked at; all of them up to so many units
_STEPS: Final = 24  # halvings of a bound: to 1e-7


@dataclass(frozen=True, slots=True)
class Betting:
    """An e-process over differences between -1 and 1, in the order in which they were drawn.

    Each is a unit of its own: a case, or the mean of a cluster.
    """

    ordered: tuple[float, ...]
    method: str = "e-process"

    @property
    def value(self) -> float:
        """The mean of the differences."""
        return sum(self.ordered) / len(self.ordered)

    def lower(self, confidence: float) -> float:
        """Return what the mean is above, at any time."""
        return _lower(self, confidence)

    def upper(self, confidence: float) -> float:
        """Return what the mean is below, at any time."""
        return _upper(self, confidence)

    def p_above(self, threshold: float) -> float:
        """Return 1 over the most that was ever won against "at most the threshold"."""
        return min(1.0, 1 / max(wealth(self.ordered, threshold)))

    def p_below(self, threshold: float) -> float:
        """Return 1 over the most that was ever won against "at least the threshold"."""
        return min(1.0, 1 / max(wealth([-one for one in self.ordered], -threshold)))

    def interval(self, confidence: float) -> Interval:
        """Return the interval between the bounds."""
        return both_sides(self, confidence)


# A verdict asks for the same bounds several times, and each takes as long as all else.
@lru_cache(maxsize=32)
def _lower(found: Betting, confidence: float) -> float:
    return _limit(confidence, found.p_above, -1.0, found.value)


@lru_cache(maxsize=32)
def _upper(found: Betting, confidence: float) -> float:
    return _limit(confidence, found.p_below, 1.0, found.value)


def _limit(confidence: float, p: Callable[[float], float], far: float, near: float) -> float:
    """Return the threshold, between a rejected end and the mean, where p is 1 - confidence."""
    for _ in range(_STEPS):
        middle = (far + near) / 2
        far, near = (middle, near) if p(middle) <= 1 - confidence else (far, middle)
    return far


def wealth(ordered: Sequence[float], threshold: float) -> list[float]:
    """Return what 1 has become at each look, betting that the mean is above the threshold.

    A stake u turns into u (1 + d)/(1 + threshold): the chance of ruin and the odds are those of a
    mean at the threshold. The looks are after every unit up to 200, else 200 evenly spread, the
    last of them at the end.
    """
    if threshold <= -1:
        return [1.0]
    each = ceil(len(ordered) / _LOOKS)
    places = range(len(ordered) - (len(ordered) - 1) // each * each, len(ordered) + 1, each)
    paths = [_path(ordered, threshold, stake, places) for stake in _STAKES]
    return [sum(_capped(one) for one in logs) / len(_STAKES) for logs in zip(*paths, strict=True)]


def _path(
    ordered: Sequence[float], threshold: float, stake: float, places: Sequence[int]
) -> list[float]:
    """Return the logarithms of what a stake has become at some places, counted from 1."""
    grown = {one: _log(1 - stake + stake * (1 + one) / (1 + threshold)) for one in set(ordered)}
    steps = (sum(map(grown.__getitem__, ordered[before:after]))
             for before, after in pairwise((0, *places)))  # fmt: skip
    return list(accumulate(steps))


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf


def _capped(logarithm: float) -> float:
    return exp(min(logarithm, 600.0))
