"""Sums of tokens by what was paid -> dollars, exact to the last digit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.audit.spent import NOTHING, Spending
from promptops.ledger.prices import from_json
from promptops.model.money import MILLION
from promptops.warehouse.tables import PAID, PRICES, SUMMED, summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from decimal import Decimal

    from ibis.expr.types import Table

    from promptops.model.money import Rates
    from promptops.warehouse.warehouse import Warehouse


def spending(
    house: Warehouse, by: Sequence[str] = (), calls: Table | None = None
) -> dict[tuple[Any, ...], Spending]:
    """Return what calls used and cost, by the values of some columns of theirs.

    Args:
        house: Where the calls are.
        by: Columns of calls or of contexts.
        calls: Rows of ``warehouse.tables.CALLS``; without, all.

    Raises:
        LedgerError: It cannot be asked.
    """
    query = summed(by) if calls is None else summed(by, calls)
    return folded(house.rows(query), len(by), rates(house))


def dearest(
    found: Mapping[tuple[Any, ...], Spending],
) -> list[tuple[tuple[Any, ...], Spending]]:
    """Return what was spent with its keys, the most dollars first, then the most calls."""
    return sorted(found.items(), key=lambda one: (-one[1].usd, -one[1].calls, str(one[0])))


def rates(house: Warehouse) -> dict[str, Rates]:
    """Return the rates that calls were paid at, by hash."""
    rows = house.rows(PRICES[["price_sha256", "price"]])
    return {key: from_json(price).rates for key, price in rows}


def folded(
    rows: Iterable[Sequence[Any]], keys: int, paid: Mapping[str, Rates]
) -> dict[tuple[Any, ...], Spending]:
    """Return the rows of ``summed`` with their dollars, one for each value of the first columns."""
    found: dict[tuple[Any, ...], Spending] = {}
    for row in rows:
        key, price = tuple(row[:keys]), row[keys : keys + len(PAID)]
        # PostgreSQL's sums of whole numbers are decimals.
        sums = [int(value or 0) for value in row[keys + len(PAID) :]]
        one = _spent(dict(zip(SUMMED, sums, strict=True)), price, paid)
        found[key] = found[key] + one if key in found else one
    return found


def _spent(
    sums: Mapping[str, int], price: Sequence[str | None], paid: Mapping[str, Rates]
) -> Spending:
    key, short, long = price
    known = paid.get(key) if key else None
    calls, untold = sums["calls"], sums["untold"]
    lifetimes = ((short, sums["cache_write_tokens"]), (long, sums["cache_write_long_tokens"]))
    written = [(known.write(ttl or "") if known else None, n) for ttl, n in lifetimes if n]
    kinds: dict[str, Decimal] = {}
    if known is not None and all(rate is not None for rate, _ in written):
        kinds = {
            "input": sums["input_tokens"] * known.input / MILLION,
            "read": sums["cache_read_tokens"] * known.read / MILLION,
            "write": sum((n * (rate or NOTHING) for rate, n in written), NOTHING) / MILLION,
            "output": sums["output_tokens"] * known.output / MILLION,
        }
    return Spending(
        calls,
        untold,
        0 if kinds else calls - untold,
        sums["input_tokens"],
        sums["cache_read_tokens"],
        sum(n for _, n in written),
        sums["output_tokens"],
        sums["reasoning_tokens"],
        kinds,
    )
