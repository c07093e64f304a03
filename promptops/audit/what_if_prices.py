"""What recorded calls would have cost at today's prices: of another model, or in batches."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promptops.audit.levers import on_price, split
from promptops.errors import UsageError

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.cells import Cell
    from promptops.model.money import Price
    from promptops.pricing.prices import Prices

Cells = tuple["Cell", ...]
_BATCH = "batch"


def on_model(cells: Cells, model: str, prices: Prices) -> tuple[Cells, bool, str, str]:
    """Return the calls at the price of a model, with how that was got.

    Raises:
        UsageError: The model has no known price.
    """
    price = prices.find(model)
    if price is None:
        raise UsageError(f"--what-if model={model!r}: {prices.why_unknown(model)}")
    if price.batch is None and any(one.paid.tier == _BATCH for one in cells):
        unknown = f"calls in batches stay as they are: no price of {model} in batches is known"
    else:
        unknown = ""

    def price_of(cell: Cell) -> Price | None:
        return price.batch if cell.paid.tier == _BATCH else price

    how = "today's price of the list, of as many tokens; another model makes others of a text"
    changed = on_price(cells, price_of)
    named = tuple(
        replace(one, paid=one.paid._replace(model=model)) if price_of(one) and one.rates else one
        for one in changed
    )
    return named, False, how, unknown


def batched(cells: Cells, share: Decimal, prices: Prices) -> tuple[Cells, bool, str, str]:
    """Return the calls with that share of those outside batches at today's batch prices."""
    known: dict[str, Price | None] = {}

    def price_of(cell: Cell) -> Price | None:
        model = cell.paid.model
        if model not in known:
            found = prices.find(model)
            known[model] = found and found.batch
        return known[model]

    now = tuple(one for one in cells if one.paid.tier != _BATCH)
    able = tuple(one for one in now if one.rates is not None and price_of(one) is not None)
    kept = tuple(one for one in cells if one.paid.tier == _BATCH)
    unable = tuple(one for one in now if one.rates is None or price_of(one) is None)
    some, rest = split(able, share)
    silent = sorted({one.paid.model for one in unable if one.calls > one.untold})
    unknown = f"no batch price is known of {', '.join(silent)}: it stays as it is" if silent else ""
    how = f"{share:.0%} of the calls of each kind, at today's batch prices of the list"
    return (*kept, *unable, *rest, *on_price(some, price_of)), False, how, unknown
