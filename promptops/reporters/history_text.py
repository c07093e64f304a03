"""A prompt's versions as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.reporters.figures import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.registry.history import Release


def report(releases: Sequence[Release]) -> str:
    """Return a line for each version."""
    rows = [_cells(release) for release in releases]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True) if width]
        lines.append("  ".join(cells).rstrip() + "\n")
    return "".join(lines)


def _cells(release: Release) -> tuple[str, ...]:
    locked, when = release.locked, release.introduction
    tokens = next(iter(locked.tokens.values()), None)
    return (
        f"v{locked.number}",
        locked.closure[:19],
        "" if tokens is None else f"{tokens:,} tokens",
        f"{when.at:%Y-%m-%d}" if when else "-",
        when.commit[:9] if when else "-",
        printable(when.author) if when else "-",
        ", ".join(release.labels),
    )
