"""TPL103."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from promptops.errors import nearest
from promptops.lint.rule import rule
from promptops.model.finding import Edit, Fix, Problem, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from promptops.lint.view import View
    from promptops.model.text import Span


@rule("TPL103", "undefined-variable", Severity.ERROR)
def undefined_variable(view: View) -> Iterator[Problem]:
    """The template uses a name that is no declared input and that nothing in it sets.

    ## Why is this bad?

    Rendering is strict: the call fails. With other tools it is worse, since an undefined name
    renders to nothing and the model answers without the ticket it was asked about.

    A name behind `is defined` or `default` may be absent and is not reported; nor is any name of a
    template that declares no inputs.

    ## Example

    ```jinja
    ---
    version: 1
    inputs: {ticket: "string, the customer's words"}
    ---
    Which team should read this? Answer with its name only.
    {{ tiket }}
    ```

    ## Use instead

    ```jinja
    ---
    version: 1
    inputs: {ticket: "string, the customer's words"}
    ---
    Which team should read this? Answer with its name only.
    {{ ticket }}
    ```
    """
    declared = view.prompt.metadata.inputs
    if declared is None or view.prompt.broken:
        return
    seen = set()
    for use in view.prompt.uses:
        if use.guarded or use.name in declared or (use.name, use.file) in seen:
            continue
        seen.add((use.name, use.file))
        template, span = view.prompt.use_span(use)
        path = None if template is view.prompt.template else template.body.source.path
        what = "function" if use.called else "input"
        message = f"{use.name!r} is no declared {what}{nearest(use.name, declared)}"
        yield Problem(span, message, path=path, fix=_rename(use.name, declared, span, path))


def _rename(name: str, declared: Iterable[str], span: Span, path: str | None) -> Fix | None:
    close = get_close_matches(name, list(declared), n=2, cutoff=0.75)
    if path is not None or len(close) != 1 or span.end - span.start != len(name):
        return None
    return Fix((Edit(span, close[0]),), safe=False, title=f"rename it to {close[0]!r}")
