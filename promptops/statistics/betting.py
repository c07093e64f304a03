"""A result that stays valid however often one looks: betting against a hypothesis.

A gambler who bets on "the difference is above the threshold", at odds that are fair if it is
exactly there, is expected to win nothing. Whoever turns 1 into 20 has been right, or was as lucky
as one in 20 ever is, whenever they stop (Ville 1939; Waudby-Smith and Ramdas 2024, JRSS B 86:1).
Several gamblers start with equal parts, each with a stake of its own, so that none has to be
chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import accumulate
from math import ceil, exp, inf, log
from typing import TYPE_CHECKING, Final

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
        return self._limit(confidence, self.p_above, -1.0, self.value)

    def upper(self, confidence: float) -> float:
        """Return what the mean is below, at any time."""
        return self._limit(confidence, self.p_below, 1.0, self.value)

    def p_above(self, threshold: float) -> float:
        """Return 1 over the most that was ever won against "at most the threshold"."""
        return min(1.0, 1 / max(wealth(self.ordered, threshold)))

    def p_below(self, threshold: float) -> float:
        """Return 1 over the most that was ever won against "at least the threshold"."""
        return min(1.0, 1 / max(wealth([-one for one in self.ordered], -threshold)))

    def interval(self, confidence: float) -> Interval:
        """Return the interval between the bounds."""
        return both_sides(self, confidence)

    def _limit(
        self, confidence: float, p: Callable[[float], float], far: float, near: float
    ) -> float:
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
    first = (len(ordered) - 1) % each
    paths = [_path(ordered, threshold, stake)[first::each] for stake in _STAKES]
    return [sum(_capped(one) for one in logs) / len(_STAKES) for logs in zip(*paths, strict=True)]


def stops_at(ordered: Sequence[float], margin: float, confidence: float = 0.95) -> int | None:
    """Return after how many units a candidate is known to be worse than the margin, if ever.

    For stopping a run that is clearly bad; to stop there never lets a bad candidate pass.
    """
    logs = [_path([-one for one in ordered], margin, stake) for stake in _STAKES]
    for at, together in enumerate(zip(*logs, strict=True), start=1):
        if sum(map(_capped, together)) / len(_STAKES) >= 1 / (1 - confidence):
            return at
    return None


def _path(ordered: Sequence[float], threshold: float, stake: float) -> list[float]:
    grown = {one: _log(1 - stake + stake * (1 + one) / (1 + threshold)) for one in set(ordered)}
    return list(accumulate(map(grown.__getitem__, ordered)))


def _log(value: float) -> float:
    return log(value) if value > 0 else -inf


def _capped(logarithm: float) -> float:
    return exp(min(logarithm, 600.0))
