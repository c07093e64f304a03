"""Files that are taken into a ledger, and what the ledger then holds."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

from promptops.intake.reading import reading
from promptops.intake.taking import Taken, take
from promptops.model.money import Price, Rates

PRICE = Price("any:model", Rates(Decimal(3), Decimal(15), Decimal("0.3")))


def priced(_model: str, _at: float) -> Price:
    """Return what any model costs at any time."""
    return PRICE


def written(path: Path, content: str | bytes | list[Any] | dict[str, Any]) -> Path:
    """Write a file: text, bytes, a JSON value, or lines of JSON."""
    if isinstance(content, list):
        content = "".join(json.dumps(one) + "\n" for one in content)
    elif isinstance(content, dict):
        content = json.dumps(content)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def taken(
    ledger: Path, path: Path, *given: str, kind: str | None = None, source: str | None = None
) -> Taken:
    """Take a file into a ledger."""
    return take(reading(path, kind, given, source), ledger, priced, lambda _: None)


def asked(ledger: Path, query: str) -> list[Any]:
    """Return what a ledger answers."""
    with closing(sqlite3.connect(ledger)) as connection:
        return connection.execute(query).fetchall()


def calls(ledger: Path, columns: str) -> list[Any]:
    """Return columns of the calls of a ledger, with what they have in common, by time."""
    return asked(
        ledger, f"SELECT {columns} FROM calls JOIN contexts USING (context_id) ORDER BY at, call_id"
    )


def everything(ledger: Path) -> dict[str, list[Any]]:
    """Return all rows of the tables that an import writes."""
    tables = ("calls", "contexts", "outcomes", "prices", "billed")
    return {name: sorted(asked(ledger, f"SELECT * FROM {name}"), key=repr) for name in tables}


def why(found: Taken) -> dict[str, tuple[int, int]]:
    """Return how many rows were left out, and the line of the first, by reason."""
    return {reason: (one.count, one.line) for reason, one in (found.left or {}).items()}
