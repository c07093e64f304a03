"""A run with a budget, faults and interruptions that a seed draws, watched while it goes on."""

from __future__ import annotations

import asyncio
import os
import threading
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from unittest.mock import patch

from promptops.caching.book import bundled as rules
from promptops.evals.plan import BudgetSpec
from promptops.evals.plan_file import read_plan
from promptops.evals.prepared import Setting
from promptops.evals.runner import Driver
from promptops.evals.running import Way, carried_out
from promptops.ledger import Ledger
from promptops.model.money import MILLION
from promptops.pricing.book import bundled
from promptops.pricing.prices import Prices
from promptops.registry.runtime import Registry
from promptops.templates.files import Folder
from tests.evals.killed_runs import FILE, project, telling
from tests.vendor_server import faults
from tests.vendor_server.serving import Serving, serving

MODEL = "anthropic:claude-haiku-5-5"
FAULTS = (
    faults.rate_limited(retry_after_ms=5), faults.server_error(), faults.malformed(),
    faults.truncated(), faults.cut_off(), faults.dropped_after(),
)  # fmt: skip


@dataclass(frozen=True)
class Held:
    """The most that rows said was owed, the server's own bill, and the budget."""

    budget: Decimal
    highest: Decimal
    billed: Decimal
    stopped: bool


def held(root: Path, seed: int) -> Held:
    """Carry a run out, and go on with it where it was interrupted."""
    dice = Random(seed)
    cases, concurrency = dice.randrange(4, 16), dice.choice([1, 2, 4, 8])
    project(root, cases, concurrency)
    plan = read_plan(Folder(root), FILE)
    budget = Decimal(dice.randrange(2, 120)).scaleb(-6)
    plan = replace(plan, budget=BudgetSpec(budget))
    with serving() as server, Ledger.open(root / ".promptops/ledger.db") as ledger:
        telling(server)
        server.world.latency = 0.002
        server.world.faults.seed = seed
        server.world.faults.shares += [(dice.random() * 0.1, one) for one in dice.sample(FAULTS, 3)]
        watching, stopped = Watching(ledger), ""
        with patch.dict(os.environ, {"NO_PROXY": "127.0.0.1", **server.environment}), watching:
            for left in range(dice.choice([1, 1, 2, 3]), 0, -1):
                way = _way(dice, interrupted=left > 1)
                report = asyncio.run(carried_out(plan, _setting(root, ledger), way))
                stopped = report.run.stopped or ""
        highest = max(watching.highest, ledger.total(ledger.runs()[-1].run_id).committed)
        return Held(budget, highest, _billed(server), "the budget of" in stopped)


def _way(dice: Random, *, interrupted: bool) -> Way:
    def begun(driver: Driver) -> None:
        if interrupted:
            loop = asyncio.get_running_loop()
            loop.call_later(dice.random() * 0.1, driver.stop, "it was interrupted")

    return Way(begun=begun, goes_on=True)


def _setting(root: Path, ledger: Ledger) -> Setting:
    book = bundled()
    prices = Prices(book, book.as_of, "bundled")
    return Setting(root, Registry.load(root).get, prices, ledger, "0", rules())


class Watching:
    """Adds up what the rows of the newest run say is owed, again and again."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.highest = Decimal(0)
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look)

    def _look(self) -> None:
        while not self._done.wait(0.003):
            runs = self.ledger.runs()
            if runs:
                owed = self.ledger.total(runs[-1].run_id).committed
                self.highest = max(self.highest, owed)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._done.set()
        self._thread.join()


def _billed(server: Serving) -> Decimal:
    book = bundled()
    rates = book.price(MODEL, book.as_of).rates
    found = server.world.stats()
    return (found["input"] * rates.input + found["output"] * rates.output) / MILLION
