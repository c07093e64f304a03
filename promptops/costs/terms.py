"""What both sides of a comparison are costed by: prices, calls a month, the model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Final

from promptops.errors import UnknownModel, UsageError
from promptops.model.money import Price, Rates
from promptops.model.prompt import Amount

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from promptops.costs.counting import Count
    from promptops.costs.estimate import Unknown
    from promptops.costs.side import Side
    from promptops.pricing.book import PriceBook

_CALLS: Final = re.compile(r"([0-9][0-9_,]*(?:\.[0-9]+)?)([kMG]?)(?:/mo(?:nth)?)?\Z")
_SCALE: Final = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_MODEL: Final = re.compile(r"[A-Za-z0-9_.-]+:\S+\Z")
GIVEN: Final = "--price"


@dataclass(frozen=True)
class Prices:
    """A book's prices on a day; those given on the command line come first."""

    book: PriceBook
    day: date
    given: Mapping[str, Price] = field(default_factory=dict)

    def find(self, model: str) -> Price | None:
        """Return what a model costs, if that is known."""
        given = self._given(model)
        if given is not None:
            return given
        try:
            return self.book.price(model, self.day)
        except UnknownModel:
            return None

    def doubt(self, model: str) -> str:
        """Return what is not certain about a model's price, if anything."""
        return "" if self._given(model) else self.book.doubt(model, self.day)

    def _given(self, model: str) -> Price | None:
        if model in self.given:
            return self.given[model]
        listed = self.book.find(model)
        same = (price for name, price in self.given.items() if self.book.find(name) == listed)
        return next(same, None) if listed else None

    def why_unknown(self, model: str) -> str:
        """Return what to do about a model without a price."""
        try:
            self.book.price(model, self.day)
        except UnknownModel as error:
            return str(error)
        return ""


@dataclass(frozen=True)
class Terms:
    """The head's settings, which hold on both sides, so that only the prompt makes a difference."""

    prices: Prices
    model: str | None = None  # instead of what the prompts name
    default_model: str | None = None  # where a prompt names none
    calls: Amount | None = None  # instead of what the prompts declare
    allow_source: bool = False
    folder: str = "prompts"

    def model_of(self, side: Side) -> str | None:
        """Return the model that a side is sent to, if one is named."""
        return self.model or side.prompt.metadata.model or self.default_model

    def price_of(
        self, model: str | None, counted: Count, side: Side
    ) -> tuple[Price | None, Unknown | None]:
        """Return the price of a side's tokens, or why there is none."""
        if model is None:
            return None, "model"
        if side.broken("head"):
            return None, "unparsable"
        if counted.counted == "source" and not self.allow_source:
            return None, "source"
        price = self.prices.find(model)
        return price, None if price else "price"


def parse_model(text: str) -> str:
    """Return a model written as ``provider:model``.

    Raises:
        UsageError: It is not.
    """
    if not _MODEL.match(text):
        raise UsageError(f"--model {text!r}: write provider:model, such as openai:gpt-5-mini")
    return text


def parse_calls(text: str) -> Amount:
    """Return calls a month from ``5000``, ``120k/mo`` or ``1.2M``.

    Raises:
        UsageError: It is none of these.
    """
    found = _CALLS.match(text)
    if found is None:
        raise UsageError(f"--calls {text!r}: write a number a month, such as 5000, 120k or 1.2M/mo")
    number = Decimal(re.sub(r"[_,]", "", found[1]))
    return Amount(number * _SCALE[found[2]])


def parse_price(text: str) -> Price:
    """Return the price that ``provider:model=input:3.4,output:17`` gives, in $ per million tokens.

    Raises:
        UsageError: It cannot be read, or a rate is missing or unknown.
    """
    model, _, listed = text.partition("=")
    rates = {}
    try:
        for pair in listed.split(","):
            key, _, amount = pair.partition(":")
            rates[key.strip()] = Decimal(amount.strip())
        known = {"input", "output"} <= rates.keys() <= {"input", "output", "cache_read"}
        if not (known and all(rate.is_finite() and rate >= 0 for rate in rates.values())):
            raise ValueError(listed)  # noqa: TRY301 - one message for all that is wrong
        parse_model(model)
    except (ValueError, InvalidOperation, UsageError):
        shape = "'provider:model=input:3.4,output:17' in $ per million tokens"
        raise UsageError(f"--price {text!r}: write {shape}") from None
    return Price(
        model, Rates(rates["input"], rates["output"], rates.get("cache_read")), source=GIVEN
    )
