"""Batches whose eval has changed since they were sent: what was paid for is kept all the same."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import TYPE_CHECKING

from promptops.evals.batch import Batched
from promptops.evals.batch_rows import outstanding
from promptops.evals.budget import Budget
from promptops.evals.calling import Calls
from promptops.evals.holding import held
from promptops.evals.limits import Gate, Room
from promptops.evals.requests import asked
from promptops.evals.retries import RetryBudget

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.evals.batch import Manner
    from promptops.evals.prepared import Setting
    from promptops.evals.runner import Driver
    from promptops.model.evaluation import Completion, Request


async def taken_home(
    setting: Setting, run_id: str, manner: Manner, begun: Callable[[Driver], None]
) -> None:
    """Write down what the batches of a run hold; nothing is asked, and nothing scored.

    A later run uses the answers where they fit. What was prepared and not sent is given up.

    Raises:
        ConfigError: A vendor does not tell of a batch that was sent to it.
        LedgerError: A live process has the run.
    """
    ledger = setting.ledger
    drivers: list[Batched] = []

    def taken(told: str) -> None:
        for one in drivers:
            one.stop(told)

    async with held(ledger, run_id, taken):
        sent = (intent for one in outstanding(ledger, run_id).values() for intent in one.intents)
        prices = {one.model: setting.prices.find(asked(one.model)) for one in sent}
        with ledger.writer() as writer:
            calls = Calls(
                run_id, _nobody, writer, lambda _: Gate(Room(1), time.monotonic, asyncio.sleep),
                Budget(), RetryBudget(0), Random(0),  # noqa: S311 - it spreads waits
                time.time, time.monotonic, asyncio.sleep,
            )  # fmt: skip
            drivers.append(Batched(calls, 1, ledger, prices, manner))
            begun(drivers[0])
            await drivers[0].run(iter(()))


async def _nobody(_: Request) -> Completion:
    raise AssertionError("nothing is asked")
