"""A bounded queue and a thread of its own: an application records calls and never waits for it."""

from __future__ import annotations

import atexit
import os
import sys
import threading
import time
from collections import deque
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING, Final

from promptops.recording import forks
from promptops.recording.keeping import Kept, kind_of
from promptops.recording.losing import FULL

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from promptops.model.money import Price
    from promptops.recording.losing import Losses
    from promptops.recording.raw import Raw
    from promptops.recording.texts import Texts

SIZE: Final = 10_000  # calls that may wait to be written
SECONDS: Final = 0.25  # between two writes
LAST: Final = 2.0  # seconds that the end of a process waits for what is not written
_OF_PARENTS: Final[list[Kept]] = []


class Recorder:
    """Writes calls down in the background; whatever happens, the caller goes on.

    A call that finds the queue full is dropped, and counted. What cannot be written, since the
    disk is full or the ledger locked, is tried again; the queue bounds that too. What is lost is
    written into the ledger when it can be. After a fork, the child's calls are written by a thread
    of its own.

    Args:
        path: The ledger's file.
        price: What a model (``provider:model``) cost at a time in seconds since 1970.
        size: How many calls may wait.
        seconds: How long one may wait at most before it is written.
        texts: Of which calls texts are kept, and how they are redacted; without, of none.
    """

    def __init__(
        self,
        path: str | Path,
        price: Callable[[str, float], Price | None],
        *,
        size: int = SIZE,
        seconds: float = SECONDS,
        texts: Texts | None = None,
    ) -> None:
        self._path, self._price, self._texts = path, price, texts
        self._size, self._seconds = size, seconds
        self.keeps_texts = texts is not None and texts.wanted
        self._begin()
        atexit.register(self.close, LAST)
        forks.watch(self)

    def _begin(self) -> None:
        self._pid = os.getpid()
        self._queue: deque[Raw] = deque()
        self._kept = Kept(self._path, self._price, self._size, self._texts)
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._thread: threading.Thread | None = None
        self._closed = False

    def _begin_in_child(self) -> None:
        """Begin in the child of a fork: what its parent had queued is its parent's."""
        _OF_PARENTS.append(self._kept)  # if its ledger is open, a child may not even close it
        self._kept.losing.leave()
        self._begin()
        if "multiprocessing.util" in sys.modules:  # its children end without atexit
            from multiprocessing.util import Finalize

            Finalize(self, self.close, (LAST,), exitpriority=0)

    def pause(self, timeout: float) -> bool:
        """Let go of the ledger before a fork; returns whether nothing is written meanwhile.

        SQLite's own memory of a file's locks would go into the child, which would find the ledger
        locked for ever, or remove the log that its parent writes to.
        """
        if os.getpid() != self._pid:  # a child that has recorded nothing itself
            return False
        paused = self._writing.acquire(timeout=timeout)
        if paused:
            self._kept.disconnect()
        return paused

    def resume(self) -> None:
        """Go on after a fork."""
        self._writing.release()

    def leave(self) -> None:
        """Let go, in the child of a fork, of what says that its parent lives."""
        self._kept.losing.leave()

    def put(self, raw: Raw) -> None:
        """Hand a call over; at once, and without ever raising."""
        try:
            if os.getpid() != self._pid:
                self._begin_in_child()
            kept = self._kept
            kept.losing.handed(raw)
            if self._closed or len(self._queue) >= self._size:
                kept.losing.lost(kind_of(raw), FULL)
                return
            self._queue.append(raw)
            if self._thread is None:
                self._start()
            elif len(self._queue) * 2 > self._size:
                self._wake.set()
        except Exception:  # noqa: BLE001 - an application must not fail by its records
            return

    @property
    def losses(self) -> Losses:
        """What is not in the ledger and never will be, by why."""
        return self._kept.losses()

    def flush(self, timeout: float = 10.0) -> bool:
        """Wait until everything that was handed over is written; returns whether it is."""
        if os.getpid() != self._pid:  # in the child of a fork, which has handed over nothing
            return True
        ends = time.monotonic() + timeout
        while self._queue or self._kept.waiting or not self._idle.is_set():
            if self._thread is None or time.monotonic() > ends:
                return not (self._queue or self._kept.waiting)
            self._wake.set()
            self._idle.wait(0.01)
            time.sleep(0.001)
        return True

    def close(self, timeout: float = 10.0) -> None:
        """Write what waits, as far as that is possible in so many seconds; take nothing more."""
        if self._closed or os.getpid() != self._pid:
            return
        self._closed = True
        if self._thread is None:
            self._kept.last_word(list(self._queue), finished=True)
            return
        self._wake.set()
        self._thread.join(timeout)
        self._kept.last_word(list(self._queue), finished=not self._thread.is_alive())

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="promptops-recorder", daemon=True
                )
                try:
                    self._thread.start()
                except BaseException:  # no more threads for now: the next call tries again
                    self._thread = None
                    raise

    def _work(self) -> None:
        with suppress(Exception), self._writing:  # without a tally, no kill's losses are counted
            self._kept.losing.begin()
        while True:
            self._wake.wait(self._seconds)
            self._wake.clear()
            closing = self._closed
            self._idle.clear()
            try:
                with self._writing:
                    self._drain(last=closing)
            except Exception as error:  # noqa: BLE001 - what comes later is written even so
                self._kept.losing.complain("recorder", f"recording failed: {error!r}")
            self._idle.set()
            if closing:
                with self._writing:
                    self._kept.close()
                return

    def _drain(self, *, last: bool) -> None:
        while self._queue:
            taken = [self._queue.popleft() for _ in islice(range(len(self._queue)), 1_000)]
            self._kept.write(taken)
        self._kept.write([], last=last)
