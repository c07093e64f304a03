"""Calls laid into batches: those of earlier processes into their own, new ones as room allows."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from decimal import Decimal
from secrets import token_hex
from typing import TYPE_CHECKING, Final

from promptops.evals.batch_parcel import Parcel, fits_alone, name_of
from promptops.evals.batch_rows import outstanding
from promptops.evals.budget import BudgetSpent
from promptops.evals.calling import Outcome
from promptops.ledger.ids import new_id
from promptops.ledger.rows import Batch, Intent
from promptops.providers.batch import custom_id

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from promptops.evals.attempts import Ask
    from promptops.evals.batch_desk import Desk
    from promptops.evals.runner import Task
    from promptops.ledger.ledger import Ledger
    from promptops.providers.batch import BatchService, Line
    from promptops.providers.batch_opening import Services

_NOTHING: Final = Decimal(0)
_ROWS: Final = 512  # intents of one commit


class Filling:
    """Batches as they are filled; ``live`` are calls for none, ``over`` those without budget yet.

    With ``send`` new calls go in batches.
    """

    def __init__(self, desk: Desk, services: Services, ledger: Ledger, *, send: bool) -> None:
        self._desk = desk
        self._services = services
        self._send = send
        self.live: list[Task] = []
        self.over: list[Task] = []
        self._open: dict[tuple[object, ...], Parcel] = {}
        self._unwritten: list[Intent] = []
        self._before: dict[str, tuple[Parcel, Intent]] = {}  # by answer key
        self._earlier: list[Parcel] = []
        self._all: list[Parcel] = []
        for one in outstanding(ledger, desk.calls.run_id).values():
            self._take_over(one.batch, one.intents)

    async def parcels(self, tasks: Iterator[Task]) -> AsyncIterator[Parcel]:
        """Yield batches to be sent, their intents on disk; last those of earlier processes."""
        desk = self._desk
        for number, task in enumerate(tasks):
            if number % _ROWS == 0:
                await asyncio.sleep(0)  # signals and the lease want to be heard
            if desk.stopped.is_set() or desk.calls.reason:
                break
            full = await self._take(task)
            if full is not None:
                yield full
        await self._write()
        for parcel in [*self._open.values(), *self._earlier]:
            yield parcel
        self._open, self._earlier, self._before = {}, [], {}

    def close(self) -> None:
        """Let go of what no journey has taken."""
        for parcel in self._all:
            parcel.close()

    def _kept(self, parcel: Parcel) -> Parcel:
        self._all.append(parcel)
        return parcel

    def _take_over(self, batch: Batch, intents: list[Intent]) -> None:
        service = self._services.of(batch.provider)
        assert service is not None  # noqa: S101 - only such a vendor's batches are written
        strays = {name_of(intent): intent for intent in intents}
        parcel = self._kept(Parcel(service, batch, strays=strays))
        self._earlier.append(parcel)
        for intent in intents:
            self._desk.calls.budget.adopt(intent.reserved_usd or _NOTHING)
            self._before[intent.answer_key] = (parcel, intent)

    async def _take(self, task: Task) -> Parcel | None:
        """Lay a task where it belongs; returns a batch that is full."""
        if task.ask is None:
            self.live.append(task)
            return None
        ask = task.ask()
        model = ask.request.model
        if self._is_under_way(task, ask):
            return None
        service = self._services.of(model.partition(":")[0]) if self._send else None
        name = custom_id(ask.request.request_hash, ask.before + 1)
        line = service.line(name, ask.request) if service else None
        if service is None or line is None or not fits_alone(service, line):
            if self._send and ask.worst != _NOTHING:
                self._desk.notes.live.add(model)
            self.live.append(task)
            return None
        if self._desk.terms.of(model) is None:
            self._desk.notes.unpriced.add(model)
        worst = self._desk.terms.worst(model, ask.worst)
        if not await self._reserved(task, worst):
            return None
        return await self._laid(service, line, name, self._intent(ask, worst), ask, task)

    def _is_under_way(self, task: Task, ask: Ask) -> bool:
        parcel, intent = self._before.get(task.key, (None, None))
        if parcel is None or intent is None:
            return False
        if intent.request_hash != ask.request.request_hash:
            return False
        line = parcel.service.line(name_of(intent), ask.request)
        if line is None:
            return False
        parcel.add(line, intent, ask, task.done)
        return True

    async def _reserved(self, task: Task, worst: Decimal | None) -> bool:
        """Set aside what a call costs at most, or leave it for later."""
        budget = self._desk.calls.budget
        short = budget.left is not None and (worst or _NOTHING) > budget.left
        # Once one has to wait all that follow do, so that what is asked is a beginning of the run.
        if self.over or (short and budget.pending):
            self.over.append(task)
            return False
        try:
            await budget.reserve(worst or _NOTHING)
        except BudgetSpent as error:
            self._desk.calls.stop(str(error))
            await self._desk.tell(task.done, Outcome("stopped"))
            return False
        return True

    async def _laid(
        self, service: BatchService, line: Line, name: str, intent: Intent, ask: Ask, task: Task
    ) -> Parcel | None:
        parcel, full = self._open.get(line.group), None
        if parcel is not None and not parcel.takes(line, name):
            await self._write()
            parcel, full = None, parcel
        if parcel is None:
            parcel = self._open[line.group] = self._new(service, intent.model)
        intent = replace(intent, batch_id=parcel.batch.batch_id)
        parcel.add(line, intent, ask, task.done)
        self._unwritten.append(intent)
        if len(self._unwritten) >= _ROWS:
            await self._write()
        return full

    def _new(self, service: BatchService, model: str) -> Parcel:
        now = self._desk.calls.wall()
        batch = Batch(
            new_id(now), self._desk.calls.run_id, "prepared", now, token_hex(16),
            model.partition(":")[0], service.account,
        )  # fmt: skip
        self._desk.writer.add(batch)
        return self._kept(Parcel(service, batch))

    async def _write(self) -> None:
        intents, self._unwritten = self._unwritten, []
        await self._desk.writer.intents_committed(intents)

    def _intent(self, ask: Ask, worst: Decimal | None) -> Intent:
        asked, now = ask.request, self._desk.calls.wall()
        return Intent(
            new_id(now), self._desk.calls.run_id, asked.answer_key, asked.request_hash,
            asked.model, now, ask.before + 1, ask.because, worst,
        )  # fmt: skip
