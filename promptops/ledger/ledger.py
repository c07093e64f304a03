"""The ledger: one SQLite file of rows that are written once, and what is asked of it."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from promptops.ledger import attempts as sent
from promptops.ledger import decoding, exporting, merging, pruning, reading, schema, state, totals
from promptops.ledger.keeping import Keeping
from promptops.ledger.leases import Lease
from promptops.ledger.place import Place, Readers, told, writing
from promptops.ledger.tables import BATCHES, RUNS
from promptops.ledger.writer import Writer

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from promptops.ledger.rows import Batch, Run, Scored

    Clock = Callable[[], float]

DEFAULT: Final = ".promptops/ledger.db"


class Ledger:
    """Runs, calls, answers, scores and what they cost, in one file.

    Any number of processes and threads may use it at once. Answers are read on connections of
    their own, so nobody who reads waits for one who writes. ``clock`` is what ages are judged by.
    """

    def __init__(
        self, place: Place, keeping: Keeping | None = None, clock: Clock = time.time
    ) -> None:
        self._place = place
        self._keeping = keeping or Keeping()
        self._clock = clock
        self._anchor: sqlite3.Connection | None = None
        self._readers = Readers(place)

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

    def runs(self) -> tuple[Run, ...]:
        """Return all runs, and shards of runs, in the order they started."""
        query = f"SELECT {RUNS.select()} FROM runs ORDER BY started, run_id, shard"  # noqa: S608
        with self._readers.one() as connection:
            return tuple(decoding.run(row) for row in connection.execute(query))

    def batches(self, run_id: str) -> tuple[Batch, ...]:
        """Return the states that a run's batches reached, in the order they did."""
        query = f"SELECT {BATCHES.select()} FROM batches WHERE run_id = ? ORDER BY at"  # noqa: S608
        with self._readers.one() as connection:
            return tuple(decoding.batch(row) for row in connection.execute(query, (run_id,)))

    def reusable(
        self, answer_keys: Iterable[str], max_age: float | None = None
    ) -> dict[str, reading.Found]:
        """Return what is stored under answer keys: ``Reusable``, or ``Stale`` and why.

        Of keys never sent there is nothing. ``max_age`` is seconds, None for ever.
        """
        with self._readers.one() as connection:
            return reading.find(connection, answer_keys, now=self._clock(), max_age=max_age)

    def run_state(self, run_id: str) -> state.RunState:
        """Return what of a run is done, failed, in flight and lost."""
        with self._readers.one() as connection:
            return state.run_state(connection, run_id)

    def attempts(self, run_id: str) -> Iterator[sent.Attempt]:
        """Yield a run's attempts, judges' too, with how each ended."""
        with self._readers.one() as connection:
            yield from sent.attempts(connection, run_id)

    def earlier(self, plan: str, dataset: str, before: float) -> dict[str, set[tuple[str, str]]]:
        """Return the (id, inputs) of cases of earlier runs of a plan over other datasets."""
        with self._readers.one() as connection:
            return sent.earlier(connection, plan, dataset, before)

    def outcomes(self, run_id: str) -> Iterator[state.Outcome]:
        """Yield a run's items in their order, each with what answered it or else its last error."""
        with self._readers.one() as connection:
            yield from state.outcomes(connection, run_id)

    def scores(self, run_id: str) -> Iterator[Scored]:
        """Yield the scores of a run's answers; of several for one, that to believe comes last."""
        with self._readers.one() as connection:
            yield from state.scores(connection, run_id)

    def total(self, run_id: str) -> totals.Total:
        """Return what a run has sent and spent, judges and retries included."""
        return totals.total(self.totals(run_id, ()))

    def totals(self, run_id: str, by: Sequence[totals.By]) -> dict[tuple[Any, ...], totals.Total]:
        """Return a run's totals by the values of ``by``; they sum up to ``total``."""
        with self._readers.one() as connection:
            return totals.totals(connection, run_id, by)

    def merge(self, other: Ledger) -> int:
        """Add the rows of another ledger; returns how many were new, 0 the second time.

        Raises:
            LedgerError: They hold different evals or datasets, or contradict one another.
        """
        name = other._place.name
        if other._place.uri == self._place.uri:
            return 0
        with closing(self._place.connect()) as connection, told(self._place.name):
            connection.execute("ATTACH ? AS other", (other._place.attached(),))
            with writing(connection):
                return merging.merge(connection, name)

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

    def export(self, run_id: str | None = None) -> Iterator[str]:
        """Yield a line of JSON for each row of a run, or of all, always in the same order."""
        with self._readers.one() as connection:
            yield from exporting.export(connection, run_id)

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
