"""How sure a difference in cost is: a bootstrap over blocks of recorded calls.

Calls of one session, or of one stretch of time, depend on one another, so whole blocks are drawn.
Costs are those recorded for each call; which calls would hit is not worked out again.
"""

from __future__ import annotations

from itertools import groupby
from math import ceil
from random import Random
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

RESAMPLES: Final = 2_000
MOST_BLOCKS: Final = 1_000  # neighbouring blocks are drawn together beyond these


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean for each call, and what it lies between with a confidence of 95 %."""

    mean: float
    low: float
    high: float

    @property
    def decided(self) -> bool:
        """Whether the interval leaves 0 out."""
        return self.low > 0 or self.high < 0

    @property
    def nothing(self) -> bool:
        """Whether there was no difference in any draw."""
        return self.low == self.high == 0


def sessions(ids: Iterable[Hashable]) -> list[list[int]]:
    """Return the calls of each session by their indexes, in the order of their first calls."""
    found: dict[Hashable, list[int]] = {}
    for at, session in enumerate(ids):
        found.setdefault(session, []).append(at)
    return list(found.values())


def stretches(times: Sequence[float], longest_s: float) -> list[list[int]]:
    """Return calls grouped into stretches of time, each as long as the longest lifetime."""
    start = times[0] if times else 0.0
    numbered = ((int((t - start) // longest_s), at) for at, t in enumerate(times))
    return [[at for _, at in group] for _, group in groupby(numbered, key=lambda pair: pair[0])]


def interval(
    costs: Sequence[float], blocks: Sequence[Sequence[int]], seed: int, resamples: int = RESAMPLES
) -> Interval:
    """Return the mean of costs, with its interval from drawing blocks again.

    Args:
        costs: Of each call, or the difference between two placements of each call.
        blocks: The indexes of the calls that belong together.
        seed: Of the draws; the same one gives the same interval.
        resamples: How often to draw.
    """
    sums = _merged([(sum(costs[at] for at in block), len(block)) for block in blocks if block])
    mean = _ratio(sums)
    dice = Random(seed)  # noqa: S311 - nothing is kept secret by it
    means = sorted(_ratio(dice.choices(sums, k=len(sums))) for _ in range(resamples))
    low = means[int(0.025 * (resamples - 1))]
    high = means[ceil(0.975 * (resamples - 1))]
    return Interval(mean, low, high)


def _ratio(sums: Sequence[tuple[float, int]]) -> float:
    return sum(cost for cost, _ in sums) / sum(count for _, count in sums)


def _merged(sums: list[tuple[float, int]]) -> list[tuple[float, int]]:
    size = ceil(len(sums) / MOST_BLOCKS)
    if size <= 1:
        return sums
    parts = (sums[at : at + size] for at in range(0, len(sums), size))
    return [(sum(c for c, _ in part), sum(n for _, n in part)) for part in parts]
