"""What a side costs a call and a month; costs are rounded once, before differences are taken."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from promptops.model.money import MILLION, PER_CALL, PER_MONTH

if TYPE_CHECKING:
    from promptops.costs.counting import Count
    from promptops.model.money import Price
    from promptops.model.prompt import Amount

Unknown = Literal["model", "source", "unparsable", "price"]
ONE: Final = Decimal(1)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A side's tokens, and its price where that is known and its tokens are worth one."""

    model: str | None
    count: Count
    output: Decimal | None  # tokens of an answer; None: not declared, and then not counted
    price: Price | None
    unknown: Unknown | None = None  # what is missing where there is no price

    @property
    def per_call(self) -> Decimal | None:
        """The dollars of a call."""
        return None if self.price is None else call(self.price, self.count.input, self.output)

    def per_month(self, calls: Amount | None) -> Decimal | None:
        """Return the dollars of a month."""
        return month(self.per_call, calls.expected if calls else None)

    @property
    def band(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and highest share of the counted tokens; None where that is not known."""
        exact = self.count.method.method == "exact"
        return (ONE, ONE) if exact else self.count.method.band


def call(price: Price, tokens: Decimal | int, output: Decimal | None) -> Decimal:
    """Return the dollars of a request, to 10^-9; an unknown answer is left out."""
    rates = price.rates_for(int(tokens))
    total = tokens * rates.input + (output or 0) * rates.output
    return (total / MILLION).quantize(PER_CALL)


def month(per_call: Decimal | None, calls: Decimal | None) -> Decimal | None:
    """Return the dollars of a month, to 10^-6."""
    if per_call is None or calls is None:
        return None
    return (per_call * calls).quantize(PER_MONTH)


def month_range(
    old: Estimate | None, new: Estimate | None, calls: Amount | None
) -> tuple[Decimal, Decimal] | None:
    """Return the lowest and highest difference that the token band and the calls allow.

    A factor is common to both sides of one model, so that it scales the difference and cannot turn
    its sign; two models err each for itself.
    """
    bands = [one.band for one in (old, new) if one is not None]
    known = all(one.price is not None for one in (old, new) if one is not None)
    if calls is None or not known or None in bands:
        return None
    many = {number for number in (calls.low, calls.expected, calls.high) if number is not None}
    found = []
    for before, after in _edges(old, new):
        change = _at(new, after) - _at(old, before)
        found += [(change * number).quantize(PER_MONTH) for number in many]
    return min(found), max(found)


def _edges(old: Estimate | None, new: Estimate | None) -> list[tuple[Decimal, Decimal]]:
    before = (old and old.band) or (ONE, ONE)
    after = (new and new.band) or (ONE, ONE)
    if old and new and old.model == new.model:
        return [(ONE, ONE), *zip(before, after, strict=True)]
    return [(ONE, ONE), *((one, other) for one in before for other in after)]


def _at(side: Estimate | None, share: Decimal) -> Decimal:
    if side is None or side.price is None:
        return Decimal(0)
    return call(side.price, side.count.input * share, side.output)
