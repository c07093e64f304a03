"""One call with all its attempts: each is a row before it is sent and another when it has ended."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Protocol

from promptops.evals.attempts import Ask, as_kept, bill, ended_rows, judged_fit
from promptops.evals.budget import Budget, BudgetSpent
from promptops.evals.retries import RetryBudget, after
from promptops.ledger.ids import new_id
from promptops.ledger.rows import Intent
from promptops.model.evaluation import VECTORS, Completion, ProviderError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable
    from random import Random

    from promptops.evals.limits import Gate
    from promptops.evals.warming import Warming
    from promptops.ledger.rows import Answer, Purpose, Result
    from promptops.model.evaluation import Cause, Request

Leaves = Literal["ok", "own", "missing", "stopped"]


class Store(Protocol):
    """Keeps rows: an intent is on disk when ``intents_committed`` returns."""

    async def intents_committed(self, intents: Iterable[Intent]) -> None:
        """Write what is about to be sent."""

    def end(self, result: Result, answer: Answer | None = None) -> Answer | None:
        """Write soon how an attempt ended."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call left: an answer, a failure of its own, or a hole, and why."""

    leaves: Leaves
    completion: Completion | None = None
    error: ProviderError | None = None
    attempts: tuple[str, ...] = ()


class Stopped(Exception):
    """The run sends nothing more."""


@dataclass
class Calls:
    """What all calls of a run share; ``wall`` is the time of day, ``clock`` never goes back."""

    run_id: str
    complete: Callable[[Request], Awaitable[Completion]]
    store: Store
    gate: Callable[[str], Gate]
    budget: Budget
    retries: RetryBudget
    chance: Random
    wall: Callable[[], float]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    warming: Warming | None = None
    judges: Budget | None = None  # the part of the budget that judges are held to
    dead: dict[str, str] = field(default_factory=dict)  # models that are asked no more, and why
    reason: str = ""  # why nothing more is sent

    async def ask(self, ask: Ask, purpose: Purpose = "answer") -> Outcome:
        """Return what a call leaves after as many attempts as its failures are worth."""
        ids: list[str] = []
        cause: Cause | None = ask.because
        unfit = 0
        model = ask.request.model
        while True:
            if self.reason or model in self.dead:
                return Outcome("stopped", attempts=tuple(ids))
            try:
                done = await self._attempt(ask, ids, cause, purpose)
            except Stopped:
                return Outcome("stopped", attempts=tuple(ids))
            if isinstance(done, Completion):
                return Outcome("ok", done, None, tuple(ids))
            if done.cause == "unfit" and ask.again:
                unfit, cause = unfit + 1, done.cause
                ask = replace(ask, again=ask.again - 1)
                continue
            verdict = after(done, len(ids) - unfit, self.chance)
            if not verdict.again:
                if verdict.leaves == "stop":
                    self.dead[model] = str(done)
                leaves: Leaves = "own" if verdict.leaves == "own" else "missing"
                return Outcome(leaves, None, done, tuple(ids))
            if not self.retries.take():
                self.stop(f"more than {self.retries.most} retries, the last for: {done.cause}")
                return Outcome("missing", None, done, tuple(ids))
            if verdict.pause:
                self.gate(model).pause(verdict.wait)
            await self.sleep(verdict.wait)
            cause = done.cause

    def stop(self, reason: str) -> None:
        """Send nothing more; what is under way may end."""
        self.reason = self.reason or reason

    async def _attempt(
        self, ask: Ask, ids: list[str], cause: Cause | None, purpose: Purpose
    ) -> Completion | ProviderError:
        first = False
        if self.warming is not None and ask.prefix is not None:
            first = await self.warming.enter(ask.prefix, ask.lifetime)
        ended: Completion | ProviderError | None = None
        try:
            ended = await self._within_limits(ask, ids, cause, purpose)
        finally:
            if first and self.warming is not None:
                self.warming.opened(ask.prefix, warm=isinstance(ended, Completion))
        return ended

    async def _within_limits(
        self, ask: Ask, ids: list[str], cause: Cause | None, purpose: Purpose
    ) -> Completion | ProviderError:
        worst = ask.worst or Decimal(0)
        budget = (self.judges if purpose == "judge" else None) or self.budget
        try:
            await budget.reserve(worst)
        except BudgetSpent as error:
            if error.budget is self.budget:
                self.stop(str(error))
            raise Stopped from error
        paid: Decimal | None = Decimal(0)  # of what was never sent
        gate = self.gate(ask.request.model)
        try:
            waiting = self.clock()
            await gate.enter(ask.amounts)
            try:
                if self.reason or ask.request.model in self.dead:  # since it began to wait
                    raise Stopped
                queued = self.clock() - waiting
                intent = self._intent(ask, ask.before + len(ids) + 1, cause, purpose)
                await self.store.intents_committed([intent])
                ids.append(intent.attempt_id)
                paid = None  # from here on it may be billed
                ended = await self._sent(ask, intent, gate, queued)
                paid = bill(ask, ended)
                return ended
            finally:
                gate.leave()
        finally:
            budget.settle(worst, paid)

    async def _sent(
        self, ask: Ask, intent: Intent, gate: Gate, queued: float
    ) -> Completion | ProviderError:
        sent = self.clock()
        try:
            ended: Completion | ProviderError = await self.complete(ask.request)
        except ProviderError as error:
            ended = error
        now = self.clock()
        gate.told(ended.limits)
        if isinstance(ended, Completion):
            gate.room.succeeded()
        elif ended.cause in {"rate_limited", "overloaded"}:
            gate.room.refused(sent, now)
        ended = judged_fit(ask, ended)
        kept = self.store.end(*ended_rows(ask, intent, ended, (self.wall(), now - sent, queued)))
        return as_kept(ended, kept, vector=ask.request.endpoint in VECTORS)

    def _intent(self, ask: Ask, number: int, cause: Cause | None, purpose: Purpose) -> Intent:
        asked, now = ask.request, self.wall()
        return Intent(
            new_id(now), self.run_id, asked.answer_key, asked.request_hash, asked.model, now,
            number, cause, ask.worst, None, purpose,
        )  # fmt: skip
