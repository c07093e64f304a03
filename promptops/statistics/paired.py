"""Two answers to each case, right or wrong: what the pairs say of the difference.

``b`` pairs are right by the candidate alone, ``c`` by the incumbent alone, of ``n``; the difference
of the rates is (b - c)/n.
"""

from __future__ import annotations

from math import inf, sqrt
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.distributions import normal_cdf, normal_quantile, sign_test
from promptops.statistics.inference import Interval
from promptops.statistics.rates import wilson

if TYPE_CHECKING:
    from collections.abc import Iterable

_ROUNDING: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Table:
    """How many pairs both got right, the candidate alone, the incumbent alone, and neither."""

    both: int
    b: int
    c: int
    neither: int

    @property
    def n(self) -> int:
        """All pairs."""
        return self.both + self.b + self.c + self.neither

    @property
    def difference(self) -> float:
        """The candidate's rate minus the incumbent's."""
        return (self.b - self.c) / self.n


def tabled(pairs: Iterable[tuple[float, float]]) -> Table | None:
    """Return the table of (candidate, incumbent) pairs, or None where one is not 0 or 1."""
    counts = {(1.0, 1.0): 0, (1.0, 0.0): 0, (0.0, 1.0): 0, (0.0, 0.0): 0}
    for pair in pairs:
        if pair not in counts:
            return None
        counts[pair] += 1
    return Table(*counts.values())


def mcnemar(b: int, c: int) -> float:
    """Return McNemar's exact two-sided p of there being no difference (1947)."""
    return sign_test(b, c)


def newcombe(table: Table, confidence: float = 0.95) -> Interval:
    """Return the paired hybrid score interval, method 10 of Newcombe (1998, Stat. Med. 17:2635)."""
    a, b, c, d, n = table.both, table.b, table.c, table.neither, table.n
    one, other = wilson(a + b, n, confidence), wilson(a + c, n, confidence)
    phi = _phi(a, b, c, d)
    below, above = one.value - one.low, one.high - one.value
    other_below, other_above = other.value - other.low, other.high - other.value
    low = table.difference - _joined(below, other_above, phi)
    high = table.difference + _joined(above, other_below, phi)
    return Interval(table.difference, max(-1.0, low), min(1.0, high), "Newcombe 10")


def _phi(a: int, b: int, c: int, d: int) -> float:
    """Return the correlation of the two answers, with a correction where it is positive."""
    product = (a + b) * (c + d) * (a + c) * (b + d)
    if product == 0:
        return 0.0
    cross = a * d - b * c
    corrected = max(cross - (a + b + c + d) / 2, 0.0) if cross > 0 else cross
    return corrected / sqrt(product)


def _joined(one: float, other: float, phi: float) -> float:
    return sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def tango_z(b: float, c: float, n: float, threshold: float) -> float:
    """Return Tango's score of the difference's being a threshold (1998, Stat. Med. 17:891).

    Positive where the difference observed is above it. Under the threshold it is about normal.
    """
    d = threshold
    linear = -b - c + (2 * n - b + c) * d
    constant = -c * d * (1 - d)
    root = sqrt(max(0.0, linear * linear - 8 * n * constant))
    # The constrained share of pairs that the incumbent alone gets right; the second form keeps
    # its digits where the first one subtracts equals.
    q = (root - linear) / (4 * n) if linear <= 0 else 2 * -constant / (root + linear)
    variance = n * (2 * q + d * (1 - d))
    distance = b - c - n * d
    if variance <= _ROUNDING * n:
        return 0.0 if abs(distance) < _ROUNDING else inf if distance > 0 else -inf
    return distance / sqrt(variance)


@dataclass(frozen=True, slots=True)
class Tango:
    """Tango's score test and its limits by inversion.

    The counts may be broken numbers. Sums of the positive and of the negative differences of
    scores between 0 and 1 make it cautious: of all differences with such sums those of -1, 0 and 1
    vary most.
    """

    b: float
    c: float
    n: float
    table: Table | None = None  # whose interval is Newcombe's
    method: str = "Tango"

    @property
    def value(self) -> float:
        """The difference as observed."""
        return (self.b - self.c) / self.n

    def lower(self, confidence: float) -> float:
        """Return the threshold that the difference is just above."""
        return self._limit(-1.0, normal_quantile(confidence))

    def upper(self, confidence: float) -> float:
        """Return the threshold that the difference is just below."""
        return self._limit(1.0, -normal_quantile(confidence))

    def p_above(self, threshold: float) -> float:
        """Return the p against the difference's being at most the threshold."""
        return normal_cdf(-tango_z(self.b, self.c, self.n, threshold))

    def p_below(self, threshold: float) -> float:
        """Return the p against the difference's being at least the threshold."""
        return normal_cdf(tango_z(self.b, self.c, self.n, threshold))

    def interval(self, confidence: float) -> Interval:
        """Return Newcombe's interval where there is a table, else Tango's own."""
        if self.table is not None:
            return newcombe(self.table, confidence)
        each = (1 + confidence) / 2
        return Interval(self.value, self.lower(each), self.upper(each), self.method)

    def _limit(self, far: float, wanted: float) -> float:
        """Return where the score, which falls as the threshold rises, is as wanted."""
        low, high = sorted((far, self.value))
        while high - low > _ROUNDING:
            middle = (low + high) / 2
            if tango_z(self.b, self.c, self.n, middle) > wanted:
                low = middle
            else:
                high = middle
        return low if far < 0 else high
