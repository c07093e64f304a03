"""TPL104."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.lint.view import View


@rule("TPL104", "unused-variable", Severity.WARNING)
def unused_variable(view: View) -> Iterator[Problem]:
    """An input is declared and used nowhere, neither here nor in what is included.

    ## Why is this bad?

    Callers fetch and pass a value that the model never sees. Often the text that used it was
    deleted by accident.

    ## Example

    ```jinja
    ---
    version: 1
    inputs: {article: string, audience: string}
    ---
    Summarise the article in two sentences.
    {{ article }}
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    inputs: {article: string, audience: string}
    ---
    Summarise the article for {{ audience }} in two sentences.
    {{ article }}
    ```
    """
    prompt = view.prompt
    if prompt.broken:
        return
    used = {use.name for use in prompt.uses}
    for name in prompt.metadata.inputs or {}:
        if name not in used:
            yield Problem(prompt.key_span("inputs", name), f"input {name!r} is used nowhere")
