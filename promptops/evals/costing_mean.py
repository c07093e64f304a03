"""What placements cost on average over an eval's cases: an objective to plan marks for."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from promptops.caching.plan import best
from promptops.evals.costing_charge import scaled
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promptops.caching.terms import Plan, Terms


@dataclass(frozen=True)
class MeanCost:
    """What a call costs on average over the cases; ``ends`` are the means of what is cacheable.

    A case's own cost adds up over neighbouring marks, so that of the means is the mean of costs.
    """

    terms: Terms
    ends: Sequence[float]
    hits: Mapping[tuple[int, str], float]
    plain: float

    @property
    def boundaries(self) -> int:
        """How many places there are for a mark."""
        return len(self.ends)

    def pair(self, before: int | None, at: int, ttl: str) -> float:
        """Return what a mark adds to the plain cost, the next shallower being ``before``."""
        tokens = self.ends[at] - (0 if before is None else self.ends[before])
        return self.terms.paid(tokens, ttl, self.hits[at, ttl])

    def cost(self, plan: Plan) -> float:
        """Return the mean cost of a call, in token-equivalents."""
        places = (None, *(at for at, _ in plan))
        return self.plain + sum(
            self.pair(before, at, ttl)
            for (before, _), (at, ttl) in zip(pairwise(places), plan, strict=True)
        )


def cacheable(prefixes: Sequence[Sequence[float]], minimum: int) -> list[float]:
    """Return the mean tokens of each prefix, a case's being 0 where they are below the minimum."""
    return [
        sum([tokens for tokens in column if tokens >= minimum]) / len(prefixes)
        for column in zip(*prefixes, strict=True)
    ]


@lru_cache(maxsize=1_000)  # texts are often as long as others
def prefix(ends: tuple[int, ...], prompt: int) -> tuple[float, ...]:
    """Return a vendor's tokens up to each of the stops that we count so many tokens up to."""
    return tuple(float(scaled(end, ends[-1], prompt)) for end in ends)


def _last(objective: MeanCost, terms: Terms) -> Plan:
    return ((objective.boundaries - 1, terms.lifetimes[-1]),)


def _short(objective: MeanCost, terms: Terms) -> Plan:
    return best(objective, terms.only(terms.lifetimes[-1])).plan


def _best(objective: MeanCost, terms: Terms) -> Plan:
    return best(objective, terms).plan


PLANNED: Final[Mapping[str, Callable[[MeanCost, Terms], Plan]]] = {
    "automatic": _last,
    "best-5m": _short,
    "best": _best,
}
