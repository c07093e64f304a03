"""What was measured of recorded calls as a terminal shows it, in 80 columns."""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.model.usage import PLAUSIBLE
from promptops.reporters.figures import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from promptops.model.usage import Calibration
    from promptops.usage.measure import Figure, Measured
    from promptops.usage.recording import Recording
    from promptops.usage.sync import Calibrated, Change, Entry, Plan

_WIDTH: Final = 80
_COLUMN: Final = 26
_SHORT: Final = ((1_000_000_000, "G"), (1_000_000, "M"), (1_000, "k"))
_STATES: Final = {
    "added": "added",
    "updated": "updated",
    "unchanged": "unchanged",
    "by hand": "by hand: not changed",
}
_COLOURS: Final = {"added": "green", "updated": "green", "by hand": "yellow"}


def report(
    where: str,
    planned: Plan,
    found: Measured,
    calls: Recording,
    *,
    wrote: bool,
    style: Callable[..., str],
) -> str:
    """Return the figures of the file beside the measured ones, and what the calls do not tell."""
    number = len(calls.traces)
    files = f"1 {calls.origin}" if number == 1 else f"{number:,} {calls.origin}s"
    days = f"{found.window.hours / 24:,.1f} days"
    lines = [f"{files}, {found.window}, {days}, {found.window.calls:,} calls", ""]
    if planned.entries:
        lines.append(style(f"{'':<26}{'in the file':>26}{'measured':>27}", bold=True))
    for entry in planned.entries:
        lines += _entry(entry, style)
    for one in planned.calibration:
        if one.before == one.after:
            continue
        lines.append(f"calibration of {printable(one.model)}")
        lines.append(_billed(one))
    if len(lines) > 2:  # noqa: PLR2004 - more than the head
        lines.append("")
    for told in (*_told(planned, found, calls), *map(_refused, found.implausible.items())):
        lines += _wrapped(f"- {told}", "  ")
    lines += ["", _end(printable(where), planned, wrote=wrote)]
    return "\n".join(lines)


def _entry(entry: Entry, style: Callable[..., str]) -> Iterator[str]:
    calls = f"{entry.calls:,} call{'' if entry.calls == 1 else 's'}"
    state = f"{calls}, {_STATES[entry.state]}"
    colour = _COLOURS.get(entry.state)
    name = printable(entry.name)
    gap = "  " if len(name) + len(state) + 2 <= _WIDTH else "\n  "
    yield f"{name}{gap}{style(state, fg=colour) if colour else state}"
    yield from (
        f"  {one.key:<24}{_before(one):>26}{_figure(one.after):>27}" for one in entry.changes
    )
    for each in entry.calibrated:
        yield f"  calibration on {printable(each.model)}"
        yield _billed(each)
    for note in entry.notes:
        yield from _wrapped(f"  {note}", "  ")


def _before(change: Change) -> str:
    """Return what the file says, which people may have written with any number of digits."""
    if change.before is None:
        return "-"
    exact = _figure(change.before)
    if len(exact) < _COLUMN:
        return exact
    middle = change.before if isinstance(change.before, Decimal) else change.before.expected
    return f"about {_short(middle)}"


def _figure(figure: Figure) -> str:
    if isinstance(figure, Decimal):
        return f"{figure:f}"
    low, high = figure.low, figure.high
    if low is None and high is None:
        return f"{figure.expected:,f}"
    if low is None and high is not None:
        most = "" if figure.most is None else f", p99 {figure.most:,f}"
        return f"{figure.expected:,f}, p95 {high:,f}{most}"
    edges = " ... ".join("" if one is None else _short(one) for one in (low, high))
    return f"{figure.expected:,f} ({edges})"


def _short(number: Decimal) -> str:
    for scale, letter in _SHORT:
        if number >= scale:
            return f"{float(number / scale):.3g}{letter}"
    return f"{number:f}"


def _billed(one: Calibrated) -> str:
    before = "-" if one.before is None else _calibrated(one.before)
    return f"  {'billed for one of o200k':<24}{before:>26}{_calibrated(one.after):>27}"


def _calibrated(one: Calibration) -> str:
    return f"{one.factor:f} ({one.low:f} ... {one.high:f})"


def _told(planned: Plan, found: Measured, calls: Recording) -> Iterator[str]:
    """Yield what people should know of the figures, a sentence each."""
    by_hand = [one.name for one in planned.entries if one.state == "by hand" and one.changes]
    if by_hand:
        yield f"written by people, changed with --overwrite only: {', '.join(by_hand)}"
    silent = {name: one.calls for name, one in found.prompts.items() if not one.figures}
    if silent:
        yield f"too few calls to tell anything: {_counted(silent)}"
    if found.unknown:
        yield f"no prompt here has the name: {_counted(found.unknown)}"
    if found.unnamed:
        yield f"calls that name no prompt: {found.unnamed:,}"
    if found.prompts and found.untold:
        yield f"these calls tell nothing of {', '.join(found.untold)}"
    if found.uncalibrated:
        yield f"too few calls to calibrate a model: {_counted(found.uncalibrated)}"
    if calls.left_out:
        yield f"rows left out: {_counted(calls.left_out)}"
    if calls.repeated:
        yield f"calls that stood there twice: {calls.repeated:,}"
    if any("calls_per_month" in one.figures for one in found.prompts.values()):
        yield "a month is 730 hours at the rate of the whole recording"


def _refused(known: tuple[str, Decimal]) -> str:
    name, factor = known
    limits = " to ".join(map(str, PLAUSIBLE))
    told = f"{printable(name)} was billed {factor} tokens for one of o200k_base, not {limits}"
    return f"{told}: probably something else was sent than counted; not written"


def _counted(numbers: Mapping[str, int]) -> str:
    shown = sorted(numbers.items(), key=lambda one: (-one[1], one[0]))
    listed = ", ".join(f"{printable(name)} ({count:,})" for name, count in shown[:10])
    return listed + (f" and {len(shown) - 10:,} more" if len(shown) > 10 else "")  # noqa: PLR2004


def _end(where: str, planned: Plan, *, wrote: bool) -> str:
    if wrote:
        return f"{where}: written"
    return f"{where}: {'not written' if planned.changed else 'nothing to change'}"


def _wrapped(text: str, indent: str) -> list[str]:
    return textwrap.wrap(
        text, _WIDTH, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False
    )
