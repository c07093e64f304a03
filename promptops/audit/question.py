"""A ready question to recorded calls, and the table that answers it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from promptops.model.days import number_of
from promptops.warehouse.tables import BILLED, CALLS, OUTCOMES_IN_CONTEXT

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from ibis.expr.types import Table

    from promptops.warehouse.warehouse import Warehouse

Kind = Literal["text", "count", "tokens", "usd", "share", "seconds", "day", "number"]


class Column(NamedTuple):
    """A column of an answer: its name in JSON, what its values are, and its head on paper."""

    name: str
    kind: Kind
    head: str


@dataclass(frozen=True, slots=True)
class Window:
    """The days of UTC that are asked about, both included; None: as far as there are calls."""

    since: date | None = None
    until: date | None = None

    def calls(self) -> Table:
        """Return the calls of these days."""
        return self._within(CALLS)

    def outcomes(self) -> Table:
        """Return what came of the calls of these days, of a session's last call before it."""
        return self._within(OUTCOMES_IN_CONTEXT)

    def billed(self) -> Table:
        """Return what vendors billed for these days."""
        return self._within(BILLED)

    @property
    def numbers(self) -> tuple[int | None, int | None]:
        """The first and the last day as numbers since 1970."""
        first = None if self.since is None else number_of(self.since)
        return first, None if self.until is None else number_of(self.until)

    def _within(self, found: Table) -> Table:
        first, last = self.numbers
        if first is not None:
            found = found.filter(found.day >= first)
        if last is not None:
            found = found.filter(found.day <= last)
        return found


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows of plain values under columns; ``notes`` say what the rows do not know.

    Dollars are ``Decimal`` and None where they are not known, shares are between 0 and 1.
    """

    question: str
    title: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """A question by its name, with what it says in a line."""

    name: str
    told: str
    ask: Callable[[Warehouse, Window], Answer]
