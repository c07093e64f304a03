"""A run's calls in their vendors' batches: half the price, and up to a day for the answers."""

from __future__ import annotations

import asyncio
import os
from contextlib import AsyncExitStack
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Any

from promptops.errors import ConfigError
from promptops.evals.batch_desk import Desk, Left, Pace
from promptops.evals.batch_filling import Filling
from promptops.evals.batch_journey import journey
from promptops.evals.batch_notes import Notes
from promptops.evals.batch_rows import Terms, owned
from promptops.evals.calling import Outcome
from promptops.evals.runner import GRACE, Runner
from promptops.model.values import dataclass
from promptops.providers.batch_opening import open_batches

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from promptops.evals.batch_parcel import Parcel
    from promptops.evals.calling import Calls
    from promptops.evals.plan import EvalPlan
    from promptops.evals.runner import Task
    from promptops.ledger.ledger import Ledger
    from promptops.model.money import Price


@dataclass(frozen=True)
class Manner:
    """How batches are used.

    With ``send`` new calls go in batches; without, those that are under way are brought home and
    the others are made live. Without ``wait`` the run ends once batches are at work. ``told`` is
    told of what happens, ``shows`` of progress.
    """

    send: bool = True
    wait: bool = True
    told: Callable[[str], None] = lambda _: None
    shows: Callable[[str], None] = lambda _: None
    pace: Pace = field(default_factory=Pace)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)


def manner_of(plan: EvalPlan, **more: Any) -> Manner:
    """Return how a plan's calls go in batches.

    Raises:
        ConfigError: It asks for what no batch can do.
    """
    if plan.run.stream:
        raise ConfigError(f"{plan.name}: answers of batches are no streams: leave out run.stream")
    return Manner(**more)


class Batched:
    """Makes calls in batches, and live what no batch takes or what one has left unanswered.

    ``prices`` are those of live calls.
    """

    def __init__(
        self,
        calls: Calls,
        most: int,
        ledger: Ledger,
        prices: Mapping[str, Price | None],
        manner: Manner,
    ) -> None:
        self._calls = calls
        self._most = most
        self._ledger = ledger
        self._prices = prices
        self._manner = manner
        self._stopped = asyncio.Event()
        self._runners: list[Runner] = []
        self._notes = Notes(manner.shows)

    def notes(self) -> Iterator[str]:
        """Yield what a report should say of the batches."""
        return self._notes.all()

    def stop(self, reason: str) -> None:
        """Send nothing more; batches that are at work stay with their vendors."""
        self._calls.stop(reason)
        self._stopped.set()
        for runner in self._runners:
            runner.stop(reason)

    async def run(self, tasks: Iterator[Task]) -> None:
        """Make the calls, as far as nothing stops the run.

        Raises:
            ConfigError: A vendor does not tell of a batch that was sent to it.
            Exception: What a task raised that is no failed call.
        """
        manner = self._manner
        async with AsyncExitStack() as stack:
            services = await stack.enter_async_context(open_batches(manner.environment))
            writer = stack.enter_context(self._ledger.writer())
            desk = Desk(
                self._calls, writer, Terms(self._prices.get), self._notes, manner.told, manner.pace,
                self._most, partial(owned, self._ledger), self._stopped, self.stop,
            )  # fmt: skip
            filling = Filling(desk, services, self._ledger, send=manner.send)
            stack.callback(filling.close)
            left = await self._round(desk, filling, tasks)
            while left and manner.wait and not self._stopped.is_set():
                left = await self._round(desk, filling, iter(left))
            if left and not self._stopped.is_set():
                self._calls.stop(f"{len(left)} calls wait for room until batches have ended")
            for task in left:
                await desk.tell(task.done, Outcome("stopped"))
            await desk.all_told()

    async def _round(self, desk: Desk, filling: Filling, tasks: Iterator[Task]) -> list[Task]:
        """Take tasks as far as they come, and return those that have to wait for the others."""
        travels: list[asyncio.Task[None]] = []
        try:
            async for parcel in filling.parcels(tasks):  # each goes off at once
                travels += [asyncio.ensure_future(self._travel(desk, parcel))]
            live, filling.live = filling.live, []
            await asyncio.gather(self._live(live), self._home(travels))
        finally:
            for travel in travels:
                travel.cancel()
            await asyncio.gather(*travels, return_exceptions=True)
        leftovers, desk.leftovers = desk.leftovers, []
        await self._live(leftovers)
        left = [*desk.later, *filling.over]
        desk.later, filling.over = [], []
        return left

    async def _live(self, tasks: list[Task]) -> None:
        if tasks:
            runner = Runner(self._calls, self._most)
            self._runners.append(runner)
            if self._stopped.is_set():
                runner.stop(self._calls.reason)
            await runner.run(iter(tasks))

    async def _travel(self, desk: Desk, parcel: Parcel) -> None:
        try:
            await journey(desk, parcel, wait=self._manner.wait)
        except Left:
            pass
        except Exception as error:
            self.stop(str(error))
            raise
        finally:
            await desk.over(parcel)
            parcel.close()

    async def _home(self, travels: Sequence[asyncio.Task[None]]) -> None:
        """Return when all have come as far as they do; a stop gives them some seconds."""
        stopped = asyncio.ensure_future(self._stopped.wait())
        under_way = set(travels)
        while under_way and not stopped.done():
            _, left = await asyncio.wait({*under_way, stopped}, return_when="FIRST_COMPLETED")
            under_way &= left
        stopped.cancel()
        if under_way:
            await asyncio.wait(under_way, timeout=GRACE)
        for travel in travels:
            travel.cancel()
        for came in await asyncio.gather(*travels, return_exceptions=True):
            if isinstance(came, Exception):
                raise came
