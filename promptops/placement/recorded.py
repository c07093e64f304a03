"""The table of a prompt's placements over recorded calls."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.caching.bootstrap import Interval, interval
from promptops.caching.evaluate import Call, Tally, call_costs, tally
from promptops.caching.events import simulate
from promptops.caching.requests import Block, Request
from promptops.caching.verdict import judge
from promptops.model.values import dataclass
from promptops.placement.arms import Arm, Money, Split, offered, plans
from promptops.placement.gathering import SEED
from promptops.placement.table import Advice, Table

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from promptops.caching.rules import CacheRules
    from promptops.caching.terms import Plan, Terms
    from promptops.model.money import Price
    from promptops.placement.arms import ArmName
    from promptops.placement.gathering import Gathered
    from promptops.placement.layout import Layout


@dataclass(frozen=True, slots=True)
class Recording:
    """A trace that was used, in words and numbers."""

    told: str
    calls: int


def recorded(
    layout: Layout,
    rules: CacheRules,
    price: Price,
    output: Decimal | None,
    gather: Callable[[Layout, float], Gathered],
) -> Table:
    """Return what placements would have cost in the recorded calls of a prompt.

    Args:
        layout: The prompt's stops, which the calls' inputs fill.
        rules: Of the model.
        price: Of the model.
        output: Tokens of an answer, as declared.
        gather: Returns the calls for a layout and the longest lifetime of a cache, in seconds.

    Raises:
        TraceError: The file cannot be read, or holds no call that fits the prompt.
        NotEstimable: A number of the vendor's rules is not known.
    """
    terms = offered(rules)
    money = Money(price.rates_for(layout.tokens), output)
    found = gather(layout, max(terms.seconds.values()))
    objective = tally(found.calls, terms)
    compared = plans(objective, layout, rules, terms)
    costs = dict(zip(compared, call_costs(found.calls, terms, [*compared.values()]), strict=True))
    arms = []
    for name, plan in compared.items():
        pairs = zip(costs[name], costs["as-shipped"], strict=True)
        apart = interval([one - other for one, other in pairs], found.blocks, SEED)
        cost = objective.cost(plan) / objective.calls
        late = money.per_thousand(_replayed(found.calls, plan, terms.pessimistic()))
        same = name == "as-shipped"
        split, edges = _split(objective, plan), None if same else _dollars(apart, money)
        arms.append(Arm(name, plan, cost, money.per_thousand(cost), split, late, edges))
    advice = Advice("keep", "the vendor takes no marks; the order of the text counts")
    if rules.markable:
        second = _runner_up(compared, costs)
        verdict = judge(costs["best"], costs["as-shipped"], second, found.blocks, SEED)
        advice = Advice("unclear" if verdict.keep_shipped else "change", verdict.reason)
        if compared["best"] == compared["as-shipped"] and verdict.kind != "too-few-calls":
            advice = Advice("keep", "the placement as shipped is the cheapest")
        advice = _simulated(found.calls, terms, compared, advice)
    recording = Recording(found.told, objective.calls)
    return Table(rules, price, money, layout, None, terms, tuple(arms), advice, recording)


def _split(objective: Tally, plan: Plan) -> Split:
    read, written = 0.0, dict[str, float]()
    before: int | None = None
    for at, ttl in plan:
        row = objective.live[ttl][at]
        tokens = objective.marked[at] - (0 if before is None else objective.marked[before])
        hits = row[at] - (0 if before is None else row[before])
        read += hits / objective.calls
        written[ttl] = written.get(ttl, 0.0) + (tokens - hits) / objective.calls
        before = at
    whole = objective.plain / objective.calls
    return Split(read, written, whole - read - sum(written.values()))


def _dollars(apart: Interval, money: Money) -> tuple[Decimal, Decimal]:
    return money.difference(apart.low), money.difference(apart.high)


def _replayed(calls: Sequence[Call], plan: Plan, terms: Terms) -> float:
    """Return the mean cost of the calls as the simulator bills them."""
    marks = dict(plan)
    requests = [
        Request(
            call.t,
            tuple(Block(n, str(one)) for n, one in zip(call.tokens, call.ids, strict=True)),
            marks,
        )
        for call in calls
    ]
    return sum(one.cost(terms) for one in simulate(requests, terms)) / len(calls)


def _runner_up(compared: Mapping[ArmName, Plan], costs: Mapping[ArmName, array[float]]) -> Any:
    """Return the costs of the cheapest other placement, that as shipped being compared anyway."""
    taken = (compared["best"], compared["as-shipped"])
    others = [name for name, plan in compared.items() if plan not in taken]
    return costs[min(others, key=lambda name: sum(costs[name]))] if others else None


def _simulated(
    calls: Sequence[Call], terms: Terms, compared: Mapping[ArmName, Plan], advice: Advice
) -> Advice:
    """Keep the placement as shipped where the simulator ranks it before the best one."""
    if advice.conclusion != "change":
        return advice
    best = _replayed(calls, compared["best"], terms)
    now = _replayed(calls, compared["as-shipped"], terms)
    if best < now:
        return advice
    told = "the simulator, which looks back 20 blocks, prices the placement as shipped lower"
    return Advice("unclear", told)
