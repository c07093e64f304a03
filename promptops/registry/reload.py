"""A bundle that is read anew when it has changed, by the thread that asks; there is no other."""

from __future__ import annotations

import os
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from promptops.errors import PromptopsError
from promptops.registry.bundle import Bundle
from promptops.registry.bundle_place import OnDisk

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.registry.bundle_place import Place

LABELS: Final = "PROMPTOPS_LABELS_FILE"


class Reload:
    """The bundle of a place: the last good one, and why it is not the newest, if so."""

    def __init__(
        self,
        place: Place,
        swap: Callable[[Bundle], object] = lambda _: None,
        *,
        interval: float = 30.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Read the bundle; ``swap`` is handed each later one, at most one in ``interval`` seconds.

        It is handed the same one again when the file of $PROMPTOPS_LABELS_FILE has changed.

        Raises:
            RegistryError: The bundle cannot be read.
        """
        self.stale: PromptopsError | None = None
        self._place = place
        self._swap = swap
        self._interval = interval
        self._clock = clock
        mounted = os.environ.get(LABELS)
        self._labels = Path(mounted) if mounted else None
        self._stamps = self._look_at()
        self.bundle = Bundle(place.read(), place.name)
        self._next = clock() + interval
        self._process, self._busy = os.getpid(), Lock()

    def poll(self) -> Bundle:
        """Return the bundle, after looking for a newer one where the interval is over.

        One thread looks while the others go on with the bundle there is. A bundle that cannot be
        read or does not verify is never handed out: ``stale`` says what is wrong with it.
        """
        if self._clock() >= self._next:
            self._look()
        return self.bundle

    def _look(self) -> None:
        if self._process != os.getpid():
            # A thread that was looking at the moment of a fork does not exist here.
            self._process, self._busy = os.getpid(), Lock()
        if not self._busy.acquire(blocking=False):
            return
        try:
            self._next = self._clock() + self._interval
            self._refresh()
        finally:
            self._busy.release()

    def _look_at(self) -> tuple[object, object]:
        labels = None
        if self._labels is not None and self._labels.is_file():
            labels = OnDisk(self._labels).stamp()
        return self._place.stamp(), labels

    def _refresh(self) -> None:
        try:
            stamps = self._look_at()
            if stamps != self._stamps:
                bundle = self.bundle
                if stamps[0] != self._stamps[0]:
                    bundle = Bundle(self._place.read(), self._place.name, before=bundle)
                    bundle.verify()
                self._swap(bundle)
                # The stamps were taken before the bytes: a change in between is seen next time.
                self.bundle, self._stamps = bundle, stamps
        except PromptopsError as error:
            self.stale = error
        else:
            self.stale = None
