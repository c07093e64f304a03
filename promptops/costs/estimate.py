"""What a side costs a call and a month; costs are rounded once, before differences are taken."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from promptops.costs.reuse import NO_CACHE, Reused
from promptops.model.money import PER_MONTH
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.costs.call import Call
    from promptops.costs.counting import Count
    from promptops.model.cost import Amount
    from promptops.model.money import Price

Unknown = Literal["model", "source", "unparsable", "price"]
ONE: Final = Decimal(1)
ZERO: Final = Decimal(0)


@dataclass(frozen=True)
class Estimate:
    """A side's tokens, and its call where its price is known and its tokens are worth one."""

    model: str | None
    count: Count
    output: Decimal | None  # tokens of an answer; None: not declared, and then not counted
    call: Call | None = None
    unknown: Unknown | None = None  # what is missing where there is no call
    reused: Reused = NO_CACHE
    stable: int | None = None  # tokens in front of the first that differ on every call
    added: Decimal = ZERO  # tokens of the inputs, where these are known and not rendered

    @property
    def price(self) -> Price | None:
        """What its model costs, where that is known."""
        return None if self.call is None else self.call.price

    @cached_property
    def input(self) -> int:
        """All input tokens of a call."""
        return self.count.input + int(self.added)

    @cached_property
    def per_call(self) -> Decimal | None:
        """The dollars of a call."""
        return None if self.call is None else self.call.dollars()

    def per_month(self, calls: Amount | None) -> Decimal | None:
        """Return the dollars of a month."""
        return month(self.per_call, calls.expected if calls else None)

    @property
    def band(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and highest share of the counted tokens; None where that is not known."""
        exact = self.count.method.method == "exact"
        return (ONE, ONE) if exact else self.count.method.band


class Range(NamedTuple):
    """The lowest and highest difference of a month, and what it comes of most."""

    low: Decimal
    high: Decimal
    driver: Literal["tokens", "calls"] | None


def month(per_call: Decimal | None, calls: Decimal | None) -> Decimal | None:
    """Return the dollars of a month, to 10^-6."""
    if per_call is None or calls is None:
        return None
    return (per_call * calls).quantize(PER_MONTH)


def month_range(old: Estimate | None, new: Estimate | None, calls: Amount | None) -> Range | None:
    """Return the lowest and highest difference that the token band and the calls allow.

    A factor is common to both sides of one model, so that it scales the difference and cannot turn
    its sign; two models err each for itself.
    """
    bands = [one.band for one in (old, new) if one is not None]
    known = all(one.call is not None for one in (old, new) if one is not None)
    if calls is None or not known or None in bands:
        return None
    changes = [_at(new, after) - _at(old, before) for before, after in _edges(old, new)]
    many = {number for number in (calls.low, calls.expected, calls.high) if number is not None}
    found = [(change * number).quantize(PER_MONTH) for change in changes for number in many]
    tokens = (max(changes) - min(changes)) * calls.expected
    use = (max(many) - min(many)) * abs(changes[0])
    driver: Literal["tokens", "calls"] = "tokens" if tokens >= use else "calls"
    return Range(min(found), max(found), driver if tokens or use else None)


def _edges(old: Estimate | None, new: Estimate | None) -> list[tuple[Decimal, Decimal]]:
    before = (old and old.band) or (ONE, ONE)
    after = (new and new.band) or (ONE, ONE)
    if before == after == (ONE, ONE):
        return [(ONE, ONE)]
    if old and new and old.model == new.model:
        return [(ONE, ONE), *zip(before, after, strict=True)]
    return [(ONE, ONE), *((one, other) for one in before for other in after)]


def _at(side: Estimate | None, share: Decimal) -> Decimal:
    if side is None or side.call is None:
        return ZERO
    if share == 1:
        return side.per_call or ZERO  # as it is reported
    return side.call.scaled(share).exact()


def thresholds(old: Estimate | None, new: Estimate | None) -> tuple[str, ...]:
    """Return what makes cost jump between the sides, or inside the band of one of them."""
    found: dict[str, None] = {}
    for name, bounds in _bounds(old, new).items():
        for bound in bounds:
            sides = [_place(one, name, bound) for one in (old, new) if one and one.call]
            if len(set(sides)) > 1 or "inside" in sides:
                where = "inside the band of the count" if "inside" in sides else "between the sides"
                found[f"{name} of {bound:,} tokens lies {where}"] = None
    return tuple(found)


_MINIMUM: Final = "the shortest prefix that is cached,"
_TIER: Final = "the price tier"


def _bounds(old: Estimate | None, new: Estimate | None) -> dict[str, list[int]]:
    calls = [one.call for one in (old, new) if one is not None and one.call is not None]
    least = {call.reuse.minimum for call in calls if call.reuse.marks}
    tiers = {bound for call in calls for bound, _ in call.price.tiers}
    return {_MINIMUM: sorted(least - {0}), _TIER: sorted(tiers)}


def _place(side: Estimate, name: str, bound: int) -> str:
    """Return whether a side is below a bound, above it, or may be either."""
    assert side.call is not None  # noqa: S101 - the caller looked
    marks = side.call.reuse.marks
    if name == _MINIMUM and not marks:
        return "below"
    tokens = marks[-1].tokens if name == _MINIMUM else Decimal(side.call.input)
    reached = [tokens * share >= bound + (name == _TIER) for share in (ONE, *(side.band or ()))]
    if len(set(reached)) > 1:
        return "inside"
    return "above" if reached[0] else "below"
