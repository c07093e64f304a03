"""Where rows wait for who writes them, and when the thread that does is woken for them."""

from __future__ import annotations

import threading
from collections import deque
from time import monotonic
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.ledger.saving import Parcel

ROWS: Final = 256  # that wait for others at most; what waits is committed together
SECONDS: Final = 0.010  # that a row waits for others at most
MOST: Final = 512  # rows of a commit, unless more were handed over at once


class Inbox:
    """Parcels in the order in which they were handed over, by any thread."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._parcels: deque[Parcel] = deque()
        self._rows = 0
        self._awaited = 0  # parcels
        self._since = 0.0  # when the first of them came
        self._asleep = False  # whether it takes a word to have the thread look here
        self._closing = False

    def put(self, parcel: Parcel) -> bool:
        """Have a parcel wait; returns whether it does: it does not once this is closed."""
        with self._condition:
            if self._closing:
                return False
            if not self._parcels:
                self._since = monotonic()
            self._parcels.append(parcel)
            self._rows += len(parcel.rows)
            self._awaited += parcel.waits is not None
            if self._asleep or self._full():
                self._asleep = False
                self._condition.notify()
            return True

    def close(self) -> None:
        """Take no more; what waits is given out."""
        with self._condition:
            self._closing = True
            self._condition.notify()

    def due(self) -> bool:
        """Return True once what waits is to be written; False once this is closed and empty."""
        with self._condition:
            while not self._full():
                left = self._since + SECONDS - monotonic()
                if not self._parcels:
                    self._asleep = True
                    self._condition.wait()
                    self._asleep = False
                elif left > 0:
                    self._condition.wait(left)
                else:
                    return True
            return bool(self._parcels) or not self._closing

    def taken(self) -> list[Parcel]:
        """Return what waits, as much of it as is committed together."""
        if not self._parcels:
            return []
        with self._condition:
            found: list[Parcel] = []
            rows = 0
            while self._parcels and (not found or rows + len(self._parcels[0].rows) <= MOST):
                found.append(self._parcels.popleft())
                rows += len(found[-1].rows)
            self._rows -= rows
            self._awaited -= sum(one.waits is not None for one in found)
            return found

    def back(self, parcels: Sequence[Parcel]) -> None:
        """Have parcels that were taken wait again, before all others."""
        with self._condition:
            self._parcels.extendleft(reversed(parcels))
            self._rows += sum(len(one.rows) for one in parcels)
            self._awaited += sum(one.waits is not None for one in parcels)
            self._condition.notify()

    @property
    def few(self) -> bool:
        """Whether all that waits is committed together."""
        return self._rows <= MOST

    def _full(self) -> bool:
        return self._awaited > 0 or self._rows >= ROWS or self._closing
