"""Whether a day departs from the days before it, by more than days differ from one another.

The middle of former days is their median, their spread the median of absolute deviations (MAD):
one strange day among them moves neither. The spread of k days is known roughly, so the deviation is
held against Student's t with 0.3675 k degrees of freedom: the MAD is as good as the standard
deviation of so many times fewer days (Rousseeuw and Croux 1993, JASA 88:1273), and k / (k - 0.8)
takes away its bias (Croux and Rousseeuw 1992, COMPSTAT 1:411). Where days are normal, a chance
below p comes up with a chance of at most p; ``benchmarks/anomalies.py`` has the simulation.
"""

from __future__ import annotations

from math import exp, lgamma, log, pi, sqrt
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.statistics.distributions import student_tail

if TYPE_CHECKING:
    from collections.abc import Sequence

FORMER: Final = 7  # days that are needed
WINDOW: Final = 28  # days that are looked at
LEAST: Final = 20  # calls that a figure of a day is of
_NORMAL: Final = 1.482602218505602  # the standard deviation of normal values in MADs
_DEGREES: Final = 0.3675
_BIAS: Final = 0.8
_ALIKE: Final = 0.01  # of the middle: days that differ less are taken to differ as much
_SMALL: Final = 0.1


class Seen(NamedTuple):
    """A figure of a day, how many calls it is of, and the standard deviation of one of them."""

    value: float
    calls: int = 1
    deviation: float = 0.0


def departs(today: Seen, former: Sequence[Seen]) -> float:
    """Return the chance that a day like the former ones lies as far from their middle.

    What few calls make of a day by chance is allowed for: former days that have more calls are
    taken to vary as much more as they would with as few, and no day less than its calls do.
    """
    middle = median(one.value for one in former)
    off = median(
        abs(one.value - middle) * sqrt(max(1.0, one.calls / today.calls)) for one in former
    )
    days = len(former)
    least = median(one.deviation for one in former) / sqrt(today.calls)
    spread = max(_NORMAL * off * days / (days - _BIAS), least, _ALIKE * abs(middle))
    if not spread:
        return 1.0 if today.value == middle else 0.0
    t = abs(today.value - middle) / (spread * sqrt(1 + pi / (2 * days)))
    return 2 * student_tail(t, _DEGREES * days)


def share_departs(today: Seen, former: Sequence[Seen]) -> float:
    """Return the same for a share of calls; no less than calls that fall alike would give it."""
    calls = sum(one.calls for one in former)
    share = (sum(one.value * one.calls for one in former) + 1) / (calls + 2)
    chance = departs(today, former)
    if chance > _SMALL:
        return chance
    return max(chance, _as_counts(round(today.value * today.calls), today.calls, share))


def _as_counts(hits: int, calls: int, share: float) -> float:
    """Return the chance of so many hits or more, or of so few, twice the smaller (binomial)."""
    if hits < calls * share:
        hits, share = calls - hits, 1 - share
    odds = share / (1 - share)
    ways = lgamma(calls + 1) - lgamma(hits + 1) - lgamma(calls - hits + 1)
    term = total = exp(ways + hits * log(share) + (calls - hits) * log(1 - share))
    for number in range(hits, calls):
        term *= (calls - number) / (number + 1) * odds
        total += term
        if term < total * 1e-17:
            break
    return min(1.0, 2 * total)
