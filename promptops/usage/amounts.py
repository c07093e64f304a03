"""Counts -> the figures of a usage file: quantiles, and calls a month with their interval."""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Final

from promptops.model.cost import Amount
from promptops.statistics.counted import quantile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

MONTH: Final = 730  # hours
ENOUGH_DAYS: Final = 28  # four weeks: what one day differs from another evens out
_DAY: Final = 24
_WEEK: Final = 7
_DIGITS: Final = 3  # of calls a month
_Z: Final = 1.6448536269514722  # the 95th percentile of the normal distribution


def spread(counts: Mapping[int, int], *, most: bool = False) -> Amount:
    """Return the median and the 95th percentile, and the 99th where it is asked for."""
    middle, high = (Decimal(quantile(counts, share)) for share in (0.5, 0.95))
    return Amount(middle, None, high, Decimal(quantile(counts, 0.99)) if most else None)


def calls_per_month(days: Sequence[int], hours: float, share: Decimal) -> Amount:
    """Return the calls of a month of 730 hours, in three digits.

    A recording of less than four weeks gives an interval: from a week on that of 90 % for the mean
    of its days. Below a week, the days that were not seen may be idle, or as busy as the busiest
    one seen; the noise of counting comes on top.

    Args:
        days: Calls of each of the equal stretches that the recording falls into, of a day or more.
        hours: The length of the recording.
        share: The part of all calls that was recorded.
    """
    calls = sum(days)
    scale = MONTH / float(share)
    expected = rounded(calls / hours * scale)
    if hours >= ENOUGH_DAYS * _DAY:
        return Amount(expected)
    low, high = _edges(days, hours)
    edges = rounded(low * scale, ROUND_FLOOR), rounded(high * scale, ROUND_CEILING)
    return Amount(expected, min(edges[0], expected), max(edges[1], expected))


def _edges(days: Sequence[int], hours: float) -> tuple[float, float]:
    """Return the lowest and highest number of calls an hour that the days speak for."""
    calls, number = sum(days), len(days)
    if number >= _WEEK:
        mean = calls / number
        seen = sum((one - mean) ** 2 for one in days) / (number - 1)
        # Calls that come by chance alone vary by their mean.
        half = _student(number - 1) * (max(seen, mean) / number) ** 0.5
        a_day = hours / number
        return max(mean - half, 0) / a_day, (mean + half) / a_day
    busiest = _noisy(max(days)) / (hours / number)
    unseen = _WEEK * _DAY - hours
    low, high = calls - _Z * calls**0.5, _noisy(calls) + busiest * unseen
    return max(low, 0) / (_WEEK * _DAY), high / (_WEEK * _DAY)


def _noisy(calls: int) -> float:
    """Return as many calls as may have been expected where these came by chance."""
    return float(calls + _Z * calls**0.5)


def _student(freedom: int) -> float:
    """Return the 95th percentile of Student's distribution, to 0.001 from 6 degrees on.

    Abramowitz and Stegun, 26.7.5.
    """
    z = _Z
    return (
        z
        + (z**3 + z) / (4 * freedom)
        + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
        + (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / (384 * freedom**3)
    )


def rounded(value: float | Decimal, way: str = ROUND_HALF_EVEN) -> Decimal:
    """Return a number in three significant digits."""
    exact = Decimal(value)
    if not exact:
        return Decimal(0)
    found = exact.quantize(Decimal(1).scaleb(exact.adjusted() - _DIGITS + 1), way)
    return Decimal(int(found)) if found == int(found) else found
