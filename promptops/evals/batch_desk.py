"""What all batches of a run share: rows, the clock, patience, and the way of what came back."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, TypeVar

from promptops.errors import ConfigError
from promptops.evals.attempts import as_kept, judged_fit
from promptops.evals.batch_rows import ended_rows
from promptops.evals.calling import Outcome
from promptops.evals.retries import after
from promptops.evals.runner import Task
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from promptops.evals.batch_notes import Notes
    from promptops.evals.batch_parcel import Entry, Parcel
    from promptops.evals.batch_rows import Terms
    from promptops.evals.calling import Calls, Leaves
    from promptops.ledger.rows import BatchState, Intent
    from promptops.ledger.writer import Writer

    Done = Callable[[Outcome], Awaitable[None]]

T = TypeVar("T")
NOTHING: Final = Decimal(0)
_UNTRIED: Final = frozenset({"expired", "cancelled"})  # to ask again is no retry


class Left(Exception):
    """The run is stopped, or does not wait: the batch stays with its vendor."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between looks at a batch, and until what was sent is in its vendor's list."""

    first: float = 0.5
    growth: float = 2.0
    longest: float = 120.0
    settle: float = 60.0


@dataclass
class Desk:
    """Where the batches of a run are kept; ``owned`` tells which batches any run has."""

    calls: Calls
    writer: Writer
    terms: Terms
    notes: Notes
    told: Callable[[str], None]
    pace: Pace
    most: int
    owned: Callable[[], set[tuple[str, str]]]  # by vendor and the vendor's id
    stopped: asyncio.Event
    stop: Callable[[str], None]
    leftovers: list[Task] = field(default_factory=list)  # to be asked live
    later: list[Task] = field(default_factory=list)  # for another batch

    def __post_init__(self) -> None:
        self._telling: set[asyncio.Task[None]] = set()
        self._failed: BaseException | None = None
        self._priced: set[str] = set()

    async def reached(
        self, parcel: Parcel, state: BatchState, at: float | None = None, **ids: Any
    ) -> None:
        """Write down that a batch has come further, and return when that is on disk."""
        parcel.batch = replace(
            parcel.batch, state=state, at=self.calls.wall() if at is None else at,
            account=parcel.service.account, **ids,
        )  # fmt: skip
        self.writer.add(parcel.batch)
        await self.writer.intents_committed(())

    async def pause(self, seconds: float) -> None:
        """Wait.

        Raises:
            Left: The run was stopped meanwhile.
        """
        if not self.stopped.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.stopped.wait(), seconds)
        if self.stopped.is_set():
            raise Left

    async def patient(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Return what a question is answered with, asked again for as long as it can be.

        Raises:
            Left: The run was stopped.
            ConfigError: The vendor refuses.
        """
        wait = self.pace.first
        while True:
            try:
                return await ask()
            except ProviderError as error:
                if error.cause in {"denied", "exhausted", "invalid"}:
                    told = "is the key that of the account that it was sent with?"
                    raise ConfigError(f"{error}, asked for a batch: {told}") from None
                await self.pause(max(wait, error.retry_after or 0.0))
                wait = min(wait * self.pace.growth, self.pace.longest)

    def ended(
        self, intent: Intent, entry: Entry | None, came: Completion | ProviderError, at: float
    ) -> Completion | ProviderError:
        """Write down how a request ended, settle what it had set aside, and return that."""
        price = self.terms.of(intent.model)
        if price is not None and intent.model not in self._priced:
            self._priced.add(intent.model)
            self.writer.add(price)
        if entry is not None:
            came = judged_fit(entry.ask, came)
            self.notes.came(entry, came)
        kept = self.writer.end(*ended_rows(intent, came, at, self.terms))
        paid = self.terms.paid(intent.model, came)
        self.calls.budget.settle(intent.reserved_usd or NOTHING, paid)
        return as_kept(came, kept)

    async def over(self, parcel: Parcel) -> None:
        """Tell all who wait for a batch what came of it, or that this run does not wait for it.

        That is done once all of it is settled: a judge may want the money that was set aside.
        """
        for ended in parcel.ended:
            await self._settled(parcel, *ended)
        for entry in parcel.entries.values():
            await self.tell(entry.done, Outcome("stopped", attempts=(entry.intent.attempt_id,)))

    async def _settled(
        self, parcel: Parcel, entry: Entry, came: Completion | ProviderError, whole: bool
    ) -> None:
        ids = (entry.intent.attempt_id,)
        if isinstance(came, Completion):
            await self.tell(entry.done, Outcome("ok", came, None, ids))
            return
        verdict = after(came, 1, self.calls.chance)
        if came.cause == "unfit":
            self._again(parcel, entry, came, whole=whole)
            return
        if verdict.again:
            if whole or came.cause in _UNTRIED or self.calls.retries.take():
                self._again(parcel, entry, came, whole=whole)
                return
            self.calls.stop(f"more than {self.calls.retries.most} retries, the last: {came.cause}")
        if verdict.leaves == "stop":
            self.calls.dead[entry.intent.model] = str(came)
        leaves: Leaves = "own" if verdict.leaves == "own" else "missing"
        await self.tell(entry.done, Outcome(leaves, None, came, ids))

    def _again(self, parcel: Parcel, entry: Entry, came: ProviderError, *, whole: bool) -> None:
        number = entry.intent.attempt_no
        live, times = parcel.live(entry), entry.ask.again - (came.cause == "unfit")
        again = replace(live, before=number, because=came.cause, again=times)
        task = Task(entry.intent.answer_key, lambda: again, entry.done)
        # A queue that was full has room once the batches before are done.
        if whole and came.cause == "rate_limited" and number == 1:
            self.later.append(task)
        else:
            self.leftovers.append(task)

    async def tell(self, done: Done, outcome: Outcome) -> None:
        """Tell somebody what came of a call; scorers may ask models, so many are told at once."""
        while len(self._telling) >= self.most:
            await asyncio.wait(self._telling, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.ensure_future(_told(done, outcome))
        self._telling.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._telling.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._failed = self._failed or error
            self.stop(f"an error of promptops itself: {error}")

    async def all_told(self) -> None:
        """Return when everybody is told.

        Raises:
            Exception: What one of them raised.
        """
        while self._telling:
            await asyncio.wait(list(self._telling))
        if self._failed is not None:
            raise self._failed


async def _told(done: Done, outcome: Outcome) -> None:
    await done(outcome)
