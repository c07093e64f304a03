"""What calls would have cost, recorded or declared ones, if something had been another way."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import UsageError, nearest
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.audit.facts import Facts
    from promptops.pricing.prices import Prices

_PART: Final = r"(?:0(?:\.[0-9]{1,9})?|\.[0-9]{1,9}|[0-9]{1,2}(?:\.[0-9]{1,7})?%)"
_WHOLE: Final = re.compile(r"[1-9][0-9]{0,8}\Z")
_MODEL: Final = re.compile(r"[A-Za-z0-9_.-]+:[^\s,=]+\Z")
# What each lever takes, and how: in the order in which they are applied.
_TAKES: Final = {
    "retries": (re.compile(rf"{_PART}\Z"), "a share of calls below 1, such as 0.05 or 5%"),
    "turns": (_WHOLE, "a number of turns, such as 8"),
    "chunks": (_WHOLE, "a number of retrieved texts, such as 3"),
    "cache": (re.compile(r"best\Z"), "best"),
    "max_tokens": (re.compile(r"(?:[1-9][0-9]{0,8}|p[1-9][0-9]?)\Z"), "tokens or a quantile: p99"),
    "model": (_MODEL, "provider:model, such as openai:gpt-5-mini"),
    "batch": (re.compile(rf"(?:{_PART}|1|100%)\Z"), "a share of calls, such as 0.4"),
}


class Asked(NamedTuple):
    """A lever and its value as the command line has them."""

    lever: str
    value: str

    @property
    def share(self) -> Decimal:
        """The value as a share."""
        text = self.value
        return Decimal(text[:-1]) / 100 if text.endswith("%") else Decimal(text)


class Change(NamedTuple):
    """What a lever makes of a month, on top of those before it; how it was got, and unknowns."""

    asked: Asked
    before: Decimal
    after: Decimal
    exact: bool
    how: str
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Recosted:
    """The dollars of a month, and what is left of them after each lever."""

    before: Decimal
    changes: tuple[Change, ...]

    @property
    def after(self) -> Decimal:
        """The dollars of a month after all."""
        return self.changes[-1].after if self.changes else self.before


def parse(text: str) -> tuple[Asked, ...]:
    """Return the levers of ``retries=0.05,max_tokens=p99``, in the order they are applied in.

    Raises:
        UsageError: One is not known, its value is none, or it is there twice.
    """
    found: dict[str, Asked] = {}
    for word in text.split(","):
        lever, _, value = (part.strip() for part in word.partition("="))
        if lever not in _TAKES:
            known = ", ".join(_TAKES)
            raise UsageError(f"--what-if: no lever {lever!r}{nearest(lever, _TAKES)}: {known}")
        if lever in found:
            raise UsageError(f"--what-if: {lever} is there twice")
        pattern, takes = _TAKES[lever]
        if not pattern.match(value):
            raise UsageError(f"--what-if {lever}={value!r}: write {takes}")
        found[lever] = Asked(lever, value)
    return tuple(found[lever] for lever in _TAKES if lever in found)


def recosted(facts: Facts, asked: Sequence[Asked], prices: Prices) -> Recosted:
    """Return what recorded calls, or declared traffic, would have cost, lever after lever.

    Raises:
        UsageError: There is neither a call nor a prompt whose month is known, or a model has no
            known price.
    """
    if facts.cells is None and not any(one.month for one in facts.templates):
        told = "there is no recorded call, and no prompt whose dollars a month are known"
        raise UsageError(f"--what-if: {told} (docs/calls.md, docs/usage.md)")
    before, changes = facts.month, []
    for one in asked:
        was = facts.month
        facts, exact, how, unknown = _after(facts, one, prices)
        changes.append(Change(one, was, facts.month, exact, how, unknown))
    return Recosted(before, tuple(changes))


def _after(facts: Facts, asked: Asked, prices: Prices) -> tuple[Facts, bool, str, str]:
    if facts.cells is None:
        from promptops.audit import what_if_declared

        told = what_if_declared.pulled(facts.templates, asked, prices)
        return replace(facts, templates=told.templates), False, told.how, told.unknown
    from promptops.audit import what_if_recorded

    cells, exact, how, unknown = what_if_recorded.pulled(facts.cells, asked, prices)
    return replace(facts, cells=cells), exact, how, unknown
