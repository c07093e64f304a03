"""Who waits for rows to be committed, and is told how it went."""

from __future__ import annotations

from contextlib import suppress
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

from promptops.errors import LedgerError

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterable


class Thread:
    """A thread that waits until another has saved a parcel."""

    __slots__ = ("_done", "_error")

    def __init__(self) -> None:
        self._done = Event()
        self._error: LedgerError | None = None

    def tell(self, error: LedgerError | None) -> None:
        """Let the thread go on."""
        self._error = error
        self._done.set()

    def wait(self) -> None:
        """Return when the parcel is committed.

        Raises:
            LedgerError: It is not.
        """
        self._done.wait()
        if self._error is not None:
            raise LedgerError(*self._error.args)


class Task(NamedTuple):
    """A task that waits for a parcel."""

    loop: asyncio.AbstractEventLoop
    future: asyncio.Future[None]


def tell(waiting: Iterable[Thread | Task | None], error: LedgerError | None) -> None:
    """Tell all who wait how it went; None is nobody."""
    tasks: dict[asyncio.AbstractEventLoop, list[asyncio.Future[None]]] = {}
    for one in waiting:
        if isinstance(one, Thread):
            one.tell(error)
        elif one is not None:
            tasks.setdefault(one.loop, []).append(one.future)
    for loop, futures in tasks.items():
        # A loop that is closed has nobody left who waits.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_settle, futures, error)


def _settle(futures: Iterable[asyncio.Future[None]], error: LedgerError | None) -> None:
    for future in futures:
        if future.done():  # its task was cancelled meanwhile
            continue
        if error is None:
            future.set_result(None)
        else:
            future.set_exception(LedgerError(*error.args))
