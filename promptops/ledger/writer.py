"""Rows wait in a queue, and are committed a few at a time: with an intent, or by a thread."""

from __future__ import annotations

import os
import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Self

from promptops.errors import LedgerError
from promptops.ledger.inbox import Inbox
from promptops.ledger.rows import Scored
from promptops.ledger.saving import Laid, Parcel, Saver
from promptops.ledger.tables import ANSWERS, RESULTS, TABLES
from promptops.ledger.waiting import Task, Thread

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.ledger.keeping import Keeping
    from promptops.ledger.place import Place
    from promptops.ledger.rows import (
        Answer,
        Batch,
        Intent,
        Item,
        Lost,
        Result,
        Reuse,
        Run,
        StoredPrice,
    )  # fmt: skip

    Added = Run | Item | Intent | Lost | Reuse | Scored | Batch | StoredPrice


class Writer:
    """Writes rows in the background, in the order in which they were handed over.

    A row that cannot be written is kept, and tried again with the next ones: ``unsaved`` counts
    such rows, the next ``commit_intents`` fails, so that nothing more is paid, and ``close`` says
    what is not saved. A row that is there already stays as it is.
    """

    def __init__(self, place: Place, keeping: Keeping) -> None:
        self._keeping = keeping
        self._saver = Saver(place)
        self._pid = os.getpid()
        self._inbox = Inbox()
        self._saving = threading.Lock()
        self._thread = threading.Thread(target=self._work, name="promptops-ledger", daemon=True)
        self._thread.start()

    def add(self, *rows: Added) -> None:
        """Hand rows over; returns at once."""
        self._put(Parcel([self._lay(row) for row in rows]))

    def end(self, result: Result, answer: Answer | None = None) -> Answer | None:
        """Hand over how an attempt ended; returns the answer as it is kept, at once.

        Raises:
            LedgerError: It could not be redacted; the result is kept without any text.
        """
        return self.end_all([(result, answer)])[0]

    def end_all(self, ended: Iterable[tuple[Result, Answer | None]]) -> list[Answer | None]:
        """Hand over how attempts ended, to be committed at once; returns the answers as kept.

        Raises:
            LedgerError: One could not be redacted; all results are kept without any text.
        """
        ended = list(ended)
        rows: list[Laid] = []
        kept: list[Answer | None] = []
        try:
            for result, answer in ended:
                said = answer and self._keeping.answer(answer)
                kept.append(said)
                rows += self._ended(self._keeping.result(result), said)
        except Exception as error:
            bare = [replace(result, message=None, answer_sha256=None) for result, _ in ended]
            self._put(Parcel([(RESULTS, RESULTS.encode(result)) for result in bare]))
            raise LedgerError(f"an answer was not kept, as redacting it failed: {error}") from error
        self._put(Parcel(rows))
        return kept

    def commit_intents(self, intents: Iterable[Intent]) -> None:
        """Return when the intents are committed: only then may their calls be sent.

        Raises:
            LedgerError: They are not, as the ledger cannot be written.
        """
        thread = Thread()
        self._put(Parcel([self._lay(one) for one in intents], thread))
        thread.wait()

    async def intents_committed(self, intents: Iterable[Intent]) -> None:
        """Wait like ``commit_intents``, without blocking the event loop.

        Where nobody else writes they are committed here: to hand them to the thread and hear of
        it takes longer, and a loop that is told of many at once sends their calls in waves.
        """
        from asyncio import get_running_loop

        rows = [self._lay(one) for one in intents]
        if not self._saved(rows):
            task = Task(loop := get_running_loop(), loop.create_future())
            self._put(Parcel(rows, task))
            await task.future

    def flush(self) -> None:
        """Return when all rows that were handed over are committed.

        Raises:
            LedgerError: Some could not be; they are kept and tried again.
        """
        self.commit_intents(())

    @property
    def unsaved(self) -> int:
        """Rows that could not be written yet."""
        return self._saver.unsaved

    def close(self) -> None:
        """Write what waits, and end the thread.

        Raises:
            LedgerError: Rows could not be written, and are lost.
        """
        self._inbox.close()
        self._thread.join()
        with self._saving:
            while parcels := self._inbox.taken():  # that came back when the thread had ended
                self._saver.save(parcels)
            self._saver.close()
        if self._saver.error is not None:
            raise LedgerError(f"{self._saver.error}; {self.unsaved} rows are not saved")
        if self._saver.refused is not None:
            raise self._saver.refused

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _lay(self, row: Added) -> Laid:
        if isinstance(row, Scored):
            row = self._keeping.scored(row)
        table = TABLES[type(row)]
        return table, table.encode(row)

    def _ended(self, result: Result, answer: Answer | None) -> list[Laid]:
        if answer is None:
            return [(RESULTS, RESULTS.encode(result))]
        if result.answer_sha256 != answer.answer_sha256:
            result = replace(result, answer_sha256=answer.answer_sha256)
        rows = [(RESULTS, RESULTS.encode(result))]
        if self._keeping.store == "answers":
            rows.append((ANSWERS, ANSWERS.encode(answer)))
        return rows

    def _saved(self, rows: list[Laid]) -> bool:
        """Save rows after those that wait, unless that takes patience; returns whether they are."""
        self._stay()
        if not self._saving.acquire(blocking=False):
            return False
        try:
            if not (self._inbox.few and self._saver.begin()):
                return False
            waiting, saved = self._inbox.taken(), False
            try:
                saved = self._saver.save_begun([*waiting, Parcel(rows)])
                return saved
            finally:
                if not saved:  # or Ctrl-C came between
                    self._inbox.back(waiting)
        finally:
            self._saving.release()

    def _put(self, parcel: Parcel) -> None:
        self._stay()
        if not self._inbox.put(parcel):
            raise LedgerError("the writer of the ledger is closed")

    def _stay(self) -> None:
        if os.getpid() != self._pid:
            raise LedgerError("a writer of the ledger stays with the process that opened it")

    def _work(self) -> None:
        while self._inbox.due():
            with self._saving:
                if parcels := self._inbox.taken():
                    self._saver.save(parcels)
                self._saver.tidy()
        if self._saver.unsaved:
            self._saver.save([])
