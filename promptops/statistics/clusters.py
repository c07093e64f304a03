"""Differences of scores, alone or in clusters that are not independent of one another.

Cases of one document, customer or conversation are one unit of variance (Miller 2024, arXiv
2411.00640). A case without company is a cluster of its own.
"""

from __future__ import annotations

from dataclasses import replace
from math import inf, sqrt
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.distributions import student_cdf, student_quantile
from promptops.statistics.inference import Interval, both_sides

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

_NOTHING: Final = 1e-20  # what rounding leaves of equal values


@dataclass(frozen=True, slots=True)
class Grouped:
    """The sum and the size of each cluster, in the order of their first cases."""

    sums: tuple[float, ...]
    sizes: tuple[int, ...]

    @property
    def n(self) -> int:
        """All cases."""
        return sum(self.sizes)

    @property
    def mean(self) -> float:
        """The mean over cases, so that a larger cluster weighs more."""
        return sum(self.sums) / self.n

    @property
    def alone(self) -> bool:
        """Whether no case shares its cluster."""
        return len(self.sizes) == self.n

    @property
    def skew(self) -> float:
        """The skewness of the mean: Σ r³/(Σ r²)^1.5 of the clusters' distances r from it."""
        mean = self.mean
        away = [s - m * mean for s, m in zip(self.sums, self.sizes, strict=True)]
        square = sum(r * r for r in away)
        return sum(r * r * r for r in away) / square**1.5 if square > _NOTHING else 0.0

    @property
    def error(self) -> float:
        """The cluster-robust standard error of the mean; for lone cases the usual one.

        SE² = G/(G-1) Σ (sum - size · mean)² / n². It is infinite for one cluster.
        """
        groups, mean = len(self.sums), self.mean
        if groups == 1:
            return inf
        away = (s - m * mean for s, m in zip(self.sums, self.sizes, strict=True))
        spread = sum(one * one for one in away)
        # What rounding leaves of equal values is no error.
        square = sum(s * s for s in self.sums)
        return sqrt(spread * groups / (groups - 1)) / self.n if spread > 1e-12 * square else 0.0


def grouped(values: Sequence[float], clusters: Sequence[Hashable] | None = None) -> Grouped:
    """Return values summed by cluster; without clusters each is its own."""
    if clusters is None or len(set(clusters)) == len(values) == len(clusters):
        return Grouped(tuple(values), (1,) * len(values))
    sums: dict[Hashable, float] = {}
    sizes: dict[Hashable, int] = {}
    for value, cluster in zip(values, clusters, strict=True):
        sums[cluster] = sums.get(cluster, 0.0) + value
        sizes[cluster] = sizes.get(cluster, 0) + 1
    return Grouped(tuple(sums.values()), tuple(sizes.values()))


@dataclass(frozen=True, slots=True)
class Student:
    """A mean whose distance from the truth, in standard errors, is Student's t.

    With a skew a bound is moved away on the side of the longer tail, by what an Edgeworth expansion
    gives, skew · (1 + 2t²)/6 (Johnson 1978, JASA 73:536; Hall 1992, JRSS B 54:221); never closer.
    Bounds end at -1 and 1, which no difference of scores between 0 and 1 exceeds.
    """

    value: float
    error: float
    degrees: int
    method: str
    skew: float = 0.0  # of the mean

    def lower(self, confidence: float) -> float:
        """Return what the mean is above."""
        return max(-1.0, self.value - reach(confidence, self.degrees, -self.skew) * self.error)

    def upper(self, confidence: float) -> float:
        """Return what the mean is below."""
        return min(1.0, self.value + reach(confidence, self.degrees, self.skew) * self.error)

    def p_above(self, threshold: float) -> float:
        """Return the one-sided p against the mean's being at most the threshold."""
        return student_cdf(-_unmoved(self._t(threshold), -self.skew), self.degrees)

    def p_below(self, threshold: float) -> float:
        """Return the one-sided p against the mean's being at least the threshold."""
        return student_cdf(-_unmoved(-self._t(threshold), self.skew), self.degrees)

    def interval(self, confidence: float) -> Interval:
        """Return the interval between the bounds."""
        return both_sides(self, confidence)

    def _t(self, threshold: float) -> float:
        away = self.value - threshold
        if self.error:
            return away / self.error
        return 0.0 if away == 0 else inf if away > 0 else -inf


def student(groups: Grouped) -> Student:
    """Return the paired t of differences, robust to clusters where there are any."""
    method = "paired t" if groups.alone else "cluster-robust t"
    return Student(groups.mean, groups.error, len(groups.sums) - 1, method)


def skewed_student(groups: Grouped) -> Student:
    """Return the same, its bounds moved where the differences have a longer tail on one side."""
    return replace(student(groups), skew=groups.skew)


def reach(confidence: float, degrees: int, tail: float) -> float:
    """Return how many standard errors away a bound is, farther on the side of a longer tail."""
    t = student_quantile(confidence, degrees)
    return t + max(0.0, tail) * (1 + 2 * t * t) / 6


def _unmoved(distance: float, tail: float) -> float:
    """Return the t whose bound, moved for a tail, lies at a distance in standard errors."""
    k = max(0.0, tail) / 6
    if distance <= k or k == 0 or distance == inf:
        return distance - k
    return (sqrt(1 + 8 * k * (distance - k)) - 1) / (4 * k)
