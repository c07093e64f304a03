"""What is lost, counted by kind and cause: said in a log, and written into the ledger."""

from __future__ import annotations

import logging
import threading
import time
from collections import Counter
from itertools import count
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.ledger.ids import new_id
from promptops.ledger.tallies import KINDS, UNWRITABLE, Tally, left_behind, this_process
from promptops.model.calls import Loss
from promptops.recording.raw import RawOutcome

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.ledger.call_store import CallStore
    from promptops.recording.raw import Raw

LOGGER: Final = "promptops"
PAUSE: Final = 60.0  # seconds between two complaints, or two rows, of one cause
FULL: Final = "the queue was full"
STRANGE: Final = "they could not be understood"
UNREDACTED: Final = "redacting them failed"


class Losses(NamedTuple):
    """Calls and outcomes that are not in the ledger: the queue was full, or they made no sense.

    ``unwritten`` are those that a closed or full ledger did not take, ``texts`` those of calls that
    are in the ledger without them.
    """

    dropped: int = 0
    refused: int = 0
    unwritten: int = 0
    texts: int = 0


class Losing:
    """Counts of one process; ``handed`` and ``dropped`` are called by any thread."""

    def __init__(self, ledger: Path) -> None:
        self._ledger = ledger
        self._numbers = tuple(count(1) for _ in KINDS)
        self._settled = [0] * len(KINDS)
        self._tally: Tally | None = None
        # A signal may interrupt its own thread in here, and record something itself.
        self._lock = threading.RLock()
        self._all: Counter[tuple[str, str]] = Counter()
        self._unsaid: dict[tuple[str, str], tuple[float, int]] = {}
        self._said = -PAUSE
        self._complained: dict[str, float] = {}

    def begin(self) -> None:
        """Begin a tally; a number of each kind is its own, so that it knows of earlier ones."""
        tally = Tally.begin(self._ledger)
        if tally is not None:
            for kind, numbers in enumerate(self._numbers):
                tally.handed(kind, next(numbers))
                self._settled[kind] += 1
            self._tally = tally
            self.beat()

    def handed(self, raw: Raw) -> None:
        """Count a record that is handed over."""
        kind = int(type(raw) is RawOutcome)
        number = next(self._numbers[kind])
        tally = self._tally
        if tally is not None:
            try:
                tally.handed(kind, number)
            except ValueError:  # it has just been closed
                return

    def lost(self, kind: str, cause: str, number: int = 1) -> None:
        """Count records that are lost."""
        now = time.time()
        with self._lock:
            self._all[kind, cause] += number
            since, before = self._unsaid.get((kind, cause), (now, 0))
            self._unsaid[kind, cause] = since, before + number

    def settled(self, kind: str, number: int) -> None:
        """Count records that are in the ledger, or are counted there as lost."""
        if kind in KINDS:
            self._settled[KINDS.index(kind)] += number

    def beat(self, *, ended: bool = False) -> None:
        """Bring the tally up to date."""
        if self._tally is not None:
            self._tally.settled(self._settled, time.time(), ended=ended)

    def due(self, *, last: bool = False) -> bool:
        """Return whether there are losses to be written; unless these are the last, in a minute."""
        return bool(self._unsaid) and (last or time.monotonic() - self._said >= PAUSE)

    def write(self, store: CallStore) -> None:
        """Write what is lost into the ledger.

        Raises:
            LedgerError: It takes nothing now.
        """
        with self._lock:
            unsaid, self._unsaid = self._unsaid, {}
        process = this_process()
        rows = [
            Loss(new_id(at), at, process, kind, cause, number)
            for (kind, cause), (at, number) in unsaid.items()
        ]
        try:
            store.lose(rows)
        except Exception:
            with self._lock:
                for key, (at, number) in unsaid.items():
                    later = self._unsaid.get(key, (at, 0))
                    self._unsaid[key] = at, number + later[1]
            raise
        self._said = time.monotonic()
        for one in rows:
            self.settled(one.kind, one.number)

    def write_for_others(self, store: CallStore) -> None:
        """Write what was lost with processes that are gone.

        Raises:
            LedgerError: The ledger takes nothing now.
        """
        for left in left_behind(self._ledger):
            store.lose(left.losses)
            left.forget()

    def end(self, *, finished: bool) -> None:
        """Leave the tally behind for others where records are missing; ``finished``: for good."""
        self.beat(ended=True)
        if finished and self._tally is not None:
            tally, self._tally = self._tally, None
            tally.end()

    def leave(self) -> None:
        """Let go of what is another process's, in the child of a fork."""
        if self._tally is not None:
            self._tally.leave()
            self._tally = None

    def losses(self) -> Losses:
        """Return what is lost so far."""
        with self._lock:
            found = dict(self._all)
        dropped, refused, unwritten = (
            sum(found.get((kind, cause), 0) for kind in KINDS)
            for cause in (FULL, STRANGE, UNWRITABLE)
        )
        texts = sum(number for (kind, _), number in found.items() if kind == "text")
        return Losses(dropped, refused, unwritten, texts)

    def complain(self, cause: str, told: str) -> None:
        """Say something in the log, at most once a minute for each cause."""
        now = time.monotonic()
        if now - self._complained.get(cause, -PAUSE) >= PAUSE:
            self._complained[cause] = now
            logging.getLogger(LOGGER).warning("%s", " ".join(told.split()))
