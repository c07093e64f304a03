"""Sums of tokens by what was paid -> dollars, exact to the last digit."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.ledger.prices import from_json
from promptops.model.money import MILLION
from promptops.warehouse.tables import PAID, PRICES, SUMMED, summed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ibis.expr.types import Table

    from promptops.model.money import Rates
    from promptops.warehouse.warehouse import Warehouse

NOTHING: Final = Decimal(0)
KINDS: Final = ("input", "read", "write", "output")


@dataclass(frozen=True, slots=True)
class Spending:
    """What some calls used and cost; ``untold`` of them tell no usage, ``unpriced`` no price.

    ``usd`` is of the calls whose price is known. The dollars of ``by_kind`` sum up to it.
    """

    calls: int = 0
    untold: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0  # of all lifetimes
    output_tokens: int = 0
    reasoning_tokens: int = 0
    by_kind: Mapping[str, Decimal] = field(default_factory=dict)  # by KINDS

    @property
    def usd(self) -> Decimal:
        """Dollars, of the calls whose price is known."""
        return sum(self.by_kind.values(), NOTHING)

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the requests, cached or not."""
        return self.input_tokens + self.cache_read_tokens + self.cache_write_tokens

    def share_of(self, total: Spending) -> Decimal | None:
        """Return the part of a sum's dollars that these are; None of no dollars."""
        return self.usd / total.usd if total.usd else None

    def __add__(self, other: Spending) -> Spending:
        """Return both together."""
        ours, theirs = self.by_kind, other.by_kind
        return Spending(
            self.calls + other.calls,
            self.untold + other.untold,
            self.unpriced + other.unpriced,
            self.input_tokens + other.input_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            {kind: ours.get(kind, NOTHING) + theirs.get(kind, NOTHING) for kind in KINDS},
        )


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
