"""Where rows wait for the thread that writes them, and when it is woken for them."""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING, Final

from promptops.ledger.saving import Task

if TYPE_CHECKING:
    from asyncio import AbstractEventLoop

    from promptops.ledger.saving import Parcel

ROWS: Final = 16  # that wait for others at most; what waits is committed together
SECONDS: Final = 0.010  # that a row waits for others at most
MOST: Final = 512  # rows of a commit, unless more were handed over at once


class Inbox:
    """Parcels in the order in which they were handed over, by any thread, taken by one."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._parcels: deque[Parcel] = deque()
        self._rows = 0
        self._awaited = 0  # parcels
        self._asleep = False  # whether it takes a word to have the thread look here
        self._rings: AbstractEventLoop | None = None  # the loop whose turn ends with that word
        self._closing = False

    def put(self, parcel: Parcel) -> bool:
        """Have a parcel wait; returns whether it does: it does not once this is closed."""
        with self._condition:
            if self._closing:
                return False
            self._parcels.append(parcel)
            self._rows += len(parcel.rows)
            self._awaited += parcel.waits is not None
            if isinstance(parcel.waits, Task):
                self._ring_later(parcel.waits.loop)
            elif parcel.waits is not None or self._asleep or self._rows >= ROWS:
                self._asleep = False
                self._condition.notify()
            return True

    def close(self) -> None:
        """Take no more; what waits is given out."""
        with self._condition:
            self._closing = True
            self._condition.notify()

    def taken(self) -> list[Parcel]:
        """Return what waits, once there is something; nothing once this is closed and empty."""
        with self._condition:
            if not self._condition.wait_for(self._full, SECONDS) and not self._parcels:
                self._asleep = True
                self._condition.wait_for(lambda: self._parcels or self._closing)
                self._condition.wait_for(self._full, SECONDS)
            found: list[Parcel] = []
            rows = 0
            while self._parcels and (not found or rows + len(self._parcels[0].rows) <= MOST):
                found.append(self._parcels.popleft())
                rows += len(found[-1].rows)
            self._rows -= rows
            self._awaited -= sum(one.waits is not None for one in found)
            return found

    def _ring_later(self, loop: AbstractEventLoop) -> None:
        """Wake the thread when the loop's turn ends: what its tasks add by then goes along."""
        if self._rings is not loop:
            self._rings = loop
            loop.call_soon(self._ring)

    def _ring(self) -> None:
        with self._condition:
            self._rings, self._asleep = None, False
            self._condition.notify()

    def _full(self) -> bool:
        return self._awaited > 0 or self._rows >= ROWS or self._closing
