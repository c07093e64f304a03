"""Placements side by side: what each costs, reads and writes, and from which traffic on it pays."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from math import inf
from typing import TYPE_CHECKING, Final, Literal

from promptops.caching.plan import best, everywhere
from promptops.caching.requests import Block, Request, placed_marks
from promptops.errors import NotEstimable
from promptops.model.money import MILLION, PER_MONTH
from promptops.model.values import dataclass
from promptops.placement.layout import TOOLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.caching.evaluate import Tally
    from promptops.caching.expected import Expected
    from promptops.caching.rules import CacheRules
    from promptops.caching.terms import Plan, Terms
    from promptops.model.money import Rates
    from promptops.placement.layout import Layout

ArmName = Literal["none", "as-shipped", "automatic", "best-short", "best"]
THOUSAND: Final = 1_000
SLOWEST: Final = 1e-5  # calls a minute: less than one in two months
FASTEST: Final = 1e3
_WRITTEN_BY_US: Final = ("5m", "1h")  # what a tag's ttl may say; another price is not bought
_STEPS: Final = 40


@dataclass(frozen=True, slots=True)
class Money:
    """Dollars of calls; ``output`` is an answer's tokens, None: not counted."""

    rates: Rates
    output: Decimal | None = None

    def per_thousand(self, cost: float) -> Decimal:
        """Return the dollars of 1,000 calls of so many token-equivalents each."""
        answers = (self.output or 0) * self.rates.output
        total = Decimal(repr(cost)) * self.rates.input + answers
        return (total * THOUSAND / MILLION).quantize(PER_MONTH)

    def difference(self, cost: float) -> Decimal:
        """Return the dollars that so many token-equivalents more make in 1,000 calls."""
        return (Decimal(repr(cost)) * self.rates.input * THOUSAND / MILLION).quantize(PER_MONTH)


@dataclass(frozen=True, slots=True)
class Split:
    """Tokens of a call by what becomes of them; expected ones need not be whole."""

    read: float
    written: Mapping[str, float]
    plain: float

    @property
    def hit(self) -> float | None:
        """The share of the marked tokens that is read; None where nothing is marked."""
        marked = self.read + sum(self.written.values())
        return self.read / marked if marked else None


@dataclass(frozen=True, slots=True)
class Arm:
    """A placement and what it comes to; dollars are of 1,000 calls, with their answers.

    ``interval`` is of the difference from the placement as shipped, where calls were recorded.
    ``breakeven`` is the calls a minute from which on it costs less than no mark; 0 is always and
    infinity never.
    """

    name: ArmName
    plan: Plan
    cost: float  # of a call, in token-equivalents
    dollars: Decimal
    split: Split
    pessimistic: Decimal | None = None
    interval: tuple[Decimal, Decimal] | None = None
    breakeven: float | None = None
    at_best: bool = field(default=False)  # nobody promises it: a bound


def offered(rules: CacheRules) -> Terms:
    """Return the terms with the lifetimes that a tag can ask for.

    Raises:
        NotEstimable: A number of them is not known.
    """
    terms = rules.terms()
    kept = [ttl for ttl in terms.write if ttl in _WRITTEN_BY_US or ttl == rules.default]
    return terms.only(*kept) if rules.markable else terms.only(rules.default or kept[0])


def shipped(layout: Layout, rules: CacheRules, terms: Terms) -> Plan:
    """Return the marks of a prompt as it is, its front matter's included.

    Raises:
        MarksRefused: The vendor would refuse them.
    """
    usual = rules.default or terms.lifetimes[-1]
    declared = layout.draft.bare.prompt.metadata.cache

    def lifetime(asked: str | None) -> str:
        return asked if asked is not None and asked in terms.write else usual

    marks = {
        at: lifetime(stop.shipped.ttl)
        for at, stop in enumerate(layout.stops)
        if stop.shipped is not None
    }
    if "tools" in declared and layout.stops[0].label == TOOLS:
        marks[0] = lifetime(declared["tools"])
    automatic = lifetime(declared["automatic"]) if "automatic" in declared else None
    blocks = tuple(Block(stop.tokens, stop.label) for stop in layout.stops)
    found = placed_marks(Request(0.0, blocks, marks, automatic), terms)
    return tuple(found.items())[-terms.slots :]


def plans(
    objective: Expected | Tally, layout: Layout, rules: CacheRules, terms: Terms
) -> dict[ArmName, Plan]:
    """Return the placements that are compared; a vendor without marks has one way of its own."""
    last, short = len(layout.stops) - 1, terms.lifetimes[-1]
    if not rules.markable:
        own = everywhere(len(layout.stops), short)
        return {"none": (), "as-shipped": own}
    return {
        "none": (),
        "as-shipped": shipped(layout, rules, terms),
        "automatic": ((last, short),),
        "best-short": best(objective, terms.only(short)).plan,
        "best": best(objective, terms).plan,
    }


def expected_split(objective: Expected, plan: Plan) -> Split:
    """Return what becomes of a call's tokens on average."""
    read, done, written = 0.0, 0.0, dict[str, float]()
    for at, ttl in plan:
        tokens = objective.ends[at] - done
        read += tokens * objective.hit(at, ttl)
        written[ttl] = written.get(ttl, 0.0) + tokens * (1 - objective.hit(at, ttl))
        done = objective.ends[at]
    whole = sum(segment.tokens for segment in objective.segments)
    return Split(read, written, whole - read - sum(written.values()))


def breakeven(at: Callable[[float], Expected], plan: Plan, other: Plan = ()) -> float | None:
    """Return from how many calls a minute on a placement costs less than another, or than none.

    None where nothing is long enough to be marked.
    """

    def pays(rate: float) -> bool:
        objective = at(rate)
        return objective.cost(plan) < objective.cost(other)

    if not plan or not any(at(1.0).ends[place] for place, _ in plan):
        return None
    if not pays(FASTEST):
        return inf
    low, high = SLOWEST, FASTEST
    if pays(low):
        return 0.0
    for _ in range(_STEPS):
        middle = (low * high) ** 0.5
        low, high = (low, middle) if pays(middle) else (middle, high)
    return high


def bounds(layout: Layout, rules: CacheRules, money: Money) -> tuple[Arm, ...]:
    """Return what calls cost with no hit and with all that is the same in them read.

    Raises:
        NotEstimable: What a read costs is not known.
    """
    if rules.read is None or rules.family != "implicit_prefix":
        told = "what a read costs is not known" if rules.read is None else "it has no price a token"
        raise NotEstimable(f"{rules.model} on {rules.surface}: {told} as of {rules.as_of}")
    steady = max((one.tokens for one in layout.stops if not one.changes.per_call), default=0)
    read = steady if steady >= (rules.minimum or 0) else 0
    least = layout.tokens - read * float(1 - rules.read)
    plain = Split(0.0, {}, float(layout.tokens))
    dollars = money.per_thousand(float(layout.tokens))
    return (
        Arm("none", (), float(layout.tokens), dollars, plain),
        Arm(
            "as-shipped", (), least, money.per_thousand(least),
            Split(float(read), {}, float(layout.tokens - read)), at_best=True,
        ),
    )  # fmt: skip
