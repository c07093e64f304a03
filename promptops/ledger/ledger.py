"""The ledger: one SQLite file of rows that are written once."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Self

from promptops.ledger import merging, pruning, schema
from promptops.ledger.keeping import Keeping
from promptops.ledger.leases import Lease
from promptops.ledger.place import DEFAULT, Place, Readers, told, writing
from promptops.ledger.queries import Queries
from promptops.ledger.writer import Writer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    Clock = Callable[[], float]


class Ledger(Queries):
    """Runs, calls, answers, scores and what they cost, in one file.

    Any number of processes and threads may use it at once. Answers are read on connections of
    their own, so nobody who reads waits for one who writes. ``clock`` is what ages are judged by.
    """

    def __init__(
        self, place: Place, keeping: Keeping | None = None, clock: Clock = time.time
    ) -> None:
        super().__init__(Readers(place), clock)
        self._place = place
        self._keeping = keeping or Keeping()
        self._anchor: sqlite3.Connection | None = None

    @classmethod
    def open(
        cls,
        path: str | Path = DEFAULT,
        *,
        keeping: Keeping | None = None,
        clock: Clock = time.time,
        busy: float = 30.0,
    ) -> Self:
        """Open a ledger, which is made where it is missing, and bring it to the newest schema.

        ``busy`` is how many seconds to wait while another process writes. A file that cannot be
        written can still be read.

        Raises:
            LedgerError: It cannot be opened, is no ledger, or is of a newer promptops.
        """
        place = Place.file(Path(path), busy)
        with closing(place.connect(write=False)) as connection, told(place.name):
            newest = schema.taken(connection) == schema.NEWEST
        if not newest:
            with closing(place.connect()) as connection, told(place.name):
                schema.migrate(connection)
        return cls(place, keeping, clock)

    @classmethod
    def memory(cls, *, keeping: Keeping | None = None, clock: Clock = time.time) -> Self:
        """Return a ledger that is gone when it is closed."""
        found = cls(Place.memory(), keeping, clock)
        found._anchor = found._place.connect()
        schema.migrate(found._anchor)
        return found

    def writer(self) -> Writer:
        """Return a writer with a thread of its own; close it.

        Raises:
            LedgerError: The ledger cannot be written.
        """
        return Writer(self._place, self._keeping)

    def lease(self, run_id: str) -> Lease:
        """Take the right to go on with a run.

        Raises:
            LedgerError: A live process has it.
        """
        return Lease(self._place, run_id, self._clock)

    def merge(self, other: Ledger, *, of_one: bool = True) -> int:
        """Add the rows of another ledger; returns how many were new, 0 the second time.

        Raises:
            LedgerError: They contradict one another; or, ``of_one`` eval as they are to be, they
                hold different evals or datasets.
        """
        name = other._place.name
        if other._place.uri == self._place.uri:
            return 0
        with closing(self._place.connect()) as connection, told(self._place.name):
            connection.execute("ATTACH ? AS other", (other._place.attached(),))
            with writing(connection):
                return merging.merge(connection, name, of_one=of_one)

    def prune(self, before: float) -> dict[str, int]:
        """Delete runs that started before a time, and overwrite what was theirs alone.

        What a later run has used again stays. Returns how many rows went, by table.

        Raises:
            LedgerError: Nothing could be deleted; or it was, and somebody still reads it.
        """
        with closing(self._place.connect()) as connection, told(self._place.name):
            connection.execute("PRAGMA secure_delete = ON")
            with writing(connection):
                gone = pruning.prune(connection, before, self._clock())
            pruning.overwrite(connection, self._place.name)
        return gone

    def close(self) -> None:
        """Close the connections for reading."""
        self._readers.close()
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()
