"""TPL105."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promptops.lint.rule import rule
from promptops.model.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.lint.view import View
    from promptops.model.finding import Problem


@rule("TPL105", "unresolved-include", Severity.ERROR)
def unresolved_include(view: View) -> Iterator[Problem]:
    """A file that is included, imported or extended is missing, or includes itself.

    ## Why is this bad?

    The render fails, or nobody can say what it will hold: a name that is computed, or a file
    outside the prompts folder, is not part of any version.

    ## Example

    ```jinja
    {% include "shared/tone-of-voice.j2" %}
    Answer the letter in at most 120 words.
    ```

    ## Use instead

    ```jinja
    Write warmly and plainly.
    Answer the letter in at most 120 words.
    ```
    """
    for found in view.prompt.problems:
        if found.kind == "include":
            yield replace(found.problem, path=found.path)
