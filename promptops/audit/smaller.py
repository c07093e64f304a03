"""Which model of the same vendor is the next cheaper one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.vendormodels.book import bundled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.model.money import Price
    from promptops.pricing.prices import Prices

_TIMES: Final = 2  # input and output cost at most so many times less


def smaller(models: Iterable[str], prices: Prices) -> dict[str, tuple[str, Price]]:
    """Return, by model, the dearest of its vendor's that costs half or less, where there is one.

    It is one that the vendor sells: no alias, and with no day on which it ends.
    """
    found = {}
    for model in sorted(models):
        own = prices.find(model)
        if own is None:
            continue
        cheaper = [
            (price.rates.input + price.rates.output, name, price)
            for name, price in _sold(prices.names(model), prices)
            if 0 < price.rates.input * _TIMES <= own.rates.input
            and price.rates.output * _TIMES <= own.rates.output
        ]
        if cheaper:
            _, name, price = max(cheaper, key=lambda one: one[:2])
            found[model] = (name, price)
    return found


def _sold(names: Iterable[str], prices: Prices) -> list[tuple[str, Price]]:
    vendors = {name.partition(":")[0] for name in names}
    book, found = bundled(), []
    for name in sorted({*book.models, *prices.given}):
        known = book.find(name)
        if name.partition(":")[0] not in vendors:
            continue
        if known is not None and (known.deprecated or known.retires or known.moves):
            continue
        price = prices.find(name)
        # Models of other kinds (embeddings, speech) have no price of cached reads.
        if price is not None and (price.rates.cache_read is not None or name in prices.given):
            found.append((name, price))
    return found
