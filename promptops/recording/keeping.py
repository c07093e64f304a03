"""The recorder's side of the ledger: calls are laid out and written, and losses are counted."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

from promptops.errors import LedgerError, PromptopsError
from promptops.ledger.call_store import CallStore
from promptops.recording.counting import Counting
from promptops.recording.raw import RawCall
from promptops.recording.rows import call_of, outcome_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from promptops.model.calls import Call, Outcome
    from promptops.model.money import Price
    from promptops.recording.raw import Raw

Row = TypeVar("Row")
LOGGER: Final = "promptops"
BUSY: Final = 2.0  # seconds to wait for another process that writes
PAUSE: Final = 60.0  # seconds between two complaints


def _later(error: Exception) -> bool:
    """Return whether the ledger refuses now, being full or locked, and may take the rows later."""
    cause = error.__cause__
    return isinstance(error, LedgerError) and (
        isinstance(cause, sqlite3.OperationalError) or type(cause) is sqlite3.DatabaseError
    )


class Losses(NamedTuple):
    """Calls that are not in the ledger: the queue was full, or they could not be understood.

    ``unwritten`` are those that a closed or full ledger did not take.
    """

    dropped: int = 0
    refused: int = 0
    unwritten: int = 0


class Kept:
    """Calls that wait for the ledger; used by one thread, but for the counts."""

    def __init__(
        self, path: str | Path, price: Callable[[str, float], Price | None], size: int
    ) -> None:
        self._path, self._price, self._size = path, price, size
        self._store: CallStore | None = None
        self._calls: list[Call] = []
        self._outcomes: list[Outcome] = []
        self._counting = Counting()
        self._complained = -PAUSE
        self.dropped = self._refused = self._unwritten = 0

    @property
    def waiting(self) -> int:
        """How many calls and outcomes are understood and not written."""
        return len(self._calls) + len(self._outcomes)

    def losses(self) -> Losses:
        """Return what is lost so far."""
        return Losses(self.dropped, self._refused, self._unwritten)

    def write(self, taken: Sequence[Raw]) -> None:
        """Write calls with those that waited; what cannot be written waits on."""
        for raw in taken:
            try:
                if isinstance(raw, RawCall):
                    self._calls.append(call_of(raw, self._price))
                else:
                    self._outcomes.append(outcome_of(raw))
            except Exception as error:  # noqa: BLE001 - a strange answer costs one row
                self._refused += 1
                self._complain(f"a call could not be understood: {error}")
        self._counting.take(taken, time.monotonic())
        self._count()
        if not self.waiting:
            return
        try:
            if self._store is None:
                self._store = CallStore.open(self._path, busy=BUSY)
            self._calls = self._saved(self._calls, self._store.add)
            self._outcomes = self._saved(self._outcomes, self._store.tell)
        except PromptopsError as error:
            self._complain(f"calls wait to be written: {error}")
            self._bound()

    def _count(self, *, last: bool = False) -> None:
        """Write the tokens of calls that were counted, if it is time to count some."""
        if self._store is not None and (
            tokens := self._counting.counted(time.monotonic(), all_of_them=last)
        ):
            with suppress(PromptopsError):  # others will be counted
                self._store.count(tokens)

    def _saved(self, rows: list[Row], save: Callable[[list[Row]], object]) -> list[Row]:
        """Save rows, but for those that no ledger could take, and return an empty list.

        Raises:
            LedgerError: The ledger takes none now.
        """
        try:
            save(rows)
        except Exception as error:
            if _later(error):
                raise
            for row in rows:  # one of them spoils the rest: it is found and left out
                try:
                    save([row])
                except Exception as wrong:
                    if _later(wrong):
                        raise
                    self._refused += 1
                    self._complain(f"a call could not be kept: {wrong}")
        return []

    def close(self) -> None:
        """Close the ledger."""
        self._count(last=True)
        if self._store is not None:
            with suppress(PromptopsError):
                self._store.close()
            self._store = None

    def last_word(self, queued: int) -> None:
        """Count what waits as lost, and say what a process that ends has not written."""
        self._unwritten += self.waiting + queued
        self._calls, self._outcomes = [], []
        if any(self.losses()):
            dropped, refused, unwritten = self.losses()
            told = f"{dropped} found the queue full, {refused} could not be understood"
            logging.getLogger(LOGGER).warning(
                "calls that were not recorded: %s, %d could not be written", told, unwritten
            )

    def _bound(self) -> None:
        over = self.waiting - self._size
        if over > 0:  # the oldest go
            gone = self._calls[:over]
            del self._calls[:over]
            self._unwritten += len(gone)

    def _complain(self, told: str) -> None:
        now = time.monotonic()
        if now - self._complained >= PAUSE:
            self._complained = now
            logging.getLogger(LOGGER).warning("%s", told)
