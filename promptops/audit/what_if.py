"""What recorded calls would have cost if something had been another way."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.audit import levers, shorter
from promptops.audit.cells import by_line
from promptops.audit.what_if_prices import batched, on_model
from promptops.audit.words import count
from promptops.errors import NotEstimable, UsageError, nearest
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts
    from promptops.pricing.prices import Prices

_PART: Final = r"(?:0(?:\.[0-9]{1,9})?|\.[0-9]{1,9}|[0-9]{1,2}(?:\.[0-9]{1,7})?%)"
_WHOLE: Final = re.compile(r"[1-9][0-9]{0,8}\Z")
_QUANTILE: Final = re.compile(r"p([1-9][0-9]?)\Z")
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
    """Return what the calls would have cost, lever after lever.

    Raises:
        UsageError: There are no recorded calls, or a model has no known price.
    """
    if facts.cells is None:
        told = "recorded calls are what it recosts, and there are none"
        raise UsageError(f"--what-if: {told} (docs/calls.md)")
    before, changes = facts.month, []
    for one in asked:
        was = facts.month
        after, exact, how, unknown = _pulled(facts.cells or (), one, prices)
        facts = facts.with_cells(lambda _, now=after: now)  # type: ignore[misc]
        changes.append(Change(one, was, facts.month, exact, how, unknown))
    return Recosted(before, tuple(changes))


Pulled = tuple[tuple["Cell", ...], bool, str, str]


def _pulled(cells: tuple[Cell, ...], asked: Asked, prices: Prices) -> Pulled:
    if asked.lever == "model":
        return on_model(cells, asked.value, prices)
    if asked.lever == "batch":
        return batched(cells, asked.share, prices)
    return _PULLED[asked.lever](cells, asked)


def _fewer_turns(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    how = "calls of later turns are left out; whether loops would have ended is not known"
    return shorter.fewer_turns(cells, int(asked.value)), True, how, _turns(cells)


def _fewer_chunks(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    how = "a call's retrieved tokens shrink with the number of its texts"
    return shorter.fewer_chunks(cells, int(asked.value)), False, how, _chunks(cells)


def _best_cache(cells: tuple[Cell, ...], _: Asked) -> Pulled:
    how = "misses read what hits of their version read on average, as `ledger query cache`"
    return levers.found_again(cells), False, how, _never(cells)


def _retries(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    how = "later attempts are scaled to that share of all calls, at what they cost on average"
    try:
        return levers.retried(cells, asked.share), True, how, ""
    except NotEstimable as error:
        return cells, False, how, str(error)


def _limit(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    value = asked.value
    how = "answers above the limit cost the limit; what a cut answer is worth is not known"
    found = _QUANTILE.match(value)
    if found is None:
        return levers.capped(cells, dict.fromkeys(by_line(cells), int(value))), True, how, ""
    limits = levers.lengths_at(cells, int(found[1]) / 100)
    return levers.capped(cells, limits), True, f"{how}; {value} of each version and model", ""


def _turns(cells: tuple[Cell, ...]) -> str:
    silent = sum(one.calls for one in cells if one.turn is None)
    return f"no turn is told of {count(silent, 'call')}: as before" if silent else ""


def _chunks(cells: tuple[Cell, ...]) -> str:
    silent = sum(one.calls for one in cells if one.chunks is None or not one.chars)
    return (
        f"no number of texts, or no parts, of {count(silent, 'call')}: as before" if silent else ""
    )


def _never(cells: tuple[Cell, ...]) -> str:
    reading = {one.line for one in cells if one.reads}
    silent = sum(one.calls for one in cells if one.line not in reading)
    return f"{count(silent, 'call')} of versions that never read: as before" if silent else ""


_PULLED: Final[dict[str, Callable[[tuple[Cell, ...], Asked], Pulled]]] = {
    "retries": _retries, "turns": _fewer_turns, "chunks": _fewer_chunks, "cache": _best_cache,
    "max_tokens": _limit,
}  # fmt: skip
