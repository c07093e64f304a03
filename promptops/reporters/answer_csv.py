"""The answer to a question as CSV; a cell that a spreadsheet would run opens with an apostrophe."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.reporters.spreadsheet import inert

if TYPE_CHECKING:
    from promptops.audit.question import Answer


def report(found: Answer) -> str:
    """Return a head and a line for each row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([column.name for column in found.columns])
    writer.writerows([_cell(value) for value in row] for row in found.rows)
    return out.getvalue()


def _cell(value: Any) -> Any:
    return f"{value:f}" if isinstance(value, Decimal) else inert(value)
