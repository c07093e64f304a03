"""MOD106."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.facts.usage import find_cost
from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.lint.view import View


@rule("MOD106", "missing-cost-metadata", Severity.NOTE, whole=True)
def missing_cost_metadata(view: View) -> Iterator[Problem]:
    """The front matter does not say how often the prompt runs.

    ## Why is this bad?

    Without calls a month no finding and no `diff-cost` can speak of money, and without a sample the
    length of the inputs is a guess. Two lines turn "14 tokens saved" into dollars.

    Said once a prompt that declares no calls, and of which the usage file tells none; of prompts
    with our front matter only, and never of partials. A prompt without inputs is its own sample.

    ## Example

    ```jinja
    ---
    version: 1
    model: openai:gpt-6-luna
    inputs: {ticket: string}
    ---
    Name the depot that the ticket speaks of, in one word.
    {{ ticket }}
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    model: openai:gpt-6-luna
    inputs: {ticket: string}
    cost: {calls_per_month: 40000, sample: samples/ticket.json}
    ---
    Name the depot that the ticket speaks of, in one word.
    {{ ticket }}
    ```
    """
    prompt = view.prompt
    if not prompt.ours or prompt.misdeclared or prompt.broken:
        return
    cost = view.of(find_cost)
    if cost.calls_per_month is not None:
        return
    bare = cost.sample is None and bool(prompt.metadata.inputs or prompt.uses)
    told = f"no calls_per_month{' and no sample' if bare else ''}: nothing can be said in money"
    yield Problem(prompt.key_span("cost"), f"cost: has {told}")
