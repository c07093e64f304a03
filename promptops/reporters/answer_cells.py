"""The values of an answer as people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.reporters.figures import dollars, printable

if TYPE_CHECKING:
    from promptops.audit.question import Answer, Column

UNKNOWN: Final = "-"
_WHOLE: Final = 1_000  # from here on a number is shown without what follows its point
LEFT: Final = frozenset({"text", "day"})


def cell(value: Any, column: Column) -> str:
    """Return a value as it stands in a table; ``-`` where it is not known."""
    if value is None:
        return UNKNOWN
    match column.kind:
        case "usd":
            return dollars(value)
        case "share":
            return f"{float(value):.1%}"
        case "count" | "tokens" | "seconds" | "number":
            return _number(value, column)
        case _:
            return printable(str(value))


def _number(value: Any, column: Column) -> str:
    if column.kind == "seconds":
        return f"{value:,.2f} s"
    if column.kind == "number" and abs(value) < _WHOLE:
        return f"{value:.4g}"
    return f"{value:,.0f}" if column.kind == "number" else f"{value:,}"


def cells(found: Answer, limit: int) -> list[list[str]]:
    """Return the first rows as they stand in a table."""
    return [
        [cell(value, column) for value, column in zip(row, found.columns, strict=True)]
        for row in found.rows[:limit]
    ]


def more(found: Answer, limit: int) -> str | None:
    """Return the line that says how many rows are not shown; None where all are."""
    rest = len(found.rows) - limit
    return f"and {rest:,} more (--limit)" if rest > 0 else None
