"""The table of a prompt's placements for one model, and what may be concluded from it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from promptops.errors import NotEstimable
from promptops.model.money import PER_MONTH
from promptops.model.values import dataclass
from promptops.placement.arms import (
    THOUSAND,
    Arm,
    Money,
    bounds,
    breakeven,
    expected_split,
    offered,
    plans,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from decimal import Decimal

    from promptops.caching.rules import CacheRules
    from promptops.caching.terms import Plan, Terms
    from promptops.model.money import Price
    from promptops.placement.declared import Load
    from promptops.placement.layout import Layout
    from promptops.placement.recorded import Recording

Conclusion = Literal["change", "keep", "unclear"]


@dataclass(frozen=True, slots=True)
class Advice:
    """What to do, why, and which assumptions turn it."""

    conclusion: Conclusion
    reason: str
    hangs_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """A prompt's placements for a model."""

    rules: CacheRules
    price: Price
    money: Money
    layout: Layout
    load: Load | None
    terms: Terms | None  # None: nothing but bounds is known
    arms: tuple[Arm, ...]
    advice: Advice
    recording: Recording | None = None

    def arm(self, name: str) -> Arm:
        """Return an arm of the table by its name."""
        return next(arm for arm in self.arms if arm.name == name)

    @property
    def how(self) -> tuple[str, ...]:
        """What the figures rest on, in sentences."""
        answers = "of answers nothing is declared: they are not counted"
        if self.money.output is not None:
            answers = f"answers of {self.money.output:,f} tokens are counted"
        found = [
            f"tokens: {self.layout.method.describe()}, of {self.layout.draft.values}",
            f"dollars: prices of {self.price.model} ({self.price.source}); {answers}",
        ]
        if self.terms is not None and self.recording is None:
            late = "pessimistic: a fifth of the hits fail, entries are read 3 seconds late"
            gaps = self.load is not None and bool(self.load.traffic.gaps)
            hits = "of the recorded gaps, where text is shared by all; else " if gaps else ""
            found += [f"hits: {hits}in closed form, no provider was called", late]
        elif self.terms is None:
            found.append("as-shipped is a bound: every call finds all that is the same in calls")
        if self.recording is not None:
            found += [
                "hits: those of the recorded calls' gaps; months and the picture as declared",
                "pessimistic: simulated, read 3 seconds late, a hit keeps itself alone alive",
                "intervals: whole sessions or stretches drawn again 2,000 times, paired by call",
            ]
        own = f"the project's own rules: {', '.join(self.rules.overridden)}"
        found += [own] if self.rules.overridden else []
        return (*found, *self.layout.assumed, *self.rules.notes)

    def month(self, arm: Arm) -> Decimal | None:
        """Return the dollars of a month, where its calls are known."""
        if self.load is None:
            return None
        return (arm.dollars * self.load.calls / THOUSAND).quantize(PER_MONTH)


def table(
    layout: Layout, rules: CacheRules, price: Price, output: Decimal | None, load: Load
) -> Table:
    """Return what placements are expected to cost under declared traffic.

    Raises:
        NotEstimable: A number of the vendor's rules is not known.
        MarksRefused: The vendor would refuse the marks as shipped.
    """
    money = Money(price.rates_for(layout.tokens), output)
    try:
        terms = offered(rules)
    except NotEstimable:
        reason = "the vendor takes no marks and promises no hit; the order of the text counts"
        arms, advice = bounds(layout, rules, money), Advice("keep", reason)
        return Table(rules, price, money, layout, load, None, arms, advice)
    objective = layout.expected(terms, load.traffic)
    late = objective.pessimistic()
    arms = tuple(
        Arm(
            name,
            plan,
            objective.cost(plan),
            money.per_thousand(objective.cost(plan)),
            expected_split(objective, plan),
            money.per_thousand(late.cost(plan)),
            breakeven=breakeven(lambda rate: layout.expected(terms, load.at(rate)), plan),
        )
        for name, plan in plans(objective, layout, rules, terms).items()
    )
    found = Table(rules, price, money, layout, load, terms, arms, Advice("keep", ""))
    return replace(found, advice=_advice(found, load, terms))


def _advice(found: Table, load: Load, terms: Terms) -> Advice:
    if not found.rules.markable:
        return Advice("keep", "the vendor takes no marks; the order of the text counts")
    best, now = found.arm("best").plan, found.arm("as-shipped").plan
    if best == now:
        return Advice("keep", "the placement as shipped is the cheapest")
    turned = [
        told for told, gain in _gains(found, load, terms, {"best": best, "now": now}) if gain <= 0
    ]
    if not turned:
        told = "the best placement is cheaper: as expected, with a fifth fewer hits that come late,"
        least = breakeven(lambda rate: found.layout.expected(terms, load.at(rate)), best, now)
        told += " and at both ends of the token count and of the declared calls"
        if not least:
            return Advice("change", told)
        rates = f"more than {least:.3g} calls a minute, here {load.calls_per_min:.3g}"
        return Advice("change", told, (rates,))
    if "the hits that are expected" in turned:
        return Advice("keep", "no placement is cheaper than the one as shipped")
    told = "no clear winner: keep the placement as shipped"
    return Advice("unclear", told, tuple(turned))


def _gains(
    found: Table, load: Load, terms: Terms, sides: Mapping[str, Plan]
) -> Iterator[tuple[str, float]]:
    """Yield what the best placement saves a call, under one assumption after another."""

    def gain(layout: Layout, rate: float | None = None, *, late: bool = False) -> float:
        traffic = load.traffic if rate is None else load.at(rate)
        objective = layout.expected(terms, traffic)
        if late:
            objective = objective.pessimistic()
        return objective.cost(sides["now"]) - objective.cost(sides["best"])

    yield "the hits that are expected", gain(found.layout)
    yield "a fifth fewer hits, read 3 seconds late", gain(found.layout, late=True)
    for share in found.layout.method.band or ():
        told = f"a token count {(share - 1) * 100:+.0f} % off, at the vendor's minimum"
        yield told, gain(found.layout.scaled(share))
    for amount in (load.low, load.high):
        if amount:
            rate = load.calls_per_min * float(amount / load.calls)
            yield f"{amount:,f} calls a month", gain(found.layout, rate)
