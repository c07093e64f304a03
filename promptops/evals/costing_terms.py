"""On what terms calls are priced in a steady state: prices, cache rules, traffic."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.caching.hits import hit
from promptops.caching.terms import PESSIMISTIC_HITS, PESSIMISTIC_LATENCY
from promptops.costs.reuse import HIT, Arrivals
from promptops.errors import NotEstimable, UnknownModel
from promptops.evals.requests import asked
from promptops.model.values import dataclass
from promptops.placement.declared import arriving

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date

    from promptops.caching.book import RuleBook
    from promptops.caching.hits import Prefix
    from promptops.caching.rules import CacheRules
    from promptops.caching.terms import Terms
    from promptops.evals.plan import EvalPlan
    from promptops.model.money import Price, Rates
    from promptops.model.prompt import Amount
    from promptops.registry.handle import PromptHandle

ONE: Final = Decimal(1)
_FEWER: Final = Decimal(repr(PESSIMISTIC_HITS))


class Chance(NamedTuple):
    """How often a prefix is found: as expected, and where the cache helps as little as it may."""

    expected: Decimal
    pessimistic: Decimal


@dataclass(frozen=True)
class Steady:
    """The terms of a steady state; ``prices`` are by model, ``calls`` a month.

    ``unknown`` says why nothing is known of the traffic, where that is so.
    """

    prices: Mapping[str, Price | None]
    rules: RuleBook
    day: date
    arrivals: Arrivals = field(default_factory=Arrivals)
    calls: Decimal | None = None
    unknown: str = "how often calls come is not known"

    def price(self, model: str) -> Price | None:
        """Return what a model costs outside of batches; a replayed one as itself."""
        return self.prices.get(model) or self.prices.get(asked(model))

    def rules_of(self, model: str) -> CacheRules | str:
        """Return the rules of a model's cache, or why none are known."""
        try:
            return self.rules.find(asked(model), self.day)
        except UnknownModel as error:
            return str(error)

    def chance(self, prefix: Prefix, seconds: float | None) -> Chance | None:
        """Return how often a prefix is found; None where that is not known."""
        found = self.arrivals.hit(prefix, seconds)
        if found is None:
            return None
        late = found
        traffic = self.arrivals.traffic
        if found and self.arrivals.hit_rate is None and traffic and seconds is not None:
            late = Decimal(repr(max(hit(prefix, traffic, seconds, PESSIMISTIC_LATENCY), 0.0)))
        return Chance(found, min((late * _FEWER).quantize(HIT), found))


def steady(
    plan: EvalPlan,
    handles: Iterable[PromptHandle],
    prices: Mapping[str, Price | None],
    rules: tuple[RuleBook, date],
    given: tuple[Arrivals, Amount | None] | None = None,
) -> Steady:
    """Return the terms of an eval: its own word on traffic, else that of the first version.

    One traffic holds for all versions, so that nothing but the prompt makes a difference.
    ``given`` is how often prefixes are found, and the calls of a month, where these were measured.
    """
    metadata = [handle.prompt.metadata for handle in handles]
    amount = given[1] if given else None
    for one in metadata:
        amount = amount or one.cost.calls_per_month
    how = plan.traffic or next((one.traffic for one in metadata if one.traffic), {})
    number = amount.expected if amount else None
    if given is not None and given[0].known:
        return Steady(prices, *rules, given[0], number)
    if "trace" in how:
        told = "a trace is replayed by `promptops cache --trace`, not here"
        return Steady(prices, *rules, Arrivals(), number, told)
    try:
        load = arriving(how, amount, "declared")
    except NotEstimable:
        told = "how many calls there are is not known: declare cost.calls_per_month"
        return Steady(prices, *rules, Arrivals(), number, told)
    return Steady(prices, *rules, Arrivals(None, load.traffic, load.told), load.calls)


def token_rates(rules: CacheRules | None, rates: Rates, ttl: str) -> tuple[Decimal, Decimal]:
    """Return what a token costs to write and to read; the price list's word comes first."""
    life = rules.lifetimes.get(ttl) if rules else None
    usual = ONE if life is None else life.write
    share = ONE if rules is None or rules.read is None else rules.read
    write = rates.cache_write.get(ttl, rates.input * usual)
    return write, rates.input * share if rates.cache_read is None else rates.cache_read


def priced(terms: Terms, rules: CacheRules, rates: Rates) -> Terms:
    """Return a cache's terms with the multiples that are really paid."""
    if not rates.input:
        return terms
    both = {ttl: token_rates(rules, rates, ttl) for ttl in terms.write}
    write = {ttl: float(paid / rates.input) for ttl, (paid, _) in both.items()}
    read = next((float(paid / rates.input) for _, paid in both.values()), terms.read)
    return replace(terms, read=read, write=write)
