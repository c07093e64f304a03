"""Findings as people read them in a terminal, with the source line and a caret."""

from __future__ import annotations

import unicodedata
from collections import Counter
from typing import TYPE_CHECKING

from promptops.model.finding import Severity
from promptops.reporters.figures import dollars, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promptops.model.finding import Finding, Fix
    from promptops.model.report import LintReport

_COLOURS = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "cyan"}


def report(found: LintReport, style: Callable[..., str]) -> str:
    """Return the findings, what was not inspected, and a line that sums up.

    ``style(text, fg=..., bold=...)`` colours a text, or hands it back.
    """
    lines = [_finding(finding, style) for finding in found.listed]
    lines += [f"{path}: not linted: {reason}\n" for path, reason in found.skipped]
    return "".join(lines) + _summary(found, style)


def _finding(finding: Finding, style: Callable[..., str]) -> str:
    place, excerpt = finding.place, finding.excerpt
    where = style(f"{place.path}:{place.line}:{place.column}:", bold=True)
    severity = style(finding.severity.label, fg=_COLOURS[finding.severity])
    message = f"{finding.code} {finding.rule}: {printable(finding.message)}{_worth(finding)}"
    if finding.suppressed:
        reason = f": {printable(finding.suppressed.reason)}" if finding.suppressed.reason else ""
        message += f" [suppressed, {finding.suppressed.kind}{reason}]"
    gutter = f"{place.line:>4} | "
    before = _width(excerpt.text[: excerpt.start])
    marked = _width(excerpt.text[excerpt.start : excerpt.start + excerpt.length])
    caret = style("^" * max(marked, 1), fg=_COLOURS[finding.severity])
    hint = f" {finding.fix.title} ({_option(finding.fix)})" if finding.fix else ""
    under = " " * (len(gutter) - 2) + "| " + " " * before
    shown = (
        f"{where} {severity} {message}\n{gutter}{printable(excerpt.text)}\n{under}{caret}{hint}\n"
    )
    return shown + "".join(_related(finding))


def _related(finding: Finding) -> Iterator[str]:
    """Yield the other places that a finding speaks of, unless its message names their lines."""
    for place, message in finding.related:
        if f"line {place.line}" not in finding.message:
            where = "" if place.path == finding.place.path else f"{place.path}, "
            yield f"     = {where}line {place.line}, column {place.column}: {printable(message)}"


def _option(fix: Fix) -> str:
    """Return the option that makes a fix."""
    return "--fix" if fix.safe else "--unsafe-fixes"


def _worth(finding: Finding) -> str:
    if finding.saving is None:
        return ""
    about = "" if finding.saving.by.method == "exact" else "≈"
    calls = finding.saving.by.n
    by = "" if calls is None else f" calibrated by {calls:,} calls"
    tokens = f"{about}{finding.saving.tokens:,} tokens{by}"
    if finding.saving.per_month is None:
        return f" ({tokens} a call)"
    return f" ({tokens}, {dollars(finding.saving.per_month)}/month at your volume)"


def _summary(found: LintReport, style: Callable[..., str]) -> str:
    counts = [_count(found.count(severity), severity.label) for severity in reversed(Severity)]
    aside = []
    if found.suppressed:
        aside.append(f"{found.suppressed} suppressed")
    ways = Counter(_option(one.fix) for one in found.findings if one.fix)
    aside += [f"{ways[option]} fixable with {option}" for option in sorted(ways)]
    if found.saved_per_month is not None:
        aside.append(f"mending all saves {dollars(found.saved_per_month)}/month")
    behind = f" ({', '.join(aside)})" if aside else ""
    line = f"{_count(found.prompts, 'prompt')}: {', '.join(counts)}{behind}"
    return style(line, bold=True) + "\n"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _width(text: str) -> int:
    """Return how many columns of a terminal a text takes."""
    if text.isascii():
        return len(text)
    wide = sum(unicodedata.east_asian_width(char) in "WF" for char in text)
    return len(text) + wide - sum(1 for char in text if unicodedata.combining(char))
