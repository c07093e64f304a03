"""The answer to a question as JSON: dollars are text, what is not known is null."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptops.audit.question import Answer


def report(found: Answer) -> dict[str, Any]:
    """Return the answer as a value of plain JSON; every row is an object."""
    names = [column.name for column in found.columns]
    return {
        "schema": "promptops.ledger-query/1",
        "question": found.question,
        "columns": [{"name": one.name, "kind": one.kind} for one in found.columns],
        "rows": [
            dict(zip(names, map(_plain, row, [c.kind for c in found.columns]), strict=True))
            for row in found.rows
        ],
        "notes": list(found.notes),
    }


def _plain(value: Any, kind: str) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}" if kind == "usd" else float(value)
    return value.isoformat() if kind == "day" and value is not None else value
