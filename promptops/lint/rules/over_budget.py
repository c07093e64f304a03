"""TOK101."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.facts.limits import find_unbounded
from promptops.lint.facts.money import by_calls, find_method, find_price, lowest
from promptops.lint.facts.sample import find_tokens
from promptops.lint.facts.shares import find_shares
from promptops.lint.facts.usage import find_cost
from promptops.lint.rule import rule
from promptops.model.finding import Problem, Related, Severity
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.lint.view import View
    from promptops.model.prompt import Budget


@rule("TOK101", "over-budget", Severity.ERROR, whole=True)
def over_budget(view: View) -> Iterator[Problem]:
    """The sample is over the prompt's own budget, or an input without a bound can break it.

    ## Why is this bad?

    The budget is the owner's own figure: `cost.budget.tokens` of input, or `usd_per_call` with the
    declared output. The rendered sample is held to it. Where the model's tokens are only scaled
    from another tokenizer, it is an error if even the low end of the band is over, and a warning if
    only the expected figure is.

    It is a note that an input without `max_length` or `max_items` may be of any size: one long
    letter breaks a budget that the sample keeps.

    ## Example

    ```json file=letter.json
    {"letter": "My lamp hums at night, and the shop that sold it to me has closed since."}
    ```

    ```jinja
    ---
    version: 1
    inputs: {letter: {type: string, max_length: 400}}
    cost: {sample: prompts/letter.json, budget: {tokens: 12}}
    ---
    Sum up in one sentence: {{ letter }}
    ```

    ## Use instead

    ```json file=letter.json
    {"letter": "My lamp hums at night, and the shop that sold it to me has closed since."}
    ```

    ```jinja
    ---
    version: 1
    inputs: {letter: {type: string, max_length: 400}}
    cost: {sample: prompts/letter.json, budget: {tokens: 120}}
    ---
    Sum up in one sentence: {{ letter }}
    ```
    """
    budget = view.prompt.metadata.cost.budget
    if view.prompt.broken or (budget.tokens is None and budget.usd_per_call is None):
        return
    over = [*_tokens(view, budget), *_dollars(view, budget)]
    yield from over or _breakable(view, budget)


def _tokens(view: View, budget: Budget) -> Iterator[Problem]:
    encoded = view.of(find_tokens)
    if encoded is None or budget.tokens is None:
        return
    method = view.of(find_method)
    expected, low = method.scale(encoded), lowest(method, encoded)
    if expected > budget.tokens:
        about = "" if method.method == "exact" else "about "
        message = f"the sample has {about}{expected:,} tokens, {expected - budget.tokens:,} over"
        message += f" the budget of {budget.tokens:,}{_largest(view)}{by_calls(method)}"
        severity = Severity.ERROR if low > budget.tokens else Severity.WARNING
        span = view.prompt.key_span("cost", "budget", "tokens")
        yield Problem(span, message, severity=severity, size=expected)


def _dollars(view: View, budget: Budget) -> Iterator[Problem]:
    encoded, price = view.of(find_tokens), view.of(find_price)
    if encoded is None or price is None or budget.usd_per_call is None:
        return
    method, declared = view.of(find_method), view.of(find_cost).output_tokens
    output = int(declared.expected) if declared else 0
    least = int(declared.low if declared.low is not None else declared.expected) if declared else 0
    expected = price.cost(Usage(method.scale(encoded), output))
    low = price.cost(Usage(lowest(method, encoded), least))
    if expected > budget.usd_per_call:
        message = f"the sample costs ${_plain(expected)} a call, more than the budget of"
        message += f" ${_plain(budget.usd_per_call)}"
        severity = Severity.ERROR if low > budget.usd_per_call else Severity.WARNING
        span = view.prompt.key_span("cost", "budget", "usd_per_call")
        yield Problem(span, message, severity=severity, size=int(expected * 1_000_000))


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _largest(view: View) -> str:
    """Return which input takes most of a sample's tokens, as the end of a sentence."""
    shares = view.of(find_shares)
    name, spent = next(iter(shares.inputs.items()), ("", 0)) if shares else ("", 0)
    if shares is None or 2 * spent <= shares.tokens:
        return ""
    return f"; {name!r} takes {view.of(find_method).scale(spent):,} of them"


def _breakable(view: View, budget: Budget) -> Iterator[Problem]:
    open_inputs = view.of(find_unbounded)
    if not open_inputs:
        return
    names = ", ".join(f"{name!r} has no {missing}" for name, missing in open_inputs)
    related = tuple(
        Related(view.prompt.key_span("inputs", name), f"has no {missing}")
        for name, missing in open_inputs
    )
    unit = "tokens" if budget.tokens is not None else "usd_per_call"
    span = view.prompt.key_span("cost", "budget", unit)
    message = f"nothing keeps a call within the budget: {names}"
    yield Problem(span, message, severity=Severity.NOTE, related=related)
