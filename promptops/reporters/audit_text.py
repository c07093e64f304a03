"""An audit as a terminal shows it, in 80 columns."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

from promptops.reporters.audit_words import at_stake, changed, compound, got, methods, window
from promptops.reporters.figures import dollars, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.audit.report import Audit
    from promptops.audit.sin import Sin

_WIDTH: Final = 80


def report(found: Audit) -> str:
    """Return the sins, the one with most at stake first, what they come to, what is not known."""
    lines = [*_wrapped(window(found), ""), ""]
    for number, sin in enumerate(found.ranked, 1):
        lines += [*_sin(number, sin), ""]
    lines += [*_together(found), *_what_if(found)]
    for note in found.notes:
        lines += _wrapped(f"- {note}", "  ")
    return "\n".join(lines) + "\n"


def _sin(number: int, sin: Sin) -> Iterator[str]:
    title = f"{number}. {sin.title}"
    yield f"{title}{at_stake(sin):>{max(_WIDTH - len(title), 0)}}"
    for one in sin.evidence:
        yield from _wrapped(f"   {one}", "     ")
    for one in methods(sin):
        yield from _wrapped(f"   {one}", "     ")
    for one in sin.unknown:
        yield from _wrapped(f"   not known: {one}", "     ")
    yield from _wrapped(f"   next: {sin.step}", "     ")
    yield from _wrapped(f"   proof: {sin.proof}", "     ")


def _together(found: Audit) -> Iterator[str]:
    if not found.steps:
        return
    yield from _wrapped(compound(found), "")
    titles = {one.name: one.title for one in found.sins}
    for step in found.steps:
        saved, left = f"-{dollars(step.saved)}", dollars(step.after)
        yield f"  {titles[step.name]:24}{saved:>14}{left:>16} left"
    yield ""


def _what_if(found: Audit) -> Iterator[str]:
    if found.what_if is None:
        return
    before, after = dollars(found.what_if.before), dollars(found.what_if.after)
    yield f"what if: {before} -> {after} a month"
    for change in found.what_if.changes:
        yield from _wrapped(f"  {changed(change)}", "    ")
        yield from _wrapped(f"    {got(change)}", "      ")
        if change.unknown:
            yield from _wrapped(f"    not known: {change.unknown}", "      ")
    yield ""


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        printable(text), _WIDTH, subsequent_indent=indent, break_long_words=False,
        break_on_hyphens=False, drop_whitespace=True,
    )  # fmt: skip
