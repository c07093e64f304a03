"""One rate, and one quantile: how far the truth may be from what was counted."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from functools import lru_cache
from math import ceil, sqrt
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.distributions import binomial_cdfs, normal_quantile
from promptops.statistics.inference import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_FOR_QUANTILES: Final = 20


def wilson(successes: float, n: float, confidence: float = 0.95) -> Interval:
    """Return Wilson's score interval of a rate (1927, JASA 22:209).

    Counts may be broken numbers, such as sums of scores between 0 and 1; there must be a trial.
    """
    if not 0 <= successes <= n or n <= 0:
        raise ValueError(f"{successes} of {n} is no rate")
    z = normal_quantile((1 + confidence) / 2)
    rate, square = successes / n, z * z
    middle = (successes + square / 2) / (n + square)
    half = z * sqrt(n * rate * (1 - rate) + square / 4) / (n + square)
    # Exact ends, where rounding would leave the rate itself outside.
    low = 0.0 if successes == 0 else max(0.0, middle - half)
    high = 1.0 if successes == n else min(1.0, middle + half)
    return Interval(rate, low, high, "Wilson")


@dataclass(frozen=True, slots=True)
class Quantile:
    """A quantile and the observed values that it lies between, None where none is known to."""

    value: float
    low: float | None
    high: float | None
    method: str = "order statistics"


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the least of ordered values that a share of them does not exceed."""
    return ordered[max(0, ceil(share * len(ordered) - 1e-9) - 1)]


def quantile_interval(
    values: Sequence[float], share: float, confidence: float = 0.95
) -> Quantile | None:
    """Return a quantile such as 0.5 or 0.95 with its distribution-free interval, if any.

    The ends are order statistics (David and Nagaraja 2003, section 7.1). There is none below 20
    values. An end is None where even the most extreme value is not known to be beyond the quantile:
    the p95 has an upper end from 72 values on.
    """
    n = len(values)
    if n < FEWEST_FOR_QUANTILES:
        return None
    ordered = sorted(values)
    below, above = _ranks(n, share, confidence)
    return Quantile(
        quantile(ordered, share),
        ordered[below - 1] if below >= 1 else None,
        ordered[above - 1] if above <= n else None,
    )


@lru_cache(maxsize=256)  # a report asks the same of each variant
def _ranks(n: int, share: float, confidence: float) -> tuple[int, int]:
    """Return which of ordered values are the ends, from 1; 0 or n + 1 where none is known to be."""
    doubt = (1 - confidence) / 2
    at_most = binomial_cdfs(n, share)  # of how many values lie below the quantile
    return bisect_right(at_most, doubt), bisect_left(at_most, 1 - doubt) + 1
