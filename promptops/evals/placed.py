"""Costs in production, for the report: what answers cost live, and with marks elsewhere."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.evals.costing import costing
from promptops.evals.costing_terms import steady
from promptops.evals.costing_values import Reply
from promptops.evals.figures_costs import thousandfold
from promptops.evals.report_facts import TrafficFacts
from promptops.evals.report_variants import Money, Placement
from promptops.model.money import PER_CALL
from promptops.statistics.gate import Cause

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date

    from promptops.caching.book import RuleBook
    from promptops.evals.costing import Costing
    from promptops.evals.costing_values import Costed, Placed
    from promptops.evals.gathered import Seen
    from promptops.evals.material import Material
    from promptops.evals.plan import EvalPlan
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case
    from promptops.model.money import Price

THOUSAND: Final = 1_000


def costs(
    plan: EvalPlan,
    variants: Sequence[Variant],
    cases: Sequence[Case],
    prices: Mapping[str, Price | None],
    rules: tuple[RuleBook, date],
) -> Costing | None:
    """Return what answers cost in production; None where nobody is paid for any."""
    from promptops.tokens.counter import default_counter

    paid = [one for one in variants if not one.model.startswith("baseline:")]
    if not paid:
        return None
    terms = steady(plan, [one.handle for one in paid], prices, rules)
    return costing(paid, cases, terms, default_counter())


def costed(made: Material) -> dict[str, Costed]:
    """Return each variant's costs in the placements that the plan asks for."""
    if made.costing is None:
        return {}
    return made.costing.costed(_replies(made.seen), made.plan.placements)


def placements(made: Material, found: Mapping[str, Costed]) -> tuple[Placement, ...]:
    """Return the same as rows, with intervals and with what a success costs."""
    by_id = {one.id: one for one in made.variants}
    rows = []
    for name, one in found.items():
        sums: dict[int, _Sums] = {}  # placements that are the same have the same dollars
        for each in one.placements:
            same = id(each.dollars)
            if same not in sums:
                sums[same] = _sums(made, by_id[name], each.dollars)
            rows.append(_placement(by_id[name], each, sums[same], one.shipped.per_call))
    return tuple(rows)


class _Sums(NamedTuple):
    """What some cases cost, how many they won, and the ends of what 1,000 of them cost."""

    spent: Decimal
    won: float
    low: Decimal | None
    high: Decimal | None


def _sums(made: Material, variant: Variant, dollars: Sequence[Decimal | None]) -> _Sums:
    known = [(at, one) for at, one in enumerate(dollars) if one is not None]
    values = made.values(variant, made.metric)
    return _Sums(
        sum((one for _, one in known), Decimal(0)),
        sum(value for at, _ in known if not isinstance(value := values[at], Cause)),
        *thousandfold([float(one) for _, one in known], made.units(at for at, _ in known)),
    )


def _placement(variant: Variant, each: Placed, sums: _Sums, shipped: Decimal | None) -> Placement:
    per_call, late, mean = each.per_call, each.pessimistic, each.mean
    ends = (None, None) if per_call is None else (sums.low, sums.high)
    rate = None if mean is None else mean.hit_rate
    priced = sums.won and per_call is not None
    return Placement(
        f"{variant.id} {each.kind}",
        variant.id,
        each.kind,
        Money(each.per_1000, *ends),
        None if late is None else late * THOUSAND,
        (sums.spent / Decimal(repr(sums.won))).quantize(PER_CALL) if priced else None,
        float(per_call / shipped) if per_call is not None and shipped else None,
        None if rate is None else float(rate),
    )


def traffic(found: Costing) -> TrafficFacts:
    """Return the traffic that the costs are of."""
    known = found.steady
    calls = None if known.calls is None else float(known.calls)
    told = known.arrivals.origin if known.arrivals.known else known.unknown
    return TrafficFacts("declared", calls, told)


def _replies(seen: Mapping[str, Mapping[str, Sequence[Seen]]]) -> Iterator[Reply]:
    for variant, cases in seen.items():
        for case, answers in cases.items():
            for one in answers:
                if one.completion is not None:
                    done = one.completion
                    yield Reply(variant, case, done.usage, done.reasoning_tokens, one.repeat)
