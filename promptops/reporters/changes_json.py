"""What differs between two prompts as ``promptops.diff/1``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptops.registry.changes import Comparison


def report(found: Comparison) -> dict[str, Any]:
    """Return a comparison as plain data."""
    return {
        "schema": "promptops.diff/1",
        "before": found.before,
        "after": found.after,
        "kind": found.kind,
        "changes": [change._asdict() for change in found.changes],
        "texts": [{"part": one.part, "diff": list(one.lines)} for one in found.texts],
    }
