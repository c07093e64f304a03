"""Several evals as text: each report below the name of its file, and a line on all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.reporters import eval_text
from promptops.reporters.figures import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.together import Together


def report(found: Together) -> str:
    """Return the text."""
    return "".join(f"{line}\n" for line in _lines(found))


def _lines(found: Together) -> Iterator[str]:
    for one in found.evals:
        yield f"=== {printable(one.file)} ==="
        yield ""
        if one.report is None:
            yield printable(f"It could not be run: {one.error}")
        else:
            yield eval_text.report(one.report).rstrip("\n")
        yield ""
    for file in found.unchanged:
        yield f"{printable(file)}: nothing that it reads has changed in {found.changed}."
    number = len(found.evals)
    yield f"{number:,} eval{'' if number == 1 else 's'}: {found.headline}"
