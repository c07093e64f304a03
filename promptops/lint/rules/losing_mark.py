"""CAC106."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from promptops.lint.facts import traffic as arrivals
from promptops.lint.facts.marks import find_cache_rules, find_tags, lifetime
from promptops.lint.facts.traffic import find_traffic
from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.caching.hits import Prefix, Traffic
    from promptops.caching.terms import Terms
    from promptops.lint.facts.marks import Tag
    from promptops.lint.view import View


class _Priced(NamedTuple):
    """A mark, and what a token above it costs a call with each lifetime, for each traffic."""

    tag: Tag
    ttl: str
    prefix: Prefix
    costs: list[dict[str, float]]
    hits: list[float]

    def beaten_by(self, share: float) -> str | None:
        """Return the lifetime that is cheaper by more than a share under each traffic, if any."""
        best = {min(costs, key=lambda ttl: costs[ttl]) for costs in self.costs}
        if len(best) != 1 or best == {self.ttl}:
            return None
        other = best.pop()
        beaten = all(costs[other] < (1 - share) * costs[self.ttl] for costs in self.costs)
        return other if beaten else None


@rule("CAC106", "losing-mark", Severity.WARNING)
def losing_mark(view: View, *, percent: int = 10) -> Iterator[Problem]:
    """A cache mark costs more than it saves under the declared traffic, or not the least.

    ## Why is this bad?

    Writing to the cache costs more than plain input, so a mark pays only where enough calls come
    before its lifetime ends: for h > h* = (w - 1)/(w - r) of them, with w for a write and r for a
    read in prices of plain input. At r = 0.1 that is 21.7 % for five minutes (w = 1.25) and 52.6 %
    for an hour (w = 2). Calls at random, so many a minute (λ), find a lifetime of T minutes alive
    in h = 1 - e^(-λT); a key with n values divides λ by n.

    Used is what the usage file tells of calls and of the gaps between them, what is declared
    (`cost.calls_per_month`, `traffic`, the `stability` and `cardinality` of inputs), and nothing
    else. Without `hours` or recorded gaps a mark is reported only where it loses around the clock
    and in office hours alike. Another lifetime is named where it is cheaper by more than `percent`.
    A mark that changes nothing, because the text to the next mark never changes and both live
    equally long, is a note. Without known traffic nothing is said.

    ## Example

    ```jinja
    ---
    version: 1
    model: anthropic:claude-sonnet-5-5
    inputs: {question: string}
    cost: {calls_per_month: 300}
    traffic: {arrivals: poisson, hours: even}
    ---
    {% system %}
    You answer questions about the timetable of the ferries between the islands.
    {% cache %}
    {% endsystem %}
    {% user %}{{ question }}{% enduser %}
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    model: anthropic:claude-sonnet-5-5
    inputs: {question: string}
    cost: {calls_per_month: 300_000}
    traffic: {arrivals: poisson, hours: even}
    ---
    {% system %}
    You answer questions about the timetable of the ferries between the islands.
    {% cache %}
    {% endsystem %}
    {% user %}{{ question }}{% enduser %}
    ```
    """
    priced = list(_priced(view))
    for one in priced:
        if one.prefix.per_call:
            return  # that no call reads it is CAC103
        if all(costs[one.ttl] > 1 for costs in one.costs):
            yield _losing(view, one)
    yield from _beaten(view, priced, percent)
    for one, below in pairwise(priced):
        same = one.prefix == below.prefix and one.ttl == below.ttl
        if same and all(costs[one.ttl] <= 1 for costs in one.costs):
            told = "changes nothing: the text up to the next mark changes no oftener, and both live"
            yield Problem(one.tag.span, f"{told} {one.ttl}", severity=Severity.NOTE)


def _priced(view: View) -> Iterator[_Priced]:
    rules = None if view.prompt.broken else view.of(find_cache_rules)
    ways, tags = view.of(find_traffic), view.of(find_tags)
    variant = view.variant
    if rules is None or not rules.markable or not ways or len(variant.marks) != len(tags):
        return
    if rules.read is None or rules.minimum is None or len(tags) > rules.marks:
        return  # of too many marks CAC104 speaks
    terms = rules.terms()
    leaves = list(zip(variant.leaves, variant.starts, strict=True))
    for tag, mark in zip(tags, variant.marks, strict=True):
        ttl = lifetime(rules, tag.ttl)
        prefix = arrivals.changes(view, (leaf for leaf, at in leaves if at < mark))
        if ttl is None or prefix is None:
            return  # and nothing is known of what is below it
        # Lifetimes that only some models have, or at a price that is not sure, are not proposed.
        usual = {name for name, life in rules.lifetimes.items() if not life.note}
        costs = [_costs(prefix, way, terms.only(*sorted(usual | {ttl}))) for way in ways]
        hits = [arrivals.chance(prefix, way, terms.seconds[ttl]) for way in ways]
        yield _Priced(tag, ttl, prefix, costs, hits)


def _costs(prefix: Prefix, way: Traffic, terms: Terms) -> dict[str, float]:
    from promptops.caching.formulas import token_cost

    return {
        ttl: token_cost(write, terms.read, arrivals.chance(prefix, way, terms.seconds[ttl]))
        for ttl, write in terms.write.items()
    }


def _losing(view: View, one: _Priced) -> Problem:
    from promptops.caching.formulas import breakeven_hit

    rules = view.of(find_cache_rules)
    assert rules is not None  # noqa: S101 - it was priced by them
    terms = rules.terms()
    least = breakeven_hit(terms.write[one.ttl], terms.read)
    told = f"at {arrivals.told(view.of(find_traffic))} {max(one.hits):.1%} of the calls find it"
    also = ""
    pays = [ttl for ttl in one.costs[0] if all(costs[ttl] < 1 for costs in one.costs)]
    if pays:
        also = f"; {min(pays, key=lambda ttl: max(costs[ttl] for costs in one.costs))} would pay"
    told = f"loses: {told}, and a mark of {one.ttl} pays from {least:.1%} on{also}"
    return Problem(one.tag.span, told)


def _beaten(view: View, priced: list[_Priced], percent: int) -> Iterator[Problem]:
    """Yield marks that another lifetime beats, where the vendor takes it in that place."""
    rules = view.of(find_cache_rules)
    longest = float("inf")
    for one in priced:
        other = one.beaten_by(percent / 100)
        lives = rules.lifetimes[other or one.ttl].seconds if rules is not None else 0
        if other is not None and lives <= longest and any(c[one.ttl] <= 1 for c in one.costs):
            saved = min(1 - costs[other] / costs[one.ttl] for costs in one.costs)
            at = arrivals.told(view.of(find_traffic))
            told = f"{other} is {saved:.0%} cheaper than {one.ttl} at {at}"
            yield Problem(one.tag.span, told)
        longest = min(longest, lives)
