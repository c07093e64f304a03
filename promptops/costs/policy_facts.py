"""What limits look at in a row: figures before and after, each with its low end."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.costs.estimate import ONE, month_range
from promptops.model.cost import Amount, Budget
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.costs.estimate import Estimate, Range
    from promptops.costs.row import Row
    from promptops.costs.verdict import Lack

NOTHING: Final = Decimal(0)
NO_BUDGET: Final = Budget()
_SAID: Final = frozenset({"source", "price", "unparsable"})  # the report names these by itself
_ENDS: Final = {"added": Decimal("Infinity"), "removed": Decimal(-100)}  # percent, at any price
_MANY: Final = Decimal(1_000_000)  # calls, so that a call's digits survive rounding to 10^-6


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as expected, and the lowest that its band allows, worked out where it matters."""

    expected: Decimal
    low: Callable[[], Decimal]  # never above what is expected

    def exceeds(self, limit: Decimal, *, sure: bool) -> bool:
        """Return whether it is above a limit; to be sure, its low end has to be."""
        return self.expected > limit and (not sure or self.low() > limit)


class Level(NamedTuple):
    """A figure before and after; None is unknown or not there."""

    base: Figure | None
    head: Figure | None


@dataclass(frozen=True)
class Facts:
    """What is known of one prompt; each figure is worked out once, where a limit asks for it."""

    row: Row

    @property
    def name(self) -> str:
        """The prompt's name."""
        return self.row.pair.name

    @property
    def path(self) -> str | None:
        """The head's file."""
        return self.row.pair.new.path if self.row.pair.new else None

    @property
    def budget(self) -> Budget:
        """The head's own limits."""
        return self.row.pair.new.cost.budget if self.row.pair.new else NO_BUDGET

    @property
    def alone(self) -> bool:
        """Whether the base cannot be read, so that what the head costs is not new."""
        return self.row.broken is not None and self.row.broken.side == "base"

    @property
    def changed(self) -> bool:
        """Whether there is a difference that limits on increases are about."""
        return self.row.comparable and self.row.status != "unchanged"

    @cached_property
    def tokens(self) -> Level:
        """The input tokens."""
        return Level(*map(_tokens, (self.row.old, self.row.new)))

    @cached_property
    def per_call(self) -> Level:
        """The dollars of a call."""
        return Level(*map(_call, (self.row.old, self.row.new)))

    @cached_property
    def per_month(self) -> Level:
        """The dollars of a month."""
        calls = self.row.calls.amount
        return Level(*(_month(side, calls) for side in (self.row.old, self.row.new)))

    @cached_property
    def increase(self) -> Figure | None:
        """The dollars that a month costs more."""
        return _figure(self.row.per_month, lambda: self.row.month_range)

    @cached_property
    def percent(self) -> Figure | None:
        """The increase of a call in percent, hence of a month; Infinity against zero."""
        return _percent(self.row)

    @cached_property
    def turn(self) -> Decimal | None:
        """The difference of a call: the direction of the month where its calls are unknown."""
        if self.row.hidden:
            return NOTHING
        if self.row.per_call is None and self.row.status in _ENDS:
            return Decimal(1).copy_sign(_ENDS[self.row.status])  # it costs something
        return self.row.per_call

    @property
    def growing(self) -> bool:
        """Whether its month may cost more than before, for all that is known."""
        return self.turn is None or self.turn > 0

    @property
    def shrinking(self) -> bool:
        """Whether its month may cost less than before, for all that is known."""
        return self.turn is None or self.turn < 0

    @cached_property
    def lacks(self) -> Lack | None:
        """The figure that no limit in dollars can be judged without.

        None, too, where the report itself says why there is no cost.
        """
        row = self.row
        sides = [side for side in (row.old, row.new) if side is not None]
        leading = row.new or row.old
        if leading is None or row.broken or any(side.unknown in _SAID for side in sides):
            return None
        if leading.unknown == "model":
            return "model"
        return "calls" if row.calls.amount is None else None


def share(change: Decimal, base: Decimal) -> Decimal:
    """Return a change in percent of what there was; against zero it has no end."""
    if base:
        return 100 * change / base
    return Decimal("Infinity") if change > 0 else NOTHING


def _figure(
    expected: Decimal | None, ranged: Callable[[], Range | None], many: Decimal = ONE
) -> Figure | None:
    if expected is None:
        return None

    def low() -> Decimal:
        found = ranged()
        # Where no band is known, the expected figure is all there is.
        return expected if found is None else min(found.low / many, expected)

    return Figure(expected, low)


def _tokens(side: Estimate | None) -> Figure | None:
    if side is None or side.unknown == "unparsable":
        return None
    low = side.count.input * (side.band[0] if side.band else ONE) + side.added
    return Figure(Decimal(side.input), lambda: low)


def _call(side: Estimate | None) -> Figure | None:
    if side is None:
        return None
    return _figure(side.per_call, lambda: month_range(None, side, Amount(_MANY)), _MANY)


def _month(side: Estimate | None, calls: Amount | None) -> Figure | None:
    if side is None or calls is None:
        return None
    return _figure(side.per_month(calls), lambda: month_range(None, side, calls))


def _percent(row: Row) -> Figure | None:
    base = row.old.per_call if row.old else NOTHING
    if row.per_call is None or base is None:
        known = _ENDS.get(row.status)
        return None if known is None else Figure(known, lambda: known)
    expected = share(row.per_call, base)
    return Figure(expected, lambda: min(expected, _lowest(row, base, expected)))


def _lowest(row: Row, base: Decimal, expected: Decimal) -> Decimal:
    """Return a percentage's low end: that of the token band, since the calls' cancels out."""
    ranged, calls = row.month_range, row.calls.amount
    if not (ranged and calls and base):
        return expected
    numbers = [one for one in (calls.low, calls.expected, calls.high) if one]
    # The lowest month has the fewest calls of an increase, and the most of a decrease.
    number = (min if ranged.low > 0 else max)(numbers, default=NOTHING)
    return share(ranged.low / number, base) if number else expected
