"""MOD101."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.lint.facts.usage import find_answers
from promptops.lint.facts.wordings import said
from promptops.lint.models import reasons
from promptops.lint.rule import rule
from promptops.lint.wording.bounds import beyond
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.lint.facts.usage import Answers
    from promptops.lint.view import View
    from promptops.model.cost import Amount
    from promptops.model.text import Span

_CAPS: Final = ("max_tokens", "max_output_tokens", "max_completion_tokens")
_THINKING: Final = ("thinking", "reasoning", "reasoning_effort", "thinking_config", "effort")


@rule("MOD101", "unfit-max-tokens", Severity.NOTE, whole=True)
def unfit_max_tokens(view: View, *, slack: int = 4) -> Iterator[Problem]:
    """The cap on output tokens is missing, or does not fit what answers need.

    ## Why is this bad?

    Without a cap a runaway answer is as long as the model allows, at the price of output: with
    gpt-5, $1.28 a call. A cap too low cuts answers off, and a cut JSON buys a retry. A cap bounds,
    it does not shorten: say the length in the text as well.

    A note where a prompt that names a model has no cap, or one of more than `slack` times the
    95th percentile that it declares (`cost.output_tokens: {p50: , p95: }`); a warning where the cap
    is under 1.2 times that, under the expected output, under the number of words that the text
    wants at least, or too low for a declared enum's longest value. Where `params` turn thinking on,
    which counts in the cap, only a missing cap is reported; of a model that always reasons no cap
    is called too high.

    Recorded answers come before declared ones. Where `usage sync` has measured them, a cap is
    called too high above `slack` times their 99th percentile, and too low where one in a hundred
    reaches it; between the two nothing is said, whatever is declared. Of answers from before the
    text changed, or from over 90 days ago, that is said, and a warning is a note.

    ## Example

    ```jinja
    ---
    version: 1
    model: openai:gpt-5-mini
    params: {max_tokens: 100}
    inputs: {report: string}
    cost: {output_tokens: {p50: 90, p95: 160}}
    ---
    Summarise the report in at most 120 words.
    {{ report }}
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    model: openai:gpt-5-mini
    params: {max_tokens: 300}
    inputs: {report: string}
    cost: {output_tokens: {p50: 90, p95: 160}}
    ---
    Summarise the report in at most 120 words.
    {{ report }}
    ```
    """
    prompt = view.prompt
    params, output = prompt.metadata.params, prompt.metadata.cost.output_tokens
    key = next((name for name in _CAPS if name in params), None)
    seen = view.of(find_answers)
    if key is None:
        if prompt.metadata.model is not None:
            told = "no max_tokens: nothing caps a runaway answer"
            yield Problem(prompt.key_span("model"), told + (f"; {_length(seen)}" if seen else ""))
        return
    cap = params[key]
    if not isinstance(cap, int) or _thinks(params):
        return
    span = prompt.key_span("params", key)
    longest = max(_values(view), key=len, default="")
    needed = view.count(longest) if cap < len(longest) else 0
    if needed > cap:
        told = f"{key} {cap} cuts off {longest!r}, which has {needed} tokens"
        yield Problem(span, told, severity=Severity.WARNING)
    elif stated := _stated(view, cap):
        told = f"{key} {cap} cuts off an answer of {stated}, as the text wants it"
        yield Problem(span, told, severity=Severity.WARNING)
    elif seen is not None:
        yield from _recorded(view, seen, f"{key} {cap}", cap, span, slack)
    elif output is not None:
        yield from _declared(view, output, f"{key} {cap}", cap, span, slack)


def _declared(
    view: View, output: Amount, named: str, cap: int, span: Span, slack: int
) -> Iterator[Problem]:
    """Yield that a cap does not fit the declared answers."""
    if cap < output.expected:
        told = f"{named} is under the {output.expected} tokens that an answer is expected to have"
        yield Problem(span, told, severity=Severity.WARNING)
    elif output.high is not None and cap * 5 < output.high * 6:
        told = f"{named} is under 1.2 times the 95th percentile of {output.high} tokens"
        yield Problem(span, told, severity=Severity.WARNING)
    elif output.high is not None and cap > output.high * slack and not reasons(view):
        yield Problem(span, f"{named} is over {slack} times the 95th percentile of {output.high}")


def _length(seen: Answers) -> str:
    return f"answers are at most {seen.most:,f} tokens at {seen.share} {seen.told}"


def _recorded(
    view: View, seen: Answers, named: str, cap: int, span: Span, slack: int
) -> Iterator[Problem]:
    """Yield that a cap does not fit the recorded answers."""
    if seen.most >= cap:
        one_in = "a hundred" if seen.share == "p99" else "twenty"
        told = f"{named} cuts answers off: one in {one_in} reaches it {seen.told}"
        yield Problem(span, told, severity=Severity.WARNING if seen.sure else Severity.NOTE)
    elif cap > seen.most * slack and not reasons(view):
        times = f"{cap / seen.most:,.0f} times" if seen.most else "more than"
        yield Problem(span, f"{_length(seen)}: {named} allows {times} that")


def _values(view: View) -> tuple[str, ...]:
    output = view.prompt.metadata.output
    return () if output is None else output.values


def _stated(view: View, cap: int) -> str | None:
    """Return the least length that the text wants, if its words alone are more than the cap."""
    wanted = (one for _, _, every in view.of(said) for one in beyond(every, cap))
    return next((stated for _, stated in wanted), None)


def _thinks(params: Mapping[str, Any]) -> bool:
    return any(name in params for name in _THINKING)
