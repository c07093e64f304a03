"""Cells of recorded calls come to what the calls come to, on every database."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from promptops.audit.cells import usd
from promptops.audit.facts import Facts
from promptops.audit.gathering import days, gathered, outcomes
from promptops.audit.levers import found_again, retried
from promptops.audit.question import Window
from promptops.audit.questions import questions
from promptops.audit.spending import spending
from promptops.audit.spent import Spending
from promptops.audit.what_if import parse, recosted
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context, Outcome
from promptops.model.days import day_of
from promptops.pricing.prices import list_prices
from promptops.warehouse.copying import to_postgres
from promptops.warehouse.tables import OUTCOMES_IN_CONTEXT
from promptops.warehouse.warehouse import opened
from tests.audit.world import DAY, made

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from promptops.warehouse.warehouse import Warehouse

EVER = Window()
LISTED = list_prices()
EXACT = Decimal("1e-20")


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the small world."""
    return made(tmp_path_factory.mktemp("cells") / "ledger.db")


def asked(house: Warehouse, name: str) -> list[dict[str, Any]]:
    """Return the rows of a ready question by the names of their columns."""
    found = questions()[name].ask(house, EVER)
    return [dict(zip((one.name for one in found.columns), row, strict=True)) for row in found.rows]


def test_cells_have_all_calls_and_all_their_dollars(house: Warehouse) -> None:
    cells = gathered(house, EVER)
    every = sum(spending(house).values(), Spending())
    assert usd(cells) == every.usd
    assert sum(one.calls for one in cells) == every.calls
    assert sum(one.untold for one in cells) == every.untold
    assert sum(one.calls - one.untold for one in cells if not one.priced) == every.unpriced
    assert sum(one.prompt_tokens for one in cells) == every.prompt_tokens
    assert sum(one.output for one in cells) == every.output_tokens
    lengths = sum(length * n for one in cells for length, n in one.lengths.items())
    assert lengths == every.output_tokens


def test_levers_save_what_the_ready_questions_say(house: Warehouse) -> None:
    cells = gathered(house, EVER)
    missed = sum((row["missed_usd"] for row in asked(house, "cache")), Decimal(0))
    assert usd(cells) - usd(found_again(cells)) == pytest.approx(missed, rel=EXACT)
    again = sum((row["usd"] for row in asked(house, "retries")), Decimal(0))
    assert usd(cells) - usd(retried(cells, Decimal(0))) == again


def test_days_and_outcomes_are_those_of_the_window(house: Warehouse) -> None:
    assert days(house, EVER) == (100, 100 + 599 * 1_700 // 86_400)
    assert outcomes(house) == 165


def test_what_if_comes_to_the_same_in_every_database(house: Warehouse, ledger: Path) -> None:
    levers = parse("cache=best,retries=0.05,max_tokens=p90,batch=0.4,model=openai:gpt-5-mini")
    found = [recosted(facts(one), levers, LISTED) for one in (house, opened(str(ledger)))]
    assert found[0] == found[1]
    assert len({one.after for one in found[0].changes}) == len(levers)


def facts(house: Warehouse) -> Facts:
    """Return what the audit gathers."""
    seen = days(house, EVER)
    assert seen is not None
    cells = sorted(gathered(house, EVER), key=repr)
    return Facts(tuple(cells), first=day_of(seen[0]), last=day_of(seen[1]))


def test_a_copy_made_twice_finds_the_calls_of_later_outcomes(
    tmp_path: Path, database: Callable[[], str]
) -> None:
    ledger, url = made(tmp_path / "ledger.db"), database()
    assert to_postgres(ledger, url)["calls"] == 600
    with CallStore.open(ledger) as store:
        store.add([Call("late", 200.5 * DAY, Context("a:b", feature="late"), session="s1")])
        store.tell([Outcome("latest", 201.0 * DAY, "resolved", session="s1")])
    assert to_postgres(ledger, url)["outcomes"] == 1
    rows = opened(url).rows(OUTCOMES_IN_CONTEXT)
    assert sorted(rows) == sorted(opened(str(ledger)).rows(OUTCOMES_IN_CONTEXT))
    assert [row[-1] for row in rows if row[0] == "latest"] == [200]
