"""A probe from its model's name to its report: who answers, what may be spent, what is written."""

from __future__ import annotations

import secrets
from contextlib import suppress
from datetime import UTC, datetime
from random import Random
from typing import TYPE_CHECKING, Final

from promptops.errors import NotEstimable, UsageError
from promptops.evals.budget import Budget
from promptops.evals.calling import Calls
from promptops.evals.holding import held
from promptops.evals.limits import Gate, Room
from promptops.evals.probing import LONG, SHORT, Probe, Times
from promptops.evals.probing_claims import SLACK, claims, compared, override
from promptops.evals.probing_values import Probed, Task
from promptops.evals.requests import REPLAY, endpoint_of
from promptops.evals.retries import RetryBudget
from promptops.evals.variants import BASELINE
from promptops.ledger.ids import new_id
from promptops.ledger.leases import TakenOver
from promptops.ledger.prices import stored
from promptops.model.money import MILLION, PER_CALL
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager
    from decimal import Decimal

    from promptops.caching.book import RuleBook
    from promptops.evals.runner import Answering
    from promptops.ledger.ledger import Ledger
    from promptops.ledger.writer import Writer
    from promptops.pricing.prices import Prices

RETRIES: Final = 6  # in all, beside the spare ones that every run has
_NONCE: Final = 6  # bytes


@dataclass(frozen=True)
class Desk:
    """Who answers, where it is written down, and by what clock."""

    answering: Callable[[], AbstractAsyncContextManager[Answering]]
    ledger: Ledger
    times: Times


def task_of(
    model: str, rules: RuleBook, prices: Prices, budget: Decimal, *, lifetime: bool = False
) -> Task:
    """Return what a probe of a model is to settle.

    Raises:
        UsageError: No vendor answers for the model.
        NotEstimable: Its rules, its minimum or its price are not known, or its marks are not sent.
    """
    if model.startswith((REPLAY, BASELINE)):
        raise UsageError(f"eval probe: {model!r} asks no vendor, which alone has a cache to probe")
    found = rules.find(model, prices.day)
    if found.minimum is None:
        told = f"nobody publishes the minimum of {found.model!r}"
        raise NotEstimable(f"{told}: put one to be tried into your cache rules (docs/caching.md)")
    if found.markable:
        found.terms()  # what is not known of it is told now
        if found.surface.startswith("google/") or endpoint_of(model) == "gemini.generate":
            raise NotEstimable(f"no marks can be sent to {model!r} from here")
    nonce = secrets.token_hex(_NONCE)
    price = prices.price(model)
    least = max(found.minimum, found.step or 0)  # less than a step is never read
    return Task(model, found, least, price, nonce, budget, lifetime=lifetime)


def expected(task: Task) -> Decimal:
    """Return about what the first four calls and those after waits cost, if the rules hold."""
    rates, (short, long) = task.price.rates, sizes(task)
    write = rates.write(task.rules.default or "") if task.rules.markable else rates.input
    once = long * (rates.read + (rates.input if write is None else write))
    both = 2 if task.waits else 1
    return ((2 * short * rates.input + both * once) / MILLION).quantize(PER_CALL)


def sizes(task: Task) -> tuple[int, int]:
    """Return about how many tokens the short text and the long one come to."""
    return round(SHORT * task.minimum), round(LONG * task.minimum + SLACK)


async def probed(task: Task, desk: Desk) -> Probed:
    """Return what a probe found; each call is a row before it is sent and another when it ended.

    Raises:
        ConfigError: The vendor is not set up, such as for want of a key.
        LedgerError: Rows cannot be written.
    """
    run_id, calm = new_id(desk.times.wall()), False
    budget = Budget(task.budget)
    async with desk.answering() as answering:
        answering.provider(task.model)
        with desk.ledger.writer() as writer:
            price = stored(task.price)
            writer.add(price)
            calls = _calls(task, desk.times, answering, writer, run_id, budget)
            probe = Probe(task, calls, desk.times, price.price_sha256)
            async with held(desk.ledger, run_id, calls.stop) as lease:
                try:
                    await probe.run()
                    writer.flush()
                    calm = True
                finally:
                    if not calm:  # a call that was cancelled on its way may have been paid
                        with suppress(TakenOver):
                            lease.mark_lost()
    return _probed(task, probe, run_id, budget)


def _calls(
    task: Task, times: Times, answering: Answering, writer: Writer, run_id: str, budget: Budget
) -> Calls:
    gate = Gate(Room(1), times.clock, times.sleep)
    return Calls(
        run_id, answering.complete, writer, lambda _: gate, budget, RetryBudget(RETRIES),
        Random(task.nonce),  # noqa: S311 - it spreads waits
        times.wall, times.clock, times.sleep,
    )  # fmt: skip


def _probed(task: Task, probe: Probe, run_id: str, budget: Budget) -> Probed:
    made = probe.made
    found = claims(task, made)
    return Probed(
        task,
        datetime.fromtimestamp(probe.times.wall(), UTC).date(),
        run_id,
        compared(task, made),
        found,
        override(task, made, found),
        budget.spent,
        budget.possible,
        next((one.error for one in made if one.error), ""),
    )
