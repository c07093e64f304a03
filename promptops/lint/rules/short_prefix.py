"""CAC105."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.lint.facts.marks import find_cache_rules, lifetime
from promptops.lint.facts.money import by_calls, find_method, lowest
from promptops.lint.facts.prefixes import find_marked, find_tool_tokens
from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.caching.rules import CacheRules
    from promptops.lint.facts.prefixes import Marked
    from promptops.lint.view import View
    from promptops.model.tokens import CountMethod

_EXACT: Final = ("exact", "calibrated", "scaled")


@rule("CAC105", "short-prefix", Severity.WARNING)
def short_prefix(view: View) -> Iterator[Problem]:
    """What stands above a cache mark is shorter than the model caches.

    ## Why is this bad?

    Below its minimum a model caches nothing and says nothing: no write, no read, no error. Claude
    models want 512 to 4,096 tokens, by model, and OpenAI's from GPT-5.6 on 1,024. A prompt that is
    cached on one model may not be on the next.

    It is a warning where even the highest count that our tokens of the model's vendor allow stays
    below, and a note where the count may reach it or not, or where tools count, too, with what the
    vendor adds to them. What is counted is the declared sample up to the mark, and without one the
    fixed text; below a value that no sample fills in nothing is said. Where filling the prefix up
    would pay, with text that is needed anyway such as more examples, the finding says from how many
    calls within the lifetime on: padding L tokens to the minimum M pays over N calls where
    L > M(r + (w - r)/N), for a read at r and a write at w times the price of plain input.

    ## Example

    ```jinja
    ---
    version: 1
    model: anthropic:claude-opus-4-6
    inputs: {question: string}
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
    model: anthropic:claude-opus-4-6
    inputs: {question: string}
    ---
    {% system %}
    You answer questions about the timetable of the ferries between the islands.
    {% endsystem %}
    {% user %}{{ question }}{% enduser %}
    ```
    """
    rules = None if view.prompt.broken else view.of(find_cache_rules)
    if rules is None or not rules.markable or not rules.minimum:
        return
    tools = view.of(find_tool_tokens)
    method = view.of(find_method)
    if tools is None or method.method not in _EXACT:
        return
    for marked in view.of(find_marked):
        if view.at_least(marked.text, rules.minimum):
            return  # so are all below it
        found = _short(view, marked, tools, rules, method)
        if found is not None:
            yield found


def _short(
    view: View, marked: Marked, tools: int, rules: CacheRules, method: CountMethod
) -> Problem | None:
    least = rules.minimum or 0
    encoded = view.count(marked.text) + tools
    high = method.scale(encoded)
    high = high if method.band is None else int(high * method.band[1]) + 1
    if lowest(method, encoded) >= least:
        return None
    sure = high < least and not tools
    length = method.scale(encoded)
    counted = f"{length:,}" if method.method == "exact" else f"some {length:,}"
    told = f"{counted} tokens above the mark{by_calls(method)}, and {rules.model} caches from"
    told += f" {least:,} on"
    pays = _filling(rules, marked.tag.ttl, length) if high < least else ""
    severity = Severity.WARNING if sure else Severity.NOTE
    return Problem(marked.tag.span, told + pays, severity=severity, size=length)


def _filling(rules: CacheRules, ttl: str | None, length: int) -> str:
    """Return when filling the prefix up pays, in words; nothing where a rule is not known."""
    from promptops.caching.formulas import padding_requests

    life = lifetime(rules, ttl)
    if life is None or rules.read is None:
        return ""
    write = float(rules.lifetimes[life].write)
    calls = padding_requests(length, rules.minimum or 0, write, float(rules.read))
    if calls is None:
        return ": nothing is cached"
    return f": nothing is cached; filling it up pays from {calls:,} calls within {life} on"
