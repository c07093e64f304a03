"""Parcels of rows, written in one transaction; what cannot be written is kept for the next."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import LedgerError
from promptops.ledger.tables import Columns, Table
from promptops.ledger.waiting import tell

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.ledger.place import Place
    from promptops.ledger.waiting import Task, Thread

Laid = tuple[Table, Columns]
_AT_ONCE: Final = 32  # rows of a statement: older SQLites take 999 values
_FEW: Final = 8  # rows that are not worth being put together by their tables
_LOGGED: Final = 2_000  # rows in the log of what is committed: some 16 MB where each has a commit
_PAGES: Final = 20_000  # of 4 KB, in a log of long answers that is copied at once
_AT_FAULT: Final = (
    sqlite3.IntegrityError, sqlite3.InterfaceError, sqlite3.ProgrammingError, OverflowError,
    ValueError,
)  # fmt: skip


class Parcel(NamedTuple):
    """Rows that are committed together, and who waits for them: nobody, a thread or a task."""

    rows: Sequence[Laid]
    waits: Thread | Task | None = None


class Saver:
    """Writes parcels on a connection of its own.

    What nobody waits for is tried again with the next parcels; ``error`` is why, and None again
    once it went well. Rows that SQLite will never take are dropped; ``refused`` says why.
    """

    def __init__(self, place: Place) -> None:
        self._name = place.name
        self._busy = self._patience = round(place.busy * 1_000)
        self._connection = place.connect()
        self._connection.execute(f"PRAGMA wal_autocheckpoint = {_PAGES}")  # else by ``tidy``
        self._logged = 0
        self._kept: list[Parcel] = []
        self.error: LedgerError | None = None
        self.refused: LedgerError | None = None

    @property
    def unsaved(self) -> int:
        """Rows that could not be written yet."""
        return sum(len(one.rows) for one in self._kept)

    def begin(self) -> bool:
        """Begin what ``save_begun`` ends, unless that takes patience; returns whether it is."""
        if self._kept or self._logged >= _LOGGED:
            return False
        try:
            self._wait_at_most(0)
            self._connection.execute("BEGIN IMMEDIATE")
        except sqlite3.Error:  # others write, or nobody can: ``save`` says which
            return False
        return True

    def save_begun(self, parcels: Sequence[Parcel]) -> bool:
        """Write parcels and tell whoever waits; returns whether that could be done at once.

        It could not where somebody reads a ledger that has no log, or a row is at fault: then
        nothing is written and nobody told.
        """
        try:
            self._write([laid for parcel in parcels for laid in parcel.rows])
        except (sqlite3.Error, *_AT_FAULT):
            return False
        self.error = None
        tell((one.waits for one in parcels), None)
        return True

    def save(self, parcels: Sequence[Parcel]) -> None:
        """Write parcels after those that are kept, and tell whoever waits how it went."""
        together = [*self._kept, *parcels] if self._kept else parcels
        try:
            self._write([laid for parcel in together for laid in parcel.rows])
        except _AT_FAULT as error:
            self._one_by_one(together, LedgerError(f"ledger {self._name}: {error}"))
        except sqlite3.Error as error:
            self.error = LedgerError(f"ledger {self._name}: {error}")
            self._kept = [one for one in together if one.waits is None]
            tell((one.waits for one in parcels), self.error)
        else:
            self.error, self._kept = None, []
            tell((one.waits for one in parcels), None)

    def tidy(self) -> None:
        """Copy to the database what is committed, once that is much; it waits for the disk."""
        if self._logged >= _LOGGED:
            self._logged = 0
            with suppress(sqlite3.Error):  # it stays in the log, which is as good
                self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)")

    def _one_by_one(self, parcels: Sequence[Parcel], error: LedgerError) -> None:
        self._kept = []
        if len(parcels) > 1:
            for parcel in parcels:
                self.save([parcel])
            return
        if parcels[0].waits is None:
            self.refused = error
        tell((one.waits for one in parcels), error)

    def _write(self, rows: Sequence[Laid]) -> None:
        connection = self._connection
        if not connection.in_transaction:
            if not rows:
                return
            self._wait_at_most(self._busy)
            connection.execute("BEGIN IMMEDIATE")
        try:
            if len(rows) < _FEW:
                for table, columns in rows:
                    connection.execute(table.insert, columns)
            else:
                self._add_many(rows)
            connection.execute("COMMIT")
            self._logged += len(rows)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _wait_at_most(self, milliseconds: int) -> None:
        if self._patience != milliseconds:
            self._connection.execute(f"PRAGMA busy_timeout = {milliseconds}")
            self._patience = milliseconds

    def _add_many(self, rows: Sequence[Laid]) -> None:
        tables: dict[str, tuple[Table, list[Columns]]] = {}
        for table, columns in rows:
            tables.setdefault(table.name, (table, []))[1].append(columns)
        for table, some in tables.values():
            self._add(table, some)

    def _add(self, table: Table, rows: Sequence[Columns]) -> None:
        """Write rows, many with a statement: each lets go the GIL, and may wait long to have it."""
        at = 0
        while at < len(rows):
            size = min(_AT_ONCE, 1 << (len(rows) - at).bit_length() - 1)  # few kinds of statements
            some = rows[at : at + size]
            self._connection.execute(table.inserts(size), [one for row in some for one in row])
            at += size

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
