"""Many calls at once, in order, with a bound on what is in memory; a stop leaves whole rows."""

from __future__ import annotations

import asyncio
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, Protocol

from promptops.evals.calling import Outcome
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from promptops.evals.attempts import Ask
    from promptops.evals.calling import Calls
    from promptops.model.evaluation import Completion, Request

KNOWN: Final = Outcome("ok")
GRACE: Final = 30.0  # seconds for calls that are under way when a run is stopped


@dataclass(frozen=True, slots=True)
class Task:
    """A call to be made, and who is told what it left; without a call, nothing is left."""

    key: str
    ask: Callable[[], Ask] | None
    done: Callable[[Outcome], Awaitable[None]]


class Driver(Protocol):
    """Makes calls in some way: at once, in a vendor's batches, on other machines."""

    async def run(self, tasks: Iterator[Task]) -> None:
        """Make the calls in their order, as far as nothing stops the run; tell each task."""

    def stop(self, reason: str) -> None:
        """Send nothing more."""


class Answering(Protocol):
    """Answers requests to any model."""

    def provider(self, model: str) -> object:
        """Say before a run what is not set up for a model, as far as that is known here."""

    async def complete(self, request: Request) -> Completion:
        """Return the model's answer."""


@dataclass
class Runner:
    """Makes calls; ``most`` is how many tasks may be begun and not ended."""

    calls: Calls
    most: int
    grace: float = GRACE

    def __post_init__(self) -> None:
        self._over = asyncio.Event()  # it is stopped, or nobody works any more
        self._working: set[asyncio.Task[None]] = set()
        self._stopped = False
        self._failed: BaseException | None = None

    async def run(self, tasks: Iterator[Task]) -> None:
        """Make the calls in their order, as far as nothing stops the run.

        Raises:
            Exception: What a task raised that is no failed call; the others are stopped first.
        """
        try:
            for first in () if self._halted() else islice(tasks, self.most):
                worker = asyncio.ensure_future(self._work(first, tasks))
                self._working.add(worker)
                worker.add_done_callback(self._ended)
            if self._working:
                await self._over.wait()
            await _finish(list(self._working), self.grace)
        finally:
            self._stopped = True  # whoever works on, as this was cancelled, begins nothing more
        if self._failed is not None:
            raise self._failed

    def stop(self, reason: str) -> None:
        """Send nothing more, and give what is under way some seconds to end."""
        self.calls.stop(reason)
        self._stopped = True
        self._over.set()

    def _halted(self) -> bool:
        return self._stopped or bool(self.calls.reason)

    async def _work(self, first: Task, others: Iterator[Task]) -> None:
        """Do a task, and then one after the other of those that nobody has begun."""
        task: Task | None = first
        while task is not None and not self._halted():
            outcome = KNOWN if task.ask is None else await self.calls.ask(task.ask())
            await task.done(outcome)
            await asyncio.sleep(0)  # others have their turn: nothing of this need have waited
            task = None if self._halted() else next(others, None)

    def _ended(self, worker: asyncio.Task[None]) -> None:
        self._working.discard(worker)
        if not worker.cancelled() and (error := worker.exception()) is not None:
            self._failed = self._failed or error
            self.stop(f"an error of promptops itself: {error}")
        if not self._working:
            self._over.set()


async def _finish(tasks: Sequence[asyncio.Task[Any]], grace: float) -> None:
    """Wait for tasks so many seconds; those that are not done then are cancelled."""
    if not tasks:
        return
    _, late = await asyncio.wait(tasks, timeout=grace)
    for task in late:
        task.cancel()
    await asyncio.gather(*late, return_exceptions=True)
