"""How far a run is, told while it runs."""

import asyncio
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.evals.progress import Progress, Standing
from promptops.evals.resuming import begun
from promptops.evals.runner import Runner
from promptops.evals.session import Session
from promptops.ledger.ledger import Ledger
from promptops.ledger.rows import Item
from promptops.model.evaluation import Case, Completion, ProviderError, Request
from promptops.model.money import Usage
from tests.evals.test_foretold import PARCELS, PRICE, Vendor, world


@pytest.mark.parametrize(
    ("standing", "told"),
    [
        (Standing(0, 2004, Decimal(0), Decimal(0), 0, 0, None), "0 of 2,004 answers, $0"),
        (
            Standing(412, 2004, Decimal("0.0412"), Decimal("0.002"), 3, 1, 95.0),
            "412 of 2,004 answers, $0.041, $0.0020 possibly paid, 3 lost, 1 retry, 2 min left",
        ),
        (
            Standing(1, 9, None, Decimal(0), 0, 12, 7_200.0),
            "1 of 9 answers, price unknown, 12 retries, 2.0 h left",
        ),
        (Standing(8, 9, Decimal(2), Decimal(0), 0, 0, 0.2), "8 of 9 answers, $2.00, 1 s left"),
    ],
)
def test_a_standing_is_told_on_a_line(standing: Standing, told: str) -> None:
    assert standing.told() == told
    assert len(told) < 90


def test_what_is_counted_while_a_session_runs_is_what_it_did(tmp_path: Path) -> None:
    def say(request: Request, number: int) -> Completion | ProviderError:
        if number == 1:
            return ProviderError("server", "busy", status=500, billed="no")
        if request.case_id == "1":
            return ProviderError("invalid", "too long", status=400, billed="no")
        return Completion("fine", Usage(10, 5), model_served=request.model)

    seen: list[Standing] = []
    told: list[str] = []

    async def answered(item: Item, case: Case, completion: Completion) -> None:
        assert completion.text == "fine"
        told.append(case.id)
        seen.append(progress.standing(float(len(told))))
        assert item.case_id == case.id

    async def main(ledger: Ledger) -> Progress:
        nonlocal progress
        made = world(tmp_path, ledger, PARCELS)
        calls = Vendor(say=say).calls(places=1)
        calls.sleep = lambda _: asyncio.sleep(0)
        with ledger.writer() as writer:
            calls.store = writer
            run = begun(made, 1_800_000_000.0)
            calls.run_id = run.run_id
            session = Session(made.plan, made.variants, made.cases, calls, ledger, writer,
                              made.prices, answered)  # fmt: skip
            progress = Progress(session)
            writer.add(run)
            await session.run(Runner(calls, 1))
        return progress

    progress: Progress
    with Ledger.memory() as ledger:
        asyncio.run(main(ledger))
        end = progress.standing(100.0)
    assert len(told) == 8  # five parcels in two versions; one fails on its own in both
    assert (end.done, end.total, end.lost) == (10, 10, 2)
    assert end.retries == 1
    assert end.spent == 7 * PRICE.cost(Usage(10, 5))  # of tea both versions say the same
    counts = [one.done for one in seen]
    assert counts == sorted(counts)
    assert all(one.left is None or one.left >= 0 for one in seen)
