"""TPL101."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promptops.lint.rule import rule
from promptops.model.finding import Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.lint.view import View


@rule("TPL101", "template-error", Severity.ERROR, sure=True)
def template_error(view: View) -> Iterator[Problem]:
    """The file cannot be read, or its template does not compile.

    ## Why is this bad?

    Nothing can be rendered, so the application fails on the first call. Of 9,607 versions of public
    prompts, 35 do not parse, and two of them were shipped for eight months. Text outside the
    message blocks counts, too: it belongs to no message, so nothing would send it. So does an empty
    file, since vendors refuse an empty message.

    ## Example

    ```jinja
    Summarise the report.
    {% if detailed %}
    Give every figure.
    ```

    ## Use instead

    ```jinja
    Summarise the report in three sentences.
    {% if detailed %}
    Give every figure.
    {% endif %}
    ```
    """
    prompt = view.prompt
    for found in prompt.problems:
        if found.kind in {"template", "unreadable"}:
            yield replace(found.problem, path=found.path)
    if not prompt.broken and not prompt.template.body.text.strip():
        yield Problem(prompt.source.line_span(1), "the prompt is empty: nothing would be sent")
