"""What a measurement changes in a usage file.

An entry is the measurement's own where it is new or its ``from`` is one that was written here.
What people wrote stays, unless they ask for it to be overwritten.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from promptops.model.prompt import Amount
from promptops.model.usage import Calibration, Use
from promptops.usage.amounts import rounded
from promptops.usage.figures import FAILURE, figures_of, with_figures

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.usage.measure import Figure, Measured, Prompt
    from promptops.usage_file.reading import UsageFile

State = Literal["added", "updated", "unchanged", "by hand"]
_OURS: Final = re.compile(r"(?:trace|ledger) [0-9-]{10}\.\.[0-9-]{10}, n=[0-9]+\Z")
_SKEWED: Final = Decimal("0.1")
_SAME: Final = Decimal("0.005")  # shares of calls that differ by no more say the same


@dataclass(frozen=True, slots=True)
class Change:
    """A figure of an entry that was measured to be another; None: it was not there."""

    key: str
    before: Figure | None
    after: Figure


@dataclass(frozen=True, slots=True)
class Entry:
    """A prompt's entry, what would change in it, and whether that is done."""

    name: str
    state: State
    calls: int
    origin: str
    changes: tuple[Change, ...]
    notes: tuple[str, ...] = ()
    calibrated: tuple[Calibrated, ...] = ()
    text: str = ""  # how the hash begins of the text that was measured last

    @property
    def written(self) -> bool:
        """Whether something of it is written."""
        return self.state in {"added", "updated"}


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A model's calibration before and after."""

    model: str
    before: Calibration | None
    after: Calibration


@dataclass(frozen=True, slots=True)
class Plan:
    """What becomes of a usage file."""

    before: UsageFile
    entries: tuple[Entry, ...]
    calibration: tuple[Calibrated, ...]

    @property
    def changed(self) -> bool:
        """Whether the file becomes another."""
        return any(one.written for one in self.entries) or any(
            one.before != one.after for one in self.calibration
        )

    @property
    def after(self) -> UsageFile:
        """What the file will say."""
        prompts = dict(self.before.prompts)
        for one in self.entries:
            if one.written:
                changed = {change.key: change.after for change in one.changes}
                use = with_figures(prompts.get(one.name, Use()), changed, one.origin)
                known = {**use.calibration, **{each.model: each.after for each in one.calibrated}}
                prompts[one.name] = replace(use, calibration=known, text=one.text or use.text)
        known = {one.model: one.after for one in self.calibration}
        return replace(
            self.before, prompts=prompts, calibration={**self.before.calibration, **known}
        )

    def off_by(self, share: Decimal) -> bool:
        """Return whether something to write differs by more than a share of what is there."""
        pairs: list[Change | Calibrated] = [*self.calibration]
        for entry in self.entries:
            if entry.written:
                pairs += [*entry.changes, *entry.calibrated]
        return any(_off(one.before, one.after, share) for one in pairs)


def _off(before: Figure | Calibration | None, after: Figure | Calibration, share: Decimal) -> bool:
    if before is None:
        return True
    was = _middle(before)
    return abs(_middle(after) - was) > max(share * was, _SAME if isinstance(after, Decimal) else 0)


def _middle(figure: Figure | Calibration) -> Decimal:
    if isinstance(figure, Amount):
        return figure.expected
    return figure.factor if isinstance(figure, Calibration) else figure


def plan(file: UsageFile, found: Measured, source: str, *, overwrite: bool = False) -> Plan:
    """Return what a measurement changes in a usage file.

    Args:
        file: What it says now.
        found: What was measured.
        source: Where the calls are from, ``trace`` or ``ledger``.
        overwrite: Entries that people wrote are changed, too.
    """
    entries = [
        _entry(name, file.prompts.get(name), one, f"{source} {found.window}", overwrite=overwrite)
        for name, one in found.prompts.items()
        if one.figures or one.calibration
    ]
    known = [
        Calibrated(model, file.calibration.get(model), one)
        for model, one in found.calibration.items()
    ]
    return Plan(file, tuple(entries), tuple(known))


def _entry(name: str, use: Use | None, found: Prompt, window: str, *, overwrite: bool) -> Entry:
    figures, notes = _reckoned(use, found)
    known = {} if use is None else figures_of(use)
    changes = tuple(
        Change(key, known.get(key), after)
        for key, after in figures.items()
        if known.get(key) != after
    )
    notes = (*notes, *_skew(found))
    origin = f"{window}, n={found.calls}"
    was = {} if use is None else use.calibration
    pairs = (Calibrated(model, was.get(model), one) for model, one in found.calibration.items())
    calibrated = tuple(one for one in pairs if one.before != one.after)
    same = use is not None and use.origin == origin and found.text in {"", use.text}
    state: State = "updated"
    if use is None:
        state = "added"
    elif not overwrite and not _OURS.match(use.origin):
        state = "by hand"
    elif not (changes or calibrated) and same:
        state = "unchanged"
    return Entry(name, state, found.calls, origin, changes, notes, calibrated, found.text)


def _skew(found: Prompt) -> Iterator[str]:
    """Yield that the median, which costs are worked out with, is not what is paid for, if so."""
    answers = found.figures.get("output_tokens")
    if isinstance(answers, Amount) and found.mean is not None:
        median = answers.expected
        if abs(found.mean - median) > _SKEWED * median:
            yield f"the mean answer has {found.mean:,} tokens, the median {median:,}"


def _reckoned(use: Use | None, found: Prompt) -> tuple[dict[str, Figure], tuple[str, ...]]:
    """Return the figures to write, and what is to be said of them.

    Rejected answers are either calls like others or retries, never both: only where the entry
    says how often is asked again are they retries.
    """
    figures = dict(found.figures)
    failed = figures.get(FAILURE)
    if not isinstance(failed, Decimal):
        return figures, ()
    if use is not None and use.retries is not None and use.retries.most:
        calls = figures.get("calls_per_month")
        if isinstance(calls, Amount):
            figures["calls_per_month"] = _times(calls, 1 - failed)
        return figures, ()
    del figures[FAILURE]
    told = f"{failed * 100:.1f} % of the answers were rejected, each counted as a call of its own"
    return figures, (f"{told}: give retries.max, and they are retries",) if failed else ()


def _times(amount: Amount, factor: Decimal) -> Amount:
    low, high = (
        None if edge is None else rounded(edge * factor) for edge in (amount.low, amount.high)
    )
    return Amount(rounded(amount.expected * factor), low, high)
