"""Cells of CSV that a spreadsheet shows as they are, and does not run."""

from __future__ import annotations

from typing import Any, Final

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet would run such a cell


def inert(value: Any) -> Any:
    """Return a value for a cell; a text that a spreadsheet would run begins with an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value
