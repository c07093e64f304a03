"""The answer to a question as a terminal shows it, in 80 columns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from promptops.reporters.answer_cells import LEFT, cells, more

if TYPE_CHECKING:
    from promptops.audit.question import Answer

_WIDTH: Final = 80
_GAP: Final = 2
_LEAST: Final = 6  # characters of a text that gives way to figures


def report(found: Answer, limit: int) -> str:
    """Return a table under its title, and what it does not know."""
    lines = [found.title, ""]
    if found.rows:
        lines += _table(found, cells(found, limit))
        lines += [told] if (told := more(found, limit)) else []
    else:
        lines.append("nothing is listed" if found.notes else "no call of these days tells of it")
    for note in found.notes:
        lines += textwrap.wrap(f"- {note}", _WIDTH, subsequent_indent="  ")
    return "\n".join(lines)


def _table(found: Answer, rows: list[list[str]]) -> list[str]:
    heads = [column.head for column in found.columns]
    wide = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    texts = [i for i, column in enumerate(found.columns) if column.kind == "text"]
    while sum(wide) + _GAP * (len(wide) - 1) > _WIDTH and texts:
        widest = max(texts, key=lambda i: wide[i])
        if wide[widest] <= _LEAST:
            break
        wide[widest] -= 1
    return [_line(found, line, wide) for line in (heads, *rows)]


def _line(found: Answer, values: list[str], wide: list[int]) -> str:
    placed = []
    for value, width, column in zip(values, wide, found.columns, strict=True):
        shown = value if len(value) <= width else f"{value[: width - 1]}…"
        placed.append(f"{shown:<{width}}" if column.kind in LEFT else f"{shown:>{width}}")
    return (" " * _GAP).join(placed).rstrip()
