"""What differs between two prompts, as people read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.reporters.figures import printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.registry.changes import Comparison

_COLOURS: Final = {"breaking": "red", "behaviour": "yellow", "cosmetic": "cyan"}
_LINES: Final = {"+": "green", "-": "red", "@": "cyan"}


def report(found: Comparison, style: Callable[..., str]) -> str:
    """Return each change with its kind and reason, then the texts' differences.

    ``style(text, fg=..., bold=...)`` colours a text, or hands it back.
    """
    kind = found.kind or "no difference"
    lines = [style(f"{found.before} -> {found.after}: {kind}", bold=True)]
    for change in found.changes:
        told = style(f"{change.kind:<9}", fg=_COLOURS[change.kind])
        lines.append(f"  {told}  {printable(change.part)}: {printable(change.reason)}")
    for text in found.texts:
        lines.append("")
        lines += [_line(line, style) for line in text.lines]
    return "\n".join(lines) + "\n"


def _line(line: str, style: Callable[..., str]) -> str:
    shown = printable(line.replace("\t", "    "))
    return style(shown, fg=_LINES[line[0]]) if line[:1] in _LINES else shown
