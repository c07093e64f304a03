"""Where to put the marks: the cheapest placement of an objective whose costs add up by pairs."""

from __future__ import annotations

from itertools import combinations, product
from typing import TYPE_CHECKING, Final, Protocol

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.caching.terms import Plan, Terms

TIE: Final = 1e-11  # of the cost: what two sums of the same numbers may differ by


class Objective(Protocol):
    """Costs of placements: that of no mark, and what a mark adds, given the one before it."""

    @property
    def boundaries(self) -> int:
        """How many places there are for a mark."""
        ...

    def pair(self, before: int | None, at: int, ttl: str) -> float:
        """Return what a mark adds to the plain cost, the next shallower being ``before``."""
        ...

    def cost(self, plan: Plan) -> float:
        """Return the cost of a placement."""
        ...


@dataclass(frozen=True, slots=True)
class Choice:
    """A placement and its cost in token-equivalents."""

    plan: Plan
    cost: float


def best(objective: Objective, terms: Terms) -> Choice:
    """Return the cheapest placement; of equal ones that of fewer marks, then shorter lifetimes.

    Lifetimes never grow from a mark to the next. The cost adds up over neighbouring marks, so the
    best way to end in a mark of a lifetime, with so many marks, is all that has to be kept.
    """
    plain = objective.cost(())
    slack = TIE * max(abs(plain), 1.0)
    ends: dict[tuple[int, int], Choice] = {(-1, 0): Choice((), plain)}
    found = ends[-1, 0]
    for _ in range(terms.slots):
        ends = _one_more(objective, terms, ends, slack)
        for choice in ends.values():
            found = _better(found, choice, terms, slack)
    return found


def placements(boundaries: int, terms: Terms) -> Iterator[Plan]:
    """Yield every placement that the vendor takes, none first."""
    ttls = terms.lifetimes
    for size in range(min(terms.slots, boundaries) + 1):
        for places in combinations(range(boundaries), size):
            for ranks in product(range(len(ttls)), repeat=size):
                if list(ranks) == sorted(ranks):
                    named = (ttls[rank] for rank in ranks)
                    yield tuple(zip(places, named, strict=True))


def everywhere(boundaries: int, ttl: str) -> Plan:
    """Return marks behind every block: what a cache without marks reads at best.

    With writes at the plain price this costs what such a cache does where it keeps every prefix.
    """
    return tuple((at, ttl) for at in range(boundaries))


def exhaustive(objective: Objective, terms: Terms) -> Choice:
    """Return what ``best`` returns, by looking at every placement."""
    plain = objective.cost(())
    found = Choice((), plain)
    slack = TIE * max(abs(plain), 1.0)
    for plan in placements(objective.boundaries, terms):
        found = _better(found, Choice(plan, objective.cost(plan)), terms, slack)
    return found


def _one_more(
    objective: Objective, terms: Terms, ends: dict[tuple[int, int], Choice], slack: float
) -> dict[tuple[int, int], Choice]:
    """Return the best placements of one mark more, by their last mark and its lifetime's rank."""
    more: dict[tuple[int, int], Choice] = {}
    for (last, held), choice in ends.items():
        before = None if last < 0 else last
        for at in range(last + 1, objective.boundaries):
            for rank in range(held, len(terms.lifetimes)):
                ttl = terms.lifetimes[rank]
                cost = choice.cost + objective.pair(before, at, ttl)
                new = Choice((*choice.plan, (at, ttl)), cost)
                known = more.get((at, rank))
                more[at, rank] = new if known is None else _better(known, new, terms, slack)
    return more


def _better(one: Choice, other: Choice, terms: Terms, slack: float) -> Choice:
    if abs(one.cost - other.cost) > slack:
        return min(one, other, key=lambda choice: choice.cost)
    return min(one, other, key=lambda choice: _weight(choice.plan, terms))


def _weight(plan: Plan, terms: Terms) -> tuple[int, float, Plan]:
    return len(plan), sum(terms.seconds[ttl] for _, ttl in plan), plan
