"""CAC110."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.facts import traffic as arrivals
from promptops.lint.facts.marks import find_cache_rules
from promptops.lint.facts.money import find_method, lowest
from promptops.lint.facts.prefixes import find_stable
from promptops.lint.facts.traffic import find_traffic
from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.caching.rules import CacheRules
    from promptops.lint.view import View
    from promptops.templates.variants import Leaf


@rule("CAC110", "missing-mark", Severity.WARNING)
def missing_mark(view: View, *, minimum: int = 0) -> Iterator[Problem]:
    """A long prefix that stays the same has no cache mark, and the vendor caches nothing without.

    ## Why is this bad?

    Anthropic's API and Bedrock's Converse cache what is marked and nothing else. A prefix that all
    calls share costs a tenth of plain input or less when it is read, and 1.25 times as much when it
    is written; it pays from h* = (w - 1)/(w - r) on, which is 21.7 % of the calls for five minutes
    at r = 0.1.

    It is a warning where the traffic of the usage file, or that which is declared
    (`cost.calls_per_month`, and `traffic`), makes it pay, whether calls come around the clock or in
    office hours unless `hours` or recorded gaps say which; a note where no traffic is known. Where
    the hits would stay below h*, nothing is said. What is counted is the fixed text up to the first
    value that changes on every call or is declared not at all, at its lowest count; it has to reach
    the model's minimum (or `minimum`). Where the vendor caches automatically, or `cache:
    {automatic: 5m}` stands in the front matter, no mark is missing.

    ## Example

    ```jinja
    ---
    version: 1
    model: anthropic:claude-sonnet-5-5
    inputs: {question: string}
    ---
    {# options: minimum = 20 #}
    {% system %}
    You answer questions about the timetable of the ferries between the islands, in at most two
    sentences, and you name the pier from which the ferry leaves.
    {% endsystem %}
    {% user %}{{ question }}{% enduser %}
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    model: anthropic:claude-sonnet-5-5
    inputs: {question: string}
    ---
    {# options: minimum = 20 #}
    {% system %}
    You answer questions about the timetable of the ferries between the islands, in at most two
    sentences, and you name the pier from which the ferry leaves.
    {% cache %}
    {% endsystem %}
    {% user %}{{ question }}{% enduser %}
    ```
    """
    if view.prompt.broken or view.prompt.dialect != "jinja":
        return  # other languages have no marks, and their values are not told from their text
    rules = view.of(find_cache_rules)
    if rules is None or not _explicit_only(rules) or _marked(view):
        return
    least = minimum or rules.minimum
    leaves, fixed = view.of(find_stable)
    if not least or not leaves or not view.at_least(fixed, least // 4):
        return
    tokens = lowest(view.of(find_method), view.count(fixed))
    pays = _pays(view, leaves, rules) if tokens >= least else False
    if pays is False:
        return
    last = max(at for at, leaf in enumerate(leaves) if leaf.expression is None)
    leaf, start = leaves[last], view.variant.starts[last]
    line = start + len(leaf.text.rstrip()) - len(leaf.text.rstrip().rpartition("\n")[2])
    path, span = view.where(view.variant, line, start + len(leaf.text.rstrip()))
    told = f"{tokens:,} tokens that stay the same end here without a cache mark"
    if pays:
        why = f": at {arrivals.told(view.of(find_traffic))} a mark pays"
        yield Problem(span, told + why, path=path, size=tokens)
    else:
        why = ": declare `cost.calls_per_month` to see whether one pays"
        if view.of(find_traffic):
            why = (
                ": whether one pays hangs on the hours of `traffic`, or on how many keys there are"
            )
        yield Problem(span, told + why, severity=Severity.NOTE, path=path, size=tokens)


def _explicit_only(rules: CacheRules) -> bool:
    return rules.markable and rules.surplus == "refused" and "auto" not in rules.variant


def _marked(view: View) -> bool:
    metadata = view.prompt.metadata
    return (
        any(variant.marks for variant in view.prompt.variants)
        or bool(metadata.cache)
        or "cache_control" in metadata.params
    )


def _pays(view: View, leaves: list[Leaf], rules: CacheRules) -> bool | None:
    """Return whether a mark pays under the declared traffic, or None where it does not say."""
    prefix = arrivals.changes(view, leaves)
    ways = view.of(find_traffic)
    if not ways or prefix is None or rules.read is None:
        return None
    found = {
        any(
            arrivals.chance(prefix, way, life.seconds)
            > (life.write - 1) / (life.write - (rules.read or 0))
            for life in rules.lifetimes.values()
        )
        for way in ways
    }
    return found.pop() if len(found) == 1 else None
