"""How much of the bill is recorded: both sides, summed by hand, on every database."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptops.audit.coverage import named, plain_name
from promptops.audit.question import Window
from promptops.audit.questions import questions
from promptops.audit.questions.coverage import notes
from promptops.ledger.billed_store import bill
from promptops.ledger.call_store import CallStore
from promptops.model.billed import Billed
from promptops.model.calls import Call, Context
from promptops.model.money import Price, Rates, Usage
from promptops.warehouse.copying import to_postgres
from promptops.warehouse.warehouse import Warehouse, opened

DAY = 86_400
FIRST = date(1970, 4, 11)
PRICE = Price("any", Rates(Decimal(3), Decimal(15)))
USD = Decimal("0.000003")  # a token of input
HAIKU, GPT = "claude-haiku-4-5", "gpt-5.6"


def call(number: int, day: float, model: str, tokens: int, served: str | None = None) -> Call:
    """Return a call of some input."""
    context = Context(model, model_served=served)
    return Call(f"c{number}", day * DAY, context, Usage(tokens), PRICE)


def bucket(vendor: str, day: int, grouping: str, figure: int | str, **of: str) -> Billed:
    """Return a bucket: of tokens where the figure is a number, of dollars where it is text."""
    if isinstance(figure, int):
        usage = Usage(figure)
        return Billed(vendor, "usage", day * DAY, (day + 1) * DAY, grouping, of, usage)
    return Billed(vendor, "cost", day * DAY, None, grouping, of, usd=Decimal(figure))


CALLS = [
    call(0, 100.5, f"anthropic:{HAIKU}", 600, f"{HAIKU}-20251001"),
    call(1, 100.9, HAIKU, 100),  # an import that names no vendor
    call(2, 101.0, f"anthropic:{HAIKU}", 50),
    call(3, 100.1, f"openai:{GPT}", 1_000, f"{GPT}-2026-03-05"),
    call(4, 100.2, f"openai:{GPT}-mini", 10),  # not on the bill
    call(5, 100.2, f"bedrock:{HAIKU}", 99),  # another one's bill
    call(6, 107.0, f"openai:{GPT}", 9),  # a day of which there is no report
]
BILLED = [
    # Three exports of a day, each of all of it: the one by model counts, and once.
    bucket("anthropic", 100, "api 1d", 1_000),
    bucket("anthropic", 100, "api 1d model", 900, model=f"{HAIKU}-20251001"),
    bucket("anthropic", 100, "api 1d model", 100, model="claude-opus-5"),
    bucket("anthropic", 100, "csv 1d model tier", 995, model=HAIKU, tier="standard"),
    # An export of one model alone is less of a day than one that has all.
    bucket("anthropic", 100, "api 1h model tier workspace", 100, model="claude-opus-5"),
    bucket("anthropic", 101, "api 1d", 200),
    bucket("anthropic", 100, "api 1d item model", "0.0100", model=f"{HAIKU}-20251001", item="in"),
    bucket("anthropic", 100, "api 1d item model", "0.00000000000001", model=HAIKU, item="out"),
    bucket("anthropic", 100, "api 1d item model", "0.02", item="web_search"),
    bucket("openai", 100, "api 1d model", 800, model=f"{GPT}-2026-03-05"),
]
EXPECTED = {
    ("anthropic", HAIKU, 0): (900, 700, Decimal("0.01000000000001"), 700 * USD),
    ("anthropic", "claude-opus-5", 0): (100, 0, None, Decimal(0)),
    ("anthropic", None, 0): (None, 0, Decimal("0.02"), Decimal(0)),
    ("anthropic", "all models", 1): (200, 50, None, 50 * USD),
    ("openai", GPT, 0): (800, 1_000, None, 1_000 * USD),
    ("openai", f"{GPT}-mini", 0): (0, 10, None, 10 * USD),
}


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of these calls and bills."""
    path = tmp_path_factory.mktemp("coverage") / "ledger.db"
    with CallStore.open(path) as store:
        store.add(CALLS)
    bill(path, [BILLED])
    return path


def rows(house: Warehouse, window: Window) -> dict[Any, Any]:
    """Return figures by vendor, model and days since the first."""
    found = questions()["coverage"].ask(house, window)
    return {
        (vendor, model, (day - FIRST).days): figures
        for vendor, model, day, *figures in found.rows
    }  # fmt: skip


def test_both_sides_stand_beside_each_other_to_the_last_digit(house: Warehouse) -> None:
    found = rows(house, Window())
    assert {key: tuple(figures[:4]) for key, figures in found.items()} == EXPECTED
    *_, share, missing = found["anthropic", HAIKU, 0]
    assert share == 700 * USD / Decimal("0.01000000000001")
    assert missing == Decimal("0.01000000000001") - 700 * USD
    assert found["openai", GPT, 0][4:] == [1.25, None]
    assert found["openai", f"{GPT}-mini", 0][4:] == [None, None]


def test_each_vendors_bill_is_told_in_a_sentence(house: Warehouse) -> None:
    missing, more, outside = questions()["coverage"].ask(house, Window()).notes
    assert missing.startswith("93.0% of what anthropic billed on 1970-04-11 is in no recorded call")
    assert missing.endswith(": $0.0279 of $0.0300")
    assert more.startswith("recorded calls of openai come to 210 tokens more than the 800 that it")
    assert more.endswith("billed on 1970-04-11: is the report whole?")
    assert outside == "2 recorded calls are of vendors or days of which no report is there"
    assert notes(house, Window(date(1970, 4, 12))) == (
        "75.0% of what anthropic billed on 1970-04-12 is in no recorded call: 150 tokens of 200",
    )
    assert notes(house, Window(date(1999, 1, 1))) == ()


def test_a_window_is_of_bills_as_of_calls(house: Warehouse) -> None:
    assert set(rows(house, Window(date(1970, 4, 12)))) == {("anthropic", "all models", 1)}


def test_a_ledger_without_reports_says_how_to_get_them(tmp_path: Path) -> None:
    with CallStore.open(tmp_path / "l.db") as store:
        store.add(CALLS)
    found = questions()["coverage"].ask(opened(str(tmp_path / "l.db")), Window())
    assert found.rows == ()
    assert "promptops ledger import" in found.notes[0]


def test_a_ledger_that_is_older_than_reports_has_none(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with CallStore.open(path) as store:
        store.add(CALLS)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE billed")
    assert questions()["coverage"].ask(opened(str(path)), Window()).rows == ()
    assert notes(opened(str(path)), Window()) == ()


def test_a_copy_follows_the_figures_of_the_ledger(database: Any, tmp_path: Path) -> None:
    path, url = tmp_path / "l.db", database()
    for tokens, copied in ((5, 1), (5, 0), (8, 1)):
        bill(path, [[bucket("openai", 100, "api 1d model", tokens, model=GPT)]])
        assert to_postgres(path, url)["billed"] == copied
    ((*_, asked, _none, _usd, _nothing, _share, _missing),) = (
        questions()["coverage"].ask(opened(url), Window()).rows
    )
    assert asked == 8


@pytest.mark.parametrize(
    ("model", "served", "expected"),
    [
        ("anthropic:claude-haiku-4-5", None, ("anthropic", "claude-haiku-4-5")),
        ("anthropic:claude-haiku-latest", "claude-haiku-4-5-20251001",
         ("anthropic", "claude-haiku-4-5")),
        ("gpt-4o-mini-2024-07-18", None, ("openai", "gpt-4o-mini")),
        ("openai:ft:gpt-4o:shop::x1", None, ("openai", "ft:gpt-4o:shop::x1")),
        ("llama-9", None, ("", "llama-9")),
    ],
)  # fmt: skip
def test_a_model_has_one_name_on_bills_and_in_calls(
    model: str, served: str | None, expected: tuple[str, str]
) -> None:
    assert named(model, served) == expected
    assert plain_name(plain_name(model)) == plain_name(model)
