"""Rows that wait for the ledger: they are saved, or wait on, or are given up and counted."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Final, TypeVar

from promptops.errors import LedgerError
from promptops.ledger.tallies import UNWRITABLE
from promptops.recording.losing import STRANGE

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.ledger.call_store import CallStore
    from promptops.model.calls import Call, Outcome, Text
    from promptops.recording.losing import Losing

Row = TypeVar("Row")
LETTERS: Final = 20_000_000  # characters of texts that may wait


class Waiting:
    """Calls, outcomes and texts that are understood and not written; used by one thread."""

    def __init__(self, losing: Losing) -> None:
        self.calls: list[Call] = []
        self.outcomes: list[Outcome] = []
        self.texts: list[Text] = []
        self._losing = losing

    def __len__(self) -> int:
        return len(self.calls) + len(self.outcomes) + len(self.texts)

    def save(self, store: CallStore) -> None:
        """Save all, but for rows that no ledger could take.

        Raises:
            LedgerError: The ledger takes none now.
        """
        self._save("call", self.calls, store.add)
        self._save("outcome", self.outcomes, store.tell)
        self._save("text", self.texts, store.keep)

    def give_up(self, most: int) -> None:
        """Give up the oldest of each kind, where there are more than so many."""
        self._give_up("call", self.calls, most)
        self._give_up("outcome", self.outcomes, most)
        self._give_up("text", self.texts, min(most, self._fitting()))

    def _give_up(self, kind: str, rows: list[Row], most: int) -> None:
        if (over := len(rows) - most) > 0:
            del rows[:over]
            self._losing.lost(kind, UNWRITABLE, over)

    def _fitting(self) -> int:
        """Return how many of the latest texts have no more characters than may wait."""
        left = LETTERS
        for number, one in enumerate(reversed(self.texts)):
            left -= len(one.text)
            if left < 0:
                return number
        return len(self.texts)

    def _save(self, kind: str, rows: list[Row], save: Callable[[list[Row]], object]) -> None:
        if not rows:
            return
        try:
            save(rows)
        except Exception as error:
            if _later(error):
                raise
            while rows:  # one of them spoils the rest: it is found and left out
                self._save_one(kind, rows[0], save)
                del rows[0]
        else:
            self._losing.settled(kind, len(rows))
            rows.clear()

    def _save_one(self, kind: str, row: Row, save: Callable[[list[Row]], object]) -> None:
        try:
            save([row])
        except Exception as wrong:
            if _later(wrong):
                raise
            self._losing.lost(kind, STRANGE)
            self._losing.complain(kind, f"one {kind} could not be kept: {wrong}")
        else:
            self._losing.settled(kind, 1)


def _later(error: Exception) -> bool:
    """Return whether the ledger refuses now, being full or locked, and may take the rows later."""
    cause = error.__cause__
    return isinstance(error, LedgerError) and (
        isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError
    )
