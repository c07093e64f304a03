"""Drawing cases, or clusters of cases, again and again.

Indexes are drawn as random bytes, a block at a time, which ``bytes.translate`` folds onto the
units and clears of those that would make some units likelier than others; sums over a draw are
``sum(map(getitem, draw))``. So the inner loop has no Python in it.
"""

from __future__ import annotations

from bisect import bisect_left
from math import ceil, inf, sqrt
from random import Random
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.inference import Interval, both_sides

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

STUDENTISED_DRAWS: Final = 10_000
PERCENTILE_DRAWS: Final = 2_000
_BYTES: Final = 256
_BLOCK: Final = 1 << 16
_HALF: Final = 0.5
_ROUNDING: Final = 1e-12


def index_draws(units: int, draws: int, seed: int) -> Iterator[Sequence[int]]:
    """Yield draws of as many indexes as there are units, each as likely as any other."""
    dice = Random(seed)  # noqa: S311 - nothing is kept secret by it
    if units > _BYTES:
        everything = range(units)
        for _ in range(draws):
            yield dice.choices(everything, k=units)
        return
    fair = _BYTES - _BYTES % units
    folded = bytes(index % units for index in range(_BYTES))
    unfair = bytes(range(fair, _BYTES))
    pool, at = b"", 0
    for _ in range(draws):
        while at + units > len(pool):
            pool = pool[at:] + dice.randbytes(_BLOCK).translate(folded, unfair)
            at = 0
        yield pool[at : at + units]
        at += units


def percentiles(values: Sequence[float], confidence: float) -> tuple[float, float]:
    """Return the two values between which the middle share of them lies."""
    ordered, doubt = sorted(values), (1 - confidence) / 2
    last = len(ordered) - 1
    return ordered[int(doubt * last)], ordered[ceil((1 - doubt) * last)]


@dataclass(frozen=True, slots=True)
class Studentised:
    """A mean, its standard error, and the ordered t of the means that were drawn again.

    Bounds end at -1 and 1, which no difference of scores between 0 and 1 exceeds.
    """

    value: float
    error: float
    ordered: tuple[float, ...]
    method: str

    def lower(self, confidence: float) -> float:
        """Return what the mean is above."""
        return max(-1.0, self.value - self._t(confidence) * self.error)

    def upper(self, confidence: float) -> float:
        """Return what the mean is below."""
        return min(1.0, self.value - self._t(1 - confidence) * self.error)

    def p_above(self, threshold: float) -> float:
        """Return the share of draws as far above their own mean, itself counted as one."""
        reached = len(self.ordered) - bisect_left(self.ordered, self._distance(threshold))
        return (1 + reached) / (1 + len(self.ordered))

    def p_below(self, threshold: float) -> float:
        """Return the share of draws as far below their own mean, itself counted as one."""
        reached = bisect_left(self.ordered, self._distance(threshold))
        return (1 + reached) / (1 + len(self.ordered))

    def interval(self, confidence: float) -> Interval:
        """Return the interval between the bounds."""
        return both_sides(self, confidence)

    def _distance(self, threshold: float) -> float:
        away = self.value - threshold
        return away / self.error if self.error else _end(away)

    def _t(self, share: float) -> float:
        last = len(self.ordered) - 1
        return self.ordered[ceil(share * last) if share > _HALF else int(share * last)]


def studentised(
    sums: Sequence[float],
    sizes: Sequence[int],
    seed: int,
    method: str,
    draws: int = STUDENTISED_DRAWS,
) -> Studentised:
    """Return the studentised bootstrap of a mean over units (Efron and Tibshirani 1993, 12.5).

    Args:
        sums: The sum of the differences of each unit: a case, or a cluster of cases.
        sizes: How many differences each sum has.
        seed: Of the draws; the same one gives the same bounds.
        method: Its name in reports.
        draws: How often to draw.
    """
    mean = sum(sums) / sum(sizes)
    error = _error(sum(sums), sum(sizes), *_squares(sums, sizes), len(sums))
    alone = all(size == 1 for size in sizes)
    moments = [[s * s for s in sums], [s * m for s, m in zip(sums, sizes, strict=True)]]
    moments.append([float(m * m) for m in sizes])
    square, cross, weight = (column.__getitem__ for column in moments)
    total, size = sums.__getitem__, sizes.__getitem__
    found = []
    for drawn in index_draws(len(sums), draws, seed):
        s, ss = sum(map(total, drawn)), sum(map(square, drawn))
        if alone:
            m, sm, mm = len(drawn), s, float(len(drawn))
        else:
            m, sm = sum(map(size, drawn)), sum(map(cross, drawn))
            mm = sum(map(weight, drawn))
        again = _error(s, m, ss, sm, mm, len(drawn))
        away = s / m - mean
        found.append(away / again if again else _end(away))
    return Studentised(mean, error, tuple(sorted(found)), method)


def _squares(sums: Sequence[float], sizes: Sequence[int]) -> tuple[float, float, float]:
    return (
        sum(s * s for s in sums),
        sum(s * m for s, m in zip(sums, sizes, strict=True)),
        float(sum(m * m for m in sizes)),
    )


def _error(s: float, m: int, ss: float, sm: float, mm: float, units: int) -> float:
    """Return the cluster-robust standard error of s/m from the sums over the units.

    What rounding leaves of equal values is no error.
    """
    mean = s / m
    spread = ss - 2 * mean * sm + mean * mean * mm
    return sqrt(spread * units / (units - 1)) / m if spread > _ROUNDING * ss else 0.0


def _end(away: float) -> float:
    return 0.0 if abs(away) < _ROUNDING else inf if away > 0 else -inf
