"""What is asked of a ledger's rows; every figure is worked out of them when it is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.ledger import attempts as sent
from promptops.ledger import decoding, exporting, reading, state, totals
from promptops.ledger.leases import live_holder
from promptops.ledger.tables import BATCHES, RUNS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from promptops.ledger.place import Readers
    from promptops.ledger.rows import Batch, Run, Scored
    from promptops.model.evaluation import Cause


class Queries:
    """Questions to the rows of a ledger, on connections for reading alone."""

    def __init__(self, readers: Readers, clock: Callable[[], float]) -> None:
        """Ask on connections of these readers; ``clock`` is what ages are judged by."""
        self._readers = readers
        self._clock = clock

    def lent(self) -> AbstractContextManager[sqlite3.Connection]:
        """Return a connection for further questions, such as those of ``past``."""
        return self._readers.one()

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
        self, answer_keys: Iterable[str], max_age: float | None = None,
        fixed: Callable[[str], bool] = lambda _: False,
    ) -> dict[str, reading.Found]:  # fmt: skip
        """Return what is stored under answer keys: ``Reusable``, or ``Stale`` and why.

        Of keys never sent there is nothing. ``max_age`` is seconds, None for ever; answers of a
        model that is ``fixed``, as no vendor points its name elsewhere, do not age.
        """
        now = self._clock()
        with self._readers.one() as connection:
            return reading.find(connection, answer_keys, now=now, max_age=max_age, fixed=fixed)

    def run_state(self, run_id: str) -> state.RunState:
        """Return what of a run is done, failed, in flight and lost."""
        with self._readers.one() as connection:
            return state.run_state(connection, run_id)

    def progress(self, run_id: str, own: Iterable[str]) -> state.Progress:
        """Return how many items of a run are written down, and how many have ended for good.

        ``own`` are the causes of failures that are the prompt's or the model's own.
        """
        with self._readers.one() as connection:
            return state.progress(connection, run_id, own)

    def holder(self, run_id: str) -> str:
        """Return in words which live process has a run, or "" where none has."""
        with self._readers.one() as connection:
            return live_holder(connection, run_id, self._clock())

    def items(self, run_id: str) -> Iterator[sent.Asked]:
        """Yield a run's items in their order, with the keys of their answers."""
        with self._readers.one() as connection:
            yield from sent.items(connection, run_id)

    def attempts(self, run_id: str, cause: Cause | None = None) -> Iterator[sent.Attempt]:
        """Yield a run's attempts, judges' too, with how each ended; or those of a cause alone."""
        with self._readers.one() as connection:
            yield from sent.attempts(connection, run_id, cause)

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

    def export(self, run_id: str | None = None) -> Iterator[str]:
        """Yield a line of JSON for each row of a run, or of all, always in the same order."""
        with self._readers.one() as connection:
            yield from exporting.export(connection, run_id)
