"""An audit as Markdown: a table of the sins, then each with its evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.reporters.audit_words import at_stake, changed, compound, got, methods, window
from promptops.reporters.figures import dollars
from promptops.reporters.markdown import code, prose

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.audit.report import Audit
    from promptops.audit.sin import Sin


def report(found: Audit) -> str:
    """Return the audit; what is of prompts and calls is shown as it is, not read as Markdown."""
    lines = [f"## Audit: {dollars(found.facts.month)} a month", "", prose(window(found)), ""]
    lines += ["| sin | at stake |", "| --- | --- |"]
    lines += [f"| {one.title} | {at_stake(one)} |" for one in found.ranked]
    lines += ["", *_together(found), *_what_if(found)]
    for sin in found.ranked:
        lines += _sin(sin)
    lines += [f"- {prose(note)}" for note in found.notes]
    return "\n".join(lines).rstrip() + "\n"


def _sin(sin: Sin) -> Iterator[str]:
    yield f"### {sin.title}: {at_stake(sin)}"
    yield ""
    yield from (f"- {prose(one)}" for one in (*sin.evidence, *methods(sin)))
    yield from (f"- not known: {prose(one)}" for one in sin.unknown)
    yield f"- next: {_command(sin.step)}"
    yield f"- proof: {_command(sin.proof)}"
    yield ""


def _command(text: str) -> str:
    """Return a command as a code span, and a sentence as one."""
    return code(text) if text.startswith("promptops ") and "," not in text else prose(text)


def _together(found: Audit) -> Iterator[str]:
    if not found.steps:
        return
    titles = {one.name: one.title for one in found.sins}
    yield prose(compound(found))
    yield ""
    yield "| applied | saves | left |"
    yield "| --- | ---: | ---: |"
    for step in found.steps:
        yield f"| {titles[step.name]} | {dollars(step.saved)} | {dollars(step.after)} |"
    yield ""


def _what_if(found: Audit) -> Iterator[str]:
    if found.what_if is None:
        return
    yield f"### What if: {dollars(found.what_if.after)} a month"
    yield ""
    for change in found.what_if.changes:
        unknown = f"; not known: {change.unknown}" if change.unknown else ""
        yield f"- {prose(f'{changed(change)} ({got(change)}{unknown})')}"
    yield ""
