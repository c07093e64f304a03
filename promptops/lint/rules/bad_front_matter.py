"""TPL107."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.lint.rule import rule
from promptops.model.finding import Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.lint.view import View
    from promptops.model.finding import Problem


@rule("TPL107", "bad-front-matter", Severity.ERROR, sure=True)
def bad_front_matter(view: View) -> Iterator[Problem]:
    """The front matter holds an unknown or doubled key, or a value of the wrong type.

    ## Why is this bad?

    A misspelt key is a setting that silently does not hold: a limit that is not checked, an input
    that is not declared. YAML adds surprises of its own, such as `version: 1.10`, which is a
    number, and `on`, which is true.

    ## Example

    ```jinja
    ---
    version: 1
    ouput: {type: text, max_words: 60}
    ---
    Describe the product in at most 60 words.
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    output: {type: text, max_words: 60}
    ---
    Describe the product in at most 60 words.
    ```
    """
    for found in view.prompt.problems:
        if found.kind == "front-matter":
            yield found.problem
