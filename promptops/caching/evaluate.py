"""Every placement of a recorded trace priced in one pass, exactly.

It holds where no mark looks too few blocks back and entries can be read at once: a mark's prefix
then hits iff a call with the same prefix came less than its lifetime ago, whatever else is marked.
Where that is in doubt, ``events`` replays the placements that matter.

The pass is plain Python: a call costs a dictionary look-up a block, and calls that hit equally deep
are summed together, so a million calls need no array library. Prefixes that are dead under every
lifetime are forgotten on the way, and the calls may come from a generator.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from itertools import accumulate
from math import inf
from operator import add
from typing import TYPE_CHECKING, NamedTuple

from promptops.errors import UsageError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Iterator, Sequence

    from promptops.caching.terms import Plan, Terms


class Call(NamedTuple):
    """A recorded call: its start in seconds, and tokens and content of each block in order.

    Every call of a trace has the same number of blocks; a mark stands behind one of them.
    """

    t: float
    tokens: Sequence[int]
    ids: Sequence[Hashable]


# Tokens of the whole call, those up to each block or 0 below the minimum, and how many prefixes are
# alive, by lifetime, the shortest first.
_Step = tuple[int, list[int], tuple[int, ...]]


class _Seen:
    """A prefix: its number, and when a call last had it."""

    __slots__ = ("number", "t")

    def __init__(self, number: int, t: float) -> None:
        self.number = number
        self.t = t


@dataclass(frozen=True, slots=True)
class Tally:
    """What a trace says of all placements: an objective for ``plan``.

    ``marked[i]`` is the sum over the calls of the cacheable tokens up to block i;
    ``live[ttl][i][p]`` the same up to block p over the calls in which prefix i was alive, with the
    sum for i itself in its place.
    """

    terms: Terms
    calls: int
    plain: int
    marked: tuple[int, ...]
    live: dict[str, tuple[tuple[int, ...], ...]]

    @property
    def boundaries(self) -> int:
        """How many places there are for a mark."""
        return len(self.marked)

    def pair(self, before: int | None, at: int, ttl: str) -> float:
        """Return what a mark adds to the plain cost, the next shallower being ``before``."""
        row = self.live[ttl][at]
        tokens = self.marked[at] - (0 if before is None else self.marked[before])
        hits = row[at] - (0 if before is None else row[before])
        write = self.terms.write[ttl]
        return (write - 1) * tokens - (write - self.terms.read) * hits

    def cost(self, plan: Plan) -> float:
        """Return the cost of all calls under a placement, in token-equivalents."""
        before: int | None = None
        cost: float = self.plain
        for at, ttl in plan:
            cost += self.pair(before, at, ttl)
            before = at
        return cost

    def hit(self, at: int, ttl: str) -> float:
        """Return the share of the tokens up to a block that a mark there would read."""
        return self.live[ttl][at][at] / self.marked[at] if self.marked[at] else 0.0


def tally(calls: Iterable[Call], terms: Terms) -> Tally:
    """Return what recorded calls, in the order of their times, say of every placement.

    Raises:
        UsageError: The calls are not in order, or differ in their number of blocks.
    """
    count = plain = 0
    sums: dict[tuple[int, ...], list[int]] = {}
    for tokens, ends, depths in _steps(calls, terms):
        count += 1
        plain += tokens
        found = sums.get(depths)
        sums[depths] = ends if found is None else list(map(add, found, ends))
    size = len(next(iter(sums.values()), ()))
    marked = tuple(sum(row[at] for row in sums.values()) for at in range(size))
    live = {
        ttl: tuple(_live(sums, rank, at, size) for at in range(size))
        for rank, ttl in enumerate(reversed(terms.lifetimes))
    }
    return Tally(terms, count, plain, marked, live)


def call_costs(calls: Iterable[Call], terms: Terms, plans: Sequence[Plan]) -> list[array[float]]:
    """Return the cost of every call under each of some placements, for intervals.

    Raises:
        UsageError: The calls are not in order, or differ in their number of blocks.
    """
    ranks = {ttl: rank for rank, ttl in enumerate(reversed(terms.lifetimes))}
    marks = [[(at, ranks[ttl], ttl) for at, ttl in plan] for plan in plans]
    costs = [array("d") for _ in plans]
    for tokens, ends, depths in _steps(calls, terms):
        for plan, into in zip(marks, costs, strict=True):
            cost: float = tokens
            done = 0
            for at, rank, ttl in plan:
                end = ends[at]
                cost += terms.paid(end - done, ttl, 1.0 if depths[rank] > at else 0.0)
                done = end
            into.append(cost)
    return costs


def _live(sums: dict[tuple[int, ...], list[int]], rank: int, at: int, size: int) -> tuple[int, ...]:
    rows = [row for depths, row in sums.items() if depths[rank] > at]
    return tuple(sum(row[p] for row in rows) for p in range(size))


def _steps(calls: Iterable[Call], terms: Terms) -> Iterator[_Step]:
    """Yield each call's tokens and how deep it hits; deeper prefixes are never younger."""
    lifetimes = [terms.seconds[ttl] for ttl in reversed(terms.lifetimes)]
    longest = max(lifetimes, default=0.0)
    last: dict[tuple[int, Hashable], _Seen] = {}
    number = size = 0
    swept = now = -inf
    for t, tokens, ids in calls:
        if len(ids) != size:
            size = _checked_size(size, ids)
        if t < now:
            raise UsageError(f"recorded calls must be in order: one at {t} follows one at {now}")
        now = t
        if t - swept > longest:
            last = {key: seen for key, seen in last.items() if t - seen.t < longest}
            swept = t
        parent = 0
        ages = []
        for content in ids:
            key = (parent, content)
            seen = last.get(key)
            if seen is None:
                number += 1
                last[key] = _Seen(number, t)
                parent = number
            else:
                ages.append(t - seen.t)
                seen.t = t
                parent = seen.number
        ends = list(accumulate(tokens))
        whole = ends[-1]
        if ends[0] < terms.minimum:
            ends = [end if end >= terms.minimum else 0 for end in ends]
        yield whole, ends, tuple([bisect_left(ages, life) for life in lifetimes])


def _checked_size(size: int, ids: Sequence[Hashable]) -> int:
    if size or not ids:
        raise UsageError(f"a recorded call has {len(ids)} blocks; the others have {size}")
    return len(ids)
