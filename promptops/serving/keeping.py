"""Answers that took long, kept for as long as what they were read from stays as it is."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from threading import Event, Lock, Semaphore, Thread
from typing import TYPE_CHECKING, Final, Generic, NamedTuple, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

T = TypeVar("T")
_MOST: Final = 64  # answers
_AT_ONCE: Final = 2  # that are worked out


@dataclass(slots=True)
class _Work(Generic[T]):
    """An answer that is being worked out, or was; ``stamp`` is what it was read from."""

    stamp: object
    begun: float
    done: Event = field(default_factory=Event)
    value: T | None = None
    error: Exception | None = None

    def result(self) -> T:
        if self.error is not None:
            raise self.error
        assert self.value is not None  # noqa: S101 - it is done
        return self.value


class Found(NamedTuple, Generic[T]):
    """An answer, if there is one; whether it is of things as they are; when work on it began."""

    value: T | None
    fresh: bool
    begun: float


class Keeping(Generic[T]):
    """Answers by what was asked.

    Args:
        stamp: Returns another value once there is something else to read.
    """

    def __init__(self, stamp: Callable[[], object]) -> None:
        self._stamp = stamp
        self._lock = Lock()
        self._turns = Semaphore(_AT_ONCE)
        self._under_way: dict[Hashable, _Work[T]] = {}
        self._kept: dict[Hashable, _Work[T]] = {}

    def found(self, asked: Hashable, work: Callable[[], T], patience: float) -> Found[T]:
        """Return an answer that is kept, or what ``work`` returns if it ends within ``patience``.

        Else the answer of before, if there is one; the work goes on.

        Raises:
            Exception: What the work raised.
        """
        stamp = self._stamp()
        with self._lock:
            kept = self._kept.get(asked)
            if kept is not None and kept.stamp == stamp:
                return Found(kept.result(), fresh=True, begun=kept.begun)
            doing = self._under_way.get(asked)
            if doing is None:
                doing = self._under_way[asked] = _Work(stamp, time.time())
                Thread(target=self._do, args=(asked, doing, work), daemon=True).start()
        if doing.done.wait(patience):
            return Found(doing.result(), fresh=doing.stamp == stamp, begun=doing.begun)
        if kept is not None and kept.error is None:
            return Found(kept.value, fresh=False, begun=kept.begun)
        return Found(None, fresh=False, begun=doing.begun)

    def _do(self, asked: Hashable, doing: _Work[T], work: Callable[[], T]) -> None:
        with self._turns:
            try:
                doing.value = work()
            except Exception as error:  # noqa: BLE001 - whoever asks is told
                doing.error = error
        with self._lock:
            self._under_way.pop(asked, None)
            self._kept.pop(asked, None)  # so that it is the newest
            self._kept[asked] = doing
            while len(self._kept) > _MOST:
                del self._kept[next(iter(self._kept))]
        doing.done.set()
