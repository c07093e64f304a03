"""One thread that writes: rows wait for it in a queue, and are committed a few at a time."""

from __future__ import annotations

import os
import threading
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Self

from promptops.errors import LedgerError
from promptops.ledger.rows import Scored
from promptops.ledger.saving import Laid, Parcel, Saver, Task, Thread
from promptops.ledger.tables import ANSWERS, RESULTS, TABLES

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop
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

ROWS: Final = 16  # that wait for others at most; what waits is committed together
SECONDS: Final = 0.010  # that a row waits for others at most
MOST: Final = 512  # rows of a commit, unless more were handed over at once


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
        self._condition = threading.Condition()
        self._queue: deque[Parcel] = deque()
        self._queued = 0  # rows
        self._awaited = 0  # parcels
        self._asleep = False  # whether it takes a word to have the thread look at the queue
        self._rings: AbstractEventLoop | None = None  # the loop whose turn ends with that word
        self._closing = False
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
        """Wait like ``commit_intents``, without blocking the event loop."""
        from asyncio import get_running_loop

        loop = get_running_loop()
        task = Task(loop, loop.create_future())
        self._put(Parcel([self._lay(one) for one in intents], task))
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
        with self._condition:
            self._closing = True
            self._condition.notify()
        self._thread.join()
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

    def _put(self, parcel: Parcel) -> None:
        if os.getpid() != self._pid:
            raise LedgerError("a writer of the ledger stays with the process that opened it")
        with self._condition:
            if self._closing:
                raise LedgerError("the writer of the ledger is closed")
            self._queue.append(parcel)
            self._queued += len(parcel.rows)
            if parcel.waits is not None:
                self._awaited += 1
                if isinstance(parcel.waits, Task):
                    self._ring_later(parcel.waits.loop)
                    return
            if parcel.waits is not None or self._asleep or self._queued >= ROWS:
                self._asleep = False
                self._condition.notify()

    def _ring_later(self, loop: AbstractEventLoop) -> None:
        """Wake the thread when the loop's turn ends: what its tasks add by then goes along."""
        if self._rings is not loop:
            self._rings = loop
            loop.call_soon(self._ring)

    def _ring(self) -> None:
        with self._condition:
            self._rings, self._asleep = None, False
            self._condition.notify()

    def _work(self) -> None:
        while parcels := self._next():
            self._saver.save(parcels)
        if self._saver.unsaved:
            self._saver.save([])

    def _next(self) -> list[Parcel]:
        with self._condition:
            if not self._condition.wait_for(self._full, SECONDS) and not self._queue:
                self._asleep = True
                self._condition.wait_for(lambda: self._queue or self._closing)
                self._condition.wait_for(self._full, SECONDS)
            taken: list[Parcel] = []
            rows = 0
            while self._queue and (not taken or rows + len(self._queue[0].rows) <= MOST):
                taken.append(self._queue.popleft())
                rows += len(taken[-1].rows)
            self._queued -= rows
            self._awaited -= sum(one.waits is not None for one in taken)
            return taken

    def _full(self) -> bool:
        return self._awaited > 0 or self._queued >= ROWS or self._closing
