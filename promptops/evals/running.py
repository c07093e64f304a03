"""An eval from its plan to its report: everything that a run touches is made here, and closed."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from random import Random
from typing import TYPE_CHECKING, Any

from promptops.evals.budget import Budget
from promptops.evals.calling import Calls
from promptops.evals.gathered import Gathered
from promptops.evals.holding import held
from promptops.evals.judging_begun import Ahead, judging
from promptops.evals.limits import Gate, Room
from promptops.evals.prepared import prepare
from promptops.evals.resumable import chosen
from promptops.evals.resuming import Before, before, begun, budget_of, goes_on_told
from promptops.evals.retries import RetryBudget
from promptops.evals.session import Session
from promptops.evals.settled import ended_told, settled
from promptops.evals.told import Ran, told
from promptops.evals.warming import Warming
from promptops.evals.watching import watch
from promptops.evals.way import Way
from promptops.ledger.leases import TakenOver
from promptops.model.values import dataclass
from promptops.providers.settings import Learning, Settings, Timeouts

if TYPE_CHECKING:
    from promptops.evals.batch import Batched
    from promptops.evals.plan import EvalPlan
    from promptops.evals.prepared import Prepared, Setting
    from promptops.evals.report import Report
    from promptops.evals.runner import Driver
    from promptops.ledger.leases import Lease
    from promptops.ledger.rows import Run
    from promptops.ledger.writer import Writer

__all__ = ["Way", "carried_out"]


async def carried_out(plan: EvalPlan, setting: Setting, way: Way | None = None) -> Report:
    """Return the report of a plan, as far as it was carried out.

    Raises:
        ConfigError: A scorer, a provider or a model is not what it should be.
        DatasetError: The cases cannot be used.
        LedgerError: Rows cannot be written, or a live process has the run.
    """
    way, made = way or Way(), prepare(plan, setting)
    run, now = None, time.time()
    if way.run is not None or (way.goes_on and not setting.fresh):
        run = chosen(made, way.run, now, way.said)
        if run is not None and (ended := await settled(made, run)) is not None:
            way.said(ended_told(run, ended))
            return ended
    way.prepared(made)
    return await _Run(made, way, run or begun(made, now)).report(goes_on=run is not None)


@dataclass
class _Run:
    made: Prepared
    way: Way
    run: Run

    def __post_init__(self) -> None:
        self.id = self.run.run_id
        self.before = Before()
        self.driver: Driver | None = None
        self.batched: Batched | None = None

    async def report(self, *, goes_on: bool) -> Report:
        """Carry it out, and say what came of it."""
        ledger, calm = self.made.setting.ledger, False
        async with held(ledger, self.id, self._taken) as lease:
            try:
                if goes_on:
                    self._recall(lease)
                with ledger.writer() as writer:
                    writer.add(self.run)
                    session, gathered = await self._asked(writer)
                    writer.flush()
                calm = not session.calls.reason
            finally:
                if not calm:  # calls that were cancelled on their way may have been paid
                    with suppress(TakenOver):
                        lease.mark_lost()
        ran, seen, judges = self._ran(session), gathered.seen, gathered.records
        del session, gathered  # what they know beside it makes room for the report
        return told(self.made, ran, seen, judges)

    def _taken(self, told: str) -> None:
        if self.driver is not None:
            self.driver.stop(told)

    def _recall(self, lease: Lease) -> None:
        """Take up what the run has behind it; what was on its way when it was killed is lost."""
        ledger = self.made.setting.ledger
        lost = lease.mark_lost()
        self.before = before(ledger, self.id)
        self.way.said(goes_on_told(ledger, self.run, lost))

    async def _asked(self, writer: Writer) -> tuple[Session, Gathered]:
        made, plan = self.made, self.made.plan
        by_name = {(one.version, one.model): one for one in made.variants}
        gathered = Gathered(
            by_name, made.scorers, writer, time.time, made.dollars, self.before.scores,
            graders=made.graders, kept=plan.run.store == "answers",
        )  # fmt: skip
        async with self.way.answering(self._settings()) as providers:
            for model in (*(one.model for one in made.variants), *made.graders.prices):
                providers.provider(model)  # what is not set up is known before a run
            calls = self._calls(providers.complete, writer)
            if made.graders.each:
                gathered.judging = judging(made, calls, writer.add)
            session = Session(
                plan, made.variants, made.cases, calls, made.setting.ledger, writer,
                made.prices, gathered.answered, made.setting.fresh, before=self.before,
            )  # fmt: skip
            driver = self.driver = self._driver(calls)
            if made.costing is not None:
                session.foreseen = made.costing.counts.some
            self.way.begun(driver)
            self.way.asking(session)
            watch(made, gathered, session, driver)
            first = gathered.judging.tasks() if gathered.judging else ()
            await session.run(Ahead(driver, first))
        gathered.lost(session.own, own=True)
        gathered.lost(session.holes, own=False)
        gathered.finish(made.cases)
        return session, gathered

    def _driver(self, calls: Calls) -> Driver:
        """Return what makes the calls; batches of an earlier process are brought home by any."""
        made, way, most = self.made, self.way, 2 * self.made.plan.run.concurrency
        ledger = made.setting.ledger
        if way.batches is None and not ledger.batches(self.id):
            return way.drive(calls, most)
        from promptops.evals.batch import Batched, Manner

        manner = way.batches or Manner(send=False, told=way.said)
        self.batched = Batched(calls, most, ledger, made.prices, manner)
        return self.batched

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
            self.id, complete, writer, gate, self._budget(), RetryBudget(items),
            Random(plan.run.seed),  # noqa: S311 - it spreads waits
            time.time, time.monotonic, asyncio.sleep,
            Warming(time.monotonic) if plan.run.warm_up else None,
        )  # fmt: skip

    def _budget(self) -> Budget:
        """Return what may be spent; what the run spent before counts."""
        total = self.made.setting.ledger.total(self.id)
        return Budget(budget_of(self.made), total.spent, total.possible)

    def _ran(self, session: Session) -> Ran:
        calls = session.calls
        return Ran(
            self.id,
            self.run.started,
            time.time(),
            self.made.setting.ledger.total(self.id),
            calls.reason or next(iter(calls.dead.values()), None),
            (*session.notes(), *(self.batched.notes() if self.batched else ())),
        )
