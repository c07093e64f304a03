"""Small worlds of calls, each about one sin, in which every figure is worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.audit.facts import Facts
from promptops.audit.gathering import days, gathered, outcomes
from promptops.audit.question import Window
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.days import day_of
from promptops.model.money import Price, Rates, Usage
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

DAY = 86_400
FIRST = date(2026, 11, 1)
LAST = date(2026, 11, 10)  # ten days, so a month is 3.04375 times as much
START = (FIRST - date(1970, 1, 1)).days * DAY
MONTH = Decimal("3.04375")
MILLION = Decimal(1_000_000)
# $1 and $10 a million tokens; reading costs a tenth, writing a quarter more.
PRICE = Price(
    "anthropic:claude-sonnet-5-5",
    Rates(Decimal(1), Decimal(10), Decimal("0.1"), {"5m": Decimal("1.25")}),
)
CONTEXT = Context(PRICE.model, "lamps/answer", "v2", feature="shop")


def call(number: int, usage: Usage | None, context: Context = CONTEXT, **more: Any) -> Call:
    """Return a call of the ten days; the first and the tenth day have one each at least."""
    price = more.pop("price", PRICE)
    return Call(f"c{number}", START + number % 10 * DAY + number, context, usage, price, **more)


def facts(folder: Path, calls: Sequence[Call], **more: Any) -> Facts:
    """Return what the audit gathers of some calls of the ten days."""
    path = folder / "ledger.db"
    with CallStore.open(path) as store:
        store.add(calls)
    house = opened(str(path))
    seen = days(house, Window())
    assert seen is not None
    assert FIRST <= day_of(seen[0]) <= day_of(seen[1]) <= LAST
    cells = gathered(house, Window())
    return Facts(cells, first=FIRST, last=LAST, outcomes=outcomes(house), **more)
