"""OUT102."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.lint.facts.bounding import bounds_itself
from promptops.lint.facts.usage import find_answers
from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.lint.view import View

_CAPS = ("max_tokens", "max_output_tokens", "max_completion_tokens")
_SHORT: Final = 100  # tokens
_OPEN_ENDED = frozenset({"agent", "conversation"})


@rule("OUT102", "missing-output-bound", Severity.NOTE, whole=True)
def missing_output_bound(view: View, *, shortest: int = 8) -> Iterator[Problem]:
    """Nothing bounds the length of the answer.

    ## Why is this bad?

    A token of output costs three to eight times one of input, and takes the time of the call. A
    number in the text ("at most 80 words", "three bullets") bounds it; "be concise" is no number,
    and "at least" is the wrong side.

    Not reported: a task that bounds its answer by itself (a label, a title, a sentence, a grade or
    a choice without reasons, extraction, translation, a rewrite), a declared enum or `max_words`, a
    cap in `params`, tools, agents and conversations, and texts of fewer than `shortest` words. Nor
    where `usage sync` has seen that answers bound themselves: 99 in 100 of them have at most twice
    the tokens of the median, or at most 100.

    ## Example

    ```jinja
    Write a product description for the teapot below. Be concise.
    {{ teapot }}
    ```

    ## Use instead

    ```jinja
    Write a product description for the teapot below, in at most 80 words.
    {{ teapot }}
    ```
    """
    prompt, answer = view.prompt, view.answer
    if prompt.broken or len(view.variant.static.split()) < shortest:
        return
    output, items = prompt.metadata.output, view.readings[0][1].items
    declared = output is not None and (output.type != "text" or output.max_words is not None)
    bounded = answer.length_bound_stated or answer.self_bounding or answer.task in _OPEN_ENDED
    if declared or bounded or not items or any(cap in prompt.metadata.params for cap in _CAPS):
        return
    if (answer.task is None and not prompt.ours) or prompt.metadata.tools or bounds_itself(view):
        return
    told = "nothing bounds the length of the answer"
    if seen := view.of(find_answers):
        short = seen.most <= _SHORT or seen.most <= seen.median * 2
        if seen.sure and seen.share == "p99" and short:
            return
        told += f": {seen.median:,f} tokens at the median, {seen.most:,f} at {seen.share}"
        told += f" {seen.told}"
    path, span = view.where(view.variant, items[0].start, items[0].end)
    yield Problem(span, told, path=path)
