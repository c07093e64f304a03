"""The next cheaper model of a vendor."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from promptops.audit.smaller import smaller
from promptops.model.money import Price, Rates
from promptops.pricing.prices import list_prices
from promptops.vendormodels.book import bundled

LISTED = list_prices()


@pytest.mark.parametrize("model", ["anthropic:claude-opus-5-5", "anthropic:claude-sonnet-5-5"])
def test_a_cheaper_model_costs_half_or_less_and_is_sold(model: str) -> None:
    name, price = smaller([model], LISTED)[model]
    own = LISTED.price(model)
    assert price.rates.input * 2 <= own.rates.input
    assert price.rates.output * 2 <= own.rates.output
    known = bundled().find(name)
    assert known is not None
    assert known.retires is None
    assert known.name.partition(":")[0] == "anthropic"


def test_of_a_cheapest_or_an_unknown_model_there_is_none() -> None:
    assert smaller(["anthropic:claude-haiku-5-5", "acme:none"], LISTED) == {}


def test_a_price_that_was_given_counts() -> None:
    price = Price("acme:little", Rates(Decimal(1), Decimal(2)))
    large = Price("acme:large", Rates(Decimal(4), Decimal(8)))
    own = replace(LISTED, given={one.model: one for one in (price, large)})
    assert smaller(["acme:large"], own) == {"acme:large": ("acme:little", price)}
