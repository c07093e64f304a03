"""Costs of two versions over the same cases: their ratio, and what a success costs."""

from __future__ import annotations

from math import exp, inf, log
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.bootstrap import PERCENTILE_DRAWS, index_draws, percentiles
from promptops.statistics.clusters import grouped, reach
from promptops.statistics.distributions import student_quantile
from promptops.statistics.inference import Interval

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

MANY: Final = 256  # units


@dataclass(frozen=True, slots=True)
class Ratio:
    """Candidate's cost over incumbent's, and the standard error of its logarithm."""

    value: float
    log_error: float
    units: int  # clusters, or cases that are none's
    log_skew: float = 0.0  # of the logarithm's estimate: a long tail moves the bound on its side
    method: str = "log-ratio delta"

    def lower(self, confidence: float) -> float:
        """Return what the ratio is above, with a one-sided confidence."""
        return self.value * exp(-self._reach(confidence, -self.log_skew))

    def upper(self, confidence: float) -> float:
        """Return what the ratio is below, with a one-sided confidence."""
        return self.value * exp(self._reach(confidence, self.log_skew))

    def interval(self, confidence: float) -> Interval:
        """Return the two-sided interval."""
        each = (1 + confidence) / 2
        return Interval(self.value, self.lower(each), self.upper(each), self.method)

    def _reach(self, confidence: float, tail: float) -> float:
        return reach(confidence, self.units - 1, tail) * self.log_error


def cost_ratio(
    costs: Sequence[tuple[float, float]], clusters: Sequence[Hashable] | None = None
) -> Ratio | None:
    """Return the ratio of the sums of (candidate, incumbent) costs, by the delta method.

    Var(ln R) = (s_y²/ȳ² + s_x²/x̄² - 2 s_xy/(ȳ x̄))/n, which is the variance of the mean of
    y/ȳ - x/x̄ and so is robust to clusters in the same way. None for fewer than two units, and
    where one side costs nothing: there is no logarithm of that.
    """
    n = len(costs)
    if not n:
        return None
    y, x = (sum(side) / n for side in zip(*costs, strict=True))
    if y <= 0 or x <= 0:
        return None
    groups = grouped([one / y - other / x for one, other in costs], clusters)
    if len(groups.sums) == 1:
        return None
    return Ratio(exp(log(y) - log(x)), groups.error, len(groups.sums), groups.skew)


def cost_per_success(
    costs: Sequence[float],
    successes: Sequence[float],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int,
    confidence: float = 0.95,
) -> Interval:
    """Return what a success costs, with an interval over cases or clusters.

    It is a percentile bootstrap, and above 256 units the log-ratio delta method, which is then as
    near the nominal coverage and takes no time. ``costs`` holds those of *all* attempts at each
    case, failed ones too. Retrying on its own does not change the figure: each attempt costs c and
    succeeds with p, so a success costs c/p whatever the cap. It is infinite where nothing
    succeeded.
    """
    spent, won = grouped(costs, clusters).sums, grouped(successes, clusters).sums
    if len(spent) > MANY:
        found = cost_ratio(tuple(zip(spent, won, strict=True)))
        if found is not None:
            return found.interval(confidence)
    cost, success = spent.__getitem__, won.__getitem__
    again = [
        _each(sum(map(cost, drawn)), sum(map(success, drawn)))
        for drawn in index_draws(len(spent), PERCENTILE_DRAWS, seed)
    ]
    low, high = percentiles(again, confidence)
    return Interval(_each(sum(spent), sum(won)), low, high, "percentile bootstrap")


def expected_cost(
    costs: Sequence[float],
    successes: Sequence[float],
    failure_cost: float,
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
) -> Interval | None:
    """Return what a case costs on average where each failure costs something more.

    None for fewer than two units.
    """
    totals = [c + failure_cost * (1 - s) for c, s in zip(costs, successes, strict=True)]
    groups = grouped(totals, clusters)
    if len(groups.sums) <= 1:
        return None
    half = student_quantile((1 + confidence) / 2, len(groups.sums) - 1) * groups.error
    return Interval(groups.mean, groups.mean - half, groups.mean + half, "t")


def success_within(rate: float, attempts: int) -> float:
    """Return the chance that one of so many independent attempts succeeds."""
    return 1.0 - (1.0 - rate) ** attempts


def _each(cost: float, successes: float) -> float:
    return cost / successes if successes > 0 else inf
