"""Where cache marks stand in each placement of a version on a model, and how often they hit."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.caching.requests import MarksRefused
from promptops.errors import NotEstimable
from promptops.evals.costing_mean import PLANNED, MeanCost, cacheable
from promptops.evals.costing_terms import priced
from promptops.model.values import dataclass
from promptops.placement.arms import offered, shipped
from promptops.placement.layout import Layout
from promptops.tokens.methods import method_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.caching.rules import CacheRules
    from promptops.caching.terms import Plan
    from promptops.evals.costing_cuts import Cuts
    from promptops.evals.costing_terms import Chance, Steady
    from promptops.model.money import Price
    from promptops.placement.layout import Stop

SHIPPED: Final = "as-shipped"
STORED: Final = "stored caches are billed by the hour and are not reckoned with"
UNPROMISED: Final = "the vendor promises no hit: all input at the plain rate"


class Marked(NamedTuple):
    """A mark behind a stop, its lifetime, and how often the prefix in front of it is found."""

    at: int
    ttl: str
    chance: Chance


@dataclass(frozen=True, slots=True)
class Placing:
    """A placement; with ``unknown`` nothing can be said of it, ``told`` is what is assumed."""

    kind: str
    marks: tuple[Marked, ...] = ()
    unknown: str = ""
    told: str = ""


@dataclass(frozen=True)
class Ground:
    """A version as a model's cache sees it: its stops, the rules, or why none are known."""

    cuts: Cuts
    stops: tuple[Stop, ...]
    rules: CacheRules | None
    unknown: str
    model: str

    @cached_property
    def skipped(self) -> int:
        """How many of the cuts' stops the vendor takes no mark behind: that of the tools."""
        return len(self.cuts.stops) - len(self.stops)

    @property
    def layout(self) -> Layout:
        """The stops, without tokens."""
        method = method_for(self.model)
        return Layout(self.cuts.draft, method, self.stops, self.cuts.assumed)

    @property
    def automatic(self) -> bool:
        """Whether the vendor caches by itself, whatever is marked."""
        return self.rules is not None and not self.rules.markable


def ground(cuts: Cuts, steady: Steady, model: str) -> Ground:
    """Return a version as a model's cache sees it."""
    found = steady.rules_of(model)
    rules, unknown = (None, found) if isinstance(found, str) else (found, "")
    stops = cuts.stops
    tools = rules is None or (rules.markable and "tool definitions" not in rules.unmarkable)
    if not tools and cuts.draft.bare.prompt.metadata.tools:
        stops = stops[1:]
    return Ground(cuts, stops, rules, unknown, model)


def as_shipped(on: Ground, steady: Steady) -> Placing:
    """Return the placement of a version's own marks, or what its vendor does by itself."""
    rules = on.rules
    if rules is None:
        return Placing(SHIPPED, unknown=on.unknown)
    if rules.family == "implicit_prefix":
        return _implicit(on, rules, steady)
    if not rules.markable or not on.cuts.marks:
        return Placing(SHIPPED, told=STORED if rules.family == "named_resource" else "")
    try:
        return _placing(SHIPPED, shipped_plan(on), on, steady)
    except (MarksRefused, NotEstimable) as error:
        return Placing(SHIPPED, unknown=str(error))


def shipped_plan(on: Ground) -> Plan:
    """Return the marks that a version asks for.

    Raises:
        MarksRefused: The vendor would refuse them.
        NotEstimable: The vendor takes no marks, or its rules are not known.
    """
    if on.rules is None or not on.rules.markable:
        raise NotEstimable(on.unknown or "the vendor takes no marks")
    return shipped(on.layout, on.rules, on.rules.terms())


def _implicit(on: Ground, rules: CacheRules, steady: Steady) -> Placing:
    """Reckon with the longest prefix that is not another one on every call.

    Texts that change, one behind the other, are one: what is in front of them is found more often.
    """
    still = [
        at
        for at, (one, following) in enumerate(pairwise((*on.stops, None)))
        if one is not None and not one.changes.per_call and _ends(one, following)
    ]
    if not still:
        return Placing(SHIPPED)
    life = rules.lifetimes.get(rules.default or "")
    chance = steady.chance(on.stops[still[-1]].changes, life.seconds if life else None)
    if chance is None or rules.read is None:
        return Placing(SHIPPED, told=UNPROMISED)
    mark = Marked(still[-1], rules.default or "", chance)
    return Placing(SHIPPED, (mark,), told="the vendor promises no hit")


def _ends(one: Stop, following: Stop | None) -> bool:
    """Return whether a run of text that changes, or of text that does not, ends at a stop.

    Other text that changes follows a stop that is neither marked nor the last.
    """
    return following is None or one.shipped is not None or not one.inputs


def _placing(kind: str, plan: Plan, on: Ground, steady: Steady) -> Placing:
    assert on.rules is not None  # noqa: S101 - the caller looked
    marks = []
    for at, ttl in plan:
        life = on.rules.lifetimes[ttl]
        chance = steady.chance(on.stops[at].changes, life.seconds)
        if chance is None:
            return Placing(kind, unknown=steady.unknown)
        marks.append(Marked(at, ttl, chance))
    return Placing(kind, tuple(marks))


def placings(
    on: Ground, steady: Steady, price: Price, prefixes: Sequence[Sequence[float]]
) -> list[Placing]:
    """Return all placements, planned once for the cases whose prefixes' tokens are given.

    A vendor that caches by itself has the text as shipped and nothing else.
    """
    own = as_shipped(on, steady)
    if on.automatic:
        return [own]
    found = [Placing("none"), own]
    try:
        terms = None if on.rules is None else offered(on.rules)
    except NotEstimable as error:
        return [*found, *(Placing(kind, unknown=str(error)) for kind in PLANNED)]
    if on.rules is None or terms is None:
        return [*found, *(Placing(kind, unknown=on.unknown) for kind in PLANNED)]
    if not prefixes:
        return [*found, *(Placing(kind, unknown="there is no answer") for kind in PLANNED)]
    hits = {
        (at, ttl): steady.chance(stop.changes, terms.seconds[ttl])
        for at, stop in enumerate(on.stops)
        for ttl in terms.write
    }
    if None in hits.values():
        return [*found, *(Placing(kind, unknown=steady.unknown) for kind in PLANNED)]
    mean = sum(one[-1] for one in prefixes) / len(prefixes)
    terms = priced(terms, on.rules, price.rates_for(round(mean)))
    known = {key: float(one.expected) for key, one in hits.items() if one is not None}
    objective = MeanCost(terms, tuple(cacheable(prefixes, terms.minimum)), known, mean)
    return [
        *found,
        *(_placing(kind, plan(objective, terms), on, steady) for kind, plan in PLANNED.items()),
    ]


def checked(found: Sequence[Placing], wrong: str) -> list[Placing]:
    """Return the placements, of which only those that change no mark stand where texts differ."""
    return [
        replace(one, marks=(), unknown=wrong) if wrong and one.kind in PLANNED else one
        for one in found
    ]
