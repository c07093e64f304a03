"""Which configurations are worth having: none other is better in one respect and worse in none."""

from __future__ import annotations

from math import ceil, inf
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.statistics.bootstrap import PERCENTILE_DRAWS, index_draws

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping, Sequence

PALE: Final = 0.2  # a chart shows what is undominated in a smaller share as pale
_TAIL: Final = 0.95
_NEAR: Final = 0.02  # of the values: how far around a quantile its density is looked for
_MANY, _BLOCKS = 256, 250

Point = tuple[float, float, float]


class Trial(NamedTuple):
    """What a configuration did with a case: quality and success in [0, 1], cost, seconds."""

    quality: float
    success: float
    cost: float
    latency: float = 0.0  # the same for all where latency is not compared


def undominated(points: Mapping[str, Point]) -> frozenset[str]:
    """Return the names that no other dominates.

    A point is quality, cost per success and p95 latency: the first should be high, the others low.
    """
    return frozenset(
        name
        for name, point in points.items()
        if not any(_dominates(other, point) for other in points.values())
    )


def membership(
    trials: Mapping[str, Sequence[Trial]],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int,
    draws: int = PERCENTILE_DRAWS,
) -> dict[str, float]:
    """Return in what share of draws each configuration is undominated.

    Beyond 256 cases, or clusters of them, 250 blocks are drawn of which each holds every 250th: a
    mean varies among them as among cases, and a draw takes no longer however many there are.

    Args:
        trials: Of each configuration, over the same cases in the same order.
        clusters: Of the cases; whole clusters are drawn. Every configuration sees the same draw.
        seed: Of the draws.
        draws: How often to draw.
    """
    cases = len(next(iter(trials.values())))
    if any(len(rows) != cases for rows in trials.values()):
        raise ValueError("every configuration needs the same cases")
    groups: dict[Hashable, list[int]] = {}
    for at in range(cases):
        groups.setdefault(at if clusters is None else clusters[at], []).append(at)
    members = list(groups.values())
    several: Mapping[str, _Columns | _Sums]
    if len(members) > _MANY:
        blocks = [[at for unit in members[first::_BLOCKS] for at in unit]
                  for first in range(_BLOCKS)]  # fmt: skip
        several = {name: _Sums(rows, blocks) for name, rows in trials.items()}
    else:
        blocks = members
        several = {name: _Columns(rows, blocks) for name, rows in trials.items()}
    counts = dict.fromkeys(trials, 0)
    for draw in index_draws(len(blocks), draws, seed):
        points = {name: one.point(draw) for name, one in several.items()}
        for name in undominated(points):
            counts[name] += 1
    return {name: count / draws for name, count in counts.items()}


def _dominates(one: Point, other: Point) -> bool:
    """Whether one point is better in a respect and worse in none."""
    no_worse = one[0] >= other[0] and one[1] <= other[1] and one[2] <= other[2]
    return no_worse and one != other


class _Columns:
    """The trials of a configuration, column by column; latencies by their ranks."""

    def __init__(self, rows: Sequence[Trial], members: Sequence[Sequence[int]]) -> None:
        self.members = None if len(members) == len(rows) else members
        self.quality = [row.quality for row in rows].__getitem__
        self.success = [row.success for row in rows].__getitem__
        self.cost = [row.cost for row in rows].__getitem__
        self.latencies = sorted({row.latency for row in rows})
        ranks = {latency: rank for rank, latency in enumerate(self.latencies)}
        self.rank = [ranks[row.latency] for row in rows].__getitem__

    def point(self, draw: Sequence[int]) -> Point:
        """Return the quality, the cost per success and the p95 latency of a draw."""
        members = self.members
        drawn = draw if members is None else [at for unit in draw for at in members[unit]]
        won = sum(map(self.success, drawn))
        cost = sum(map(self.cost, drawn)) / won if won else inf
        at = ceil(_TAIL * len(drawn) - 1e-9) - 1
        tail = sorted(map(self.rank, drawn))[at] if len(self.latencies) > 1 else 0
        return sum(map(self.quality, drawn)) / len(drawn), cost, self.latencies[tail]


class _Sums:
    """The trials of a configuration, summed by block.

    A quantile q of a draw is near q + (0.95 - F*(q))/f(q), with F* the share of the draw up to q
    and f the density there (Bahadur 1966, Ann. Math. Stat. 37:577): that is a mean, too.
    """

    def __init__(self, rows: Sequence[Trial], blocks: Sequence[Sequence[int]]) -> None:
        def sums(values: Sequence[float]) -> Callable[[Sequence[int]], float]:
            return _total([sum(map(values.__getitem__, block)) for block in blocks])

        self.alike = all(row.quality == row.success for row in rows)
        self.size = _total([len(block) for block in blocks])
        self.quality = sums([row.quality for row in rows])
        self.success = sums([row.success for row in rows])
        self.cost = sums([row.cost for row in rows])
        latencies = [row.latency for row in rows]
        self.tail, sparsity = _quantile(sorted(latencies))
        self.late = sums([sparsity * (_TAIL - (one <= self.tail)) for one in latencies])

    def point(self, draw: Sequence[int]) -> Point:
        """Return the quality, the cost per success and the p95 latency of a draw."""
        size, won = self.size(draw), self.success(draw)
        cost = self.cost(draw) / won if won else inf
        quality = won if self.alike else self.quality(draw)
        return quality / size, cost, self.tail + self.late(draw) / size


def _total(values: Sequence[float]) -> Callable[[Sequence[int]], float]:
    """Return what sums a draw of some values; where all are one it need not look at any."""
    first, value = values[0], values.__getitem__
    if all(one == first for one in values):
        return lambda draw: first * len(draw)
    return lambda draw: sum(map(value, draw))


def _quantile(ordered: Sequence[float]) -> tuple[float, float]:
    """Return the p95 of ordered values, and one over their density there."""
    last = len(ordered) - 1
    at = ceil(_TAIL * len(ordered) - 1e-9) - 1
    reach = max(1, round(_NEAR * len(ordered)))
    low, high = max(0, at - reach), min(last, at + reach)
    return ordered[at], (ordered[high] - ordered[low]) * len(ordered) / (high - low)
