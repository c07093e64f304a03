"""An eval from its plan to its report: everything that a run touches is made here, and closed."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import LedgerError
from promptops.evals.budget import Budget
from promptops.evals.calling import Calls
from promptops.evals.gathered import Gathered
from promptops.evals.limits import Gate, Room
from promptops.evals.prepared import prepare
from promptops.evals.retries import RetryBudget
from promptops.evals.runner import Runner
from promptops.evals.session import Session
from promptops.evals.told import Ran, told
from promptops.evals.warming import Warming
from promptops.ledger.rows import Run, new_id
from promptops.providers.opening import open_providers
from promptops.providers.settings import Learning, Settings, Timeouts

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.evals.plan import EvalPlan
    from promptops.evals.prepared import Prepared, Setting
    from promptops.evals.report import Report
    from promptops.evals.runner import Driver
    from promptops.ledger.writer import Writer

BEAT: Final = 15.0  # seconds between signs of life


@dataclass(frozen=True)
class Way:
    """How calls are made: ``drive`` makes them of calls and of how many are begun at once.

    ``begun`` is told of what drives a run, so that it can be stopped.
    """

    drive: Callable[[Calls, int], Driver] = Runner
    begun: Callable[[Driver], None] = lambda _: None


async def carried_out(plan: EvalPlan, setting: Setting, way: Way | None = None) -> Report:
    """Return the report of a plan, as far as it was carried out.

    Raises:
        ConfigError: A scorer, a provider or a model is not what it should be.
        DatasetError: The cases cannot be used.
        LedgerError: Rows cannot be written.
    """
    return await _Run(prepare(plan, setting), way or Way()).report()


@dataclass
class _Run:
    made: Prepared
    way: Way

    def __post_init__(self) -> None:
        self.started = time.time()
        self.id = new_id(self.started)

    async def report(self) -> Report:
        """Carry it out, and say what came of it."""
        ledger = self.made.setting.ledger
        lease = ledger.lease(self.id)
        beating = asyncio.ensure_future(_beat(lease.beat))
        try:
            with ledger.writer() as writer:
                writer.add(self._row())
                session, gathered = await self._asked(writer)
                writer.flush()
        finally:
            beating.cancel()
            lease.mark_lost()  # calls that were cancelled on their way may have been paid
            lease.release()
        return told(self.made, self._ran(session), gathered.seen)

    async def _asked(self, writer: Writer) -> tuple[Session, Gathered]:
        made, plan = self.made, self.made.plan
        by_name = {(one.version, one.model): one for one in made.variants}
        gathered = Gathered(by_name, made.scorers, writer, time.time, made.dollars)
        async with open_providers(self._settings()) as providers:
            for one in made.variants:
                providers.provider(one.model)  # what is not set up is known before a run
            calls = self._calls(providers.complete, writer)
            session = Session(
                plan, made.variants, made.cases, calls, made.setting.ledger, writer,
                made.prices, gathered.answered, made.setting.fresh,
            )  # fmt: skip
            driver = self.way.drive(calls, 2 * plan.run.concurrency)
            self.way.begun(driver)
            await session.run(driver)
        gathered.lost(session.own, own=True)
        gathered.lost(session.holes, own=False)
        return session, gathered

    def _settings(self) -> Settings:
        made = self.made
        folder, cassette = made.setting.root / made.plan.folder, made.plan.run.cassette
        return Settings(
            Timeouts(total=float(made.plan.run.timeout)),
            servers=made.setting.servers,
            learning=Learning(tuple(made.dataset.train()), tuple(made.cases)),
            cassette=folder / cassette if cassette else None,
            root=folder,
            functions=made.setting.functions,
        )

    def _calls(self, complete: Any, writer: Writer) -> Calls:
        plan = self.made.plan
        gates: dict[str, Gate] = {}

        def gate(model: str) -> Gate:
            if model not in gates:
                gates[model] = Gate(Room(plan.run.concurrency), time.monotonic, asyncio.sleep)
            return gates[model]

        items = len(self.made.cases) * len(self.made.variants) * plan.repeats
        return Calls(
            self.id, complete, writer, gate, Budget(plan.budget.usd), RetryBudget(items),
            Random(plan.run.seed),  # noqa: S311 - it spreads waits
            time.time, time.monotonic, asyncio.sleep,
            Warming(time.monotonic) if plan.run.warm_up else None,
        )  # fmt: skip

    def _row(self) -> Run:
        plan, setting = self.made.plan, self.made.setting
        return Run(
            self.id, plan.sha256, self.made.survey.sha256, plan.canonical(), self.started,
            plan.run.seed, setting.commit, setting.prices.book.sha256, setting.version,
            "/".join(map(str, setting.part)),
        )  # fmt: skip

    def _ran(self, session: Session) -> Ran:
        calls = session.calls
        return Ran(
            self.id,
            self.started,
            time.time(),
            self.made.setting.ledger.total(self.id),
            frozenset(item.case_id for item, _ in session.holes),
            calls.reason or next(iter(calls.dead.values()), None),
            tuple(session.notes()),
        )


async def _beat(beat: Callable[[], None]) -> None:
    with suppress(LedgerError):
        while True:
            await asyncio.sleep(BEAT)
            beat()
