"""The answer to a question as a table in Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.reporters.answer_cells import LEFT, UNKNOWN, cells, more
from promptops.reporters.markdown import code

if TYPE_CHECKING:
    from promptops.audit.question import Answer


def report(found: Answer, limit: int) -> str:
    """Return a table under its title, and what it does not know."""
    kinds = [column.kind for column in found.columns]
    lines = [f"**{found.title}**", "", _line([column.head for column in found.columns])]
    lines.append(_line(["---" if kind in LEFT else "---:" for kind in kinds]))
    for row in cells(found, limit):
        told = zip(row, kinds, strict=True)
        lines.append(
            _line(
                [code(v, cell=True) if kind == "text" and v != UNKNOWN else v for v, kind in told]
            )
        )
    notes = [one for one in (more(found, limit), *found.notes) if one]
    return "\n".join([*lines, "", *(f"- {note}" for note in notes)]).rstrip() + "\n"


def _line(values: list[str]) -> str:
    return f"| {' | '.join(values)} |"
