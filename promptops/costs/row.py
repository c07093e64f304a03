"""A prompt's costs before and after, and what is said of the difference."""

from __future__ import annotations

from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.costs.estimate import month, month_range, thresholds
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.costs.attribution import Part
    from promptops.costs.estimate import Estimate, Range
    from promptops.costs.facts import Measured
    from promptops.costs.fix import CacheFix
    from promptops.costs.side import Broken, Status
    from promptops.costs.use import Assumed, Held, Used

NOTHING: Final = Decimal(0)  # what a prompt costs that is not there


class CacheBreak(NamedTuple):
    """The line that ends the prefix which could be cached, and the input that it prints."""

    path: str
    line: int
    input: str | None
    tokens: int  # in front of it


class Deployment(NamedTuple):
    """What writing a changed prefix costs once; it is in no monthly figure."""

    per_partition: Decimal
    partitions: Decimal

    @property
    def total(self) -> Decimal:
        """The dollars of all caches."""
        return self.per_partition * self.partitions


@dataclass(frozen=True)
class Row:
    """One prompt's costs before and after."""

    pair: Measured
    old: Estimate | None
    new: Estimate | None
    used: Used
    parts: tuple[Part, ...]
    cache_break: CacheBreak | None = None  # that the change brought
    fix: CacheFix | None = None
    deployment: Deployment | None = None

    @property
    def status(self) -> Status:
        """What happened to the prompt."""
        return self.pair.status

    @property
    def broken(self) -> Broken | None:
        """Why a side has no cost."""
        return self.pair.broken

    @property
    def calls(self) -> Assumed:
        """The calls a month, and where they are from."""
        return self.used.calls

    @property
    def output(self) -> Held | None:
        """Whether answers are held, declared on each side, or not counted."""
        return self.used.held

    @property
    def silent(self) -> bool:
        """Whether what is sent is what was sent."""
        return self.pair.silent

    @property
    def comparable(self) -> bool:
        """Whether a difference means anything: not where a side does not parse."""
        return self.broken is None or self.status == "unchanged"

    @cached_property
    def per_call(self) -> Decimal | None:
        """The difference of a call."""
        if not self.comparable:
            return None
        before, after = (side.per_call if side else NOTHING for side in (self.old, self.new))
        return None if before is None or after is None else after - before

    @cached_property
    def per_month(self) -> Decimal | None:
        """The difference of a month."""
        if not self.comparable:
            return None
        calls = self.calls.amount
        sides = (self.old, self.new)
        before, after = (side.per_month(calls) if side else NOTHING for side in sides)
        return None if before is None or after is None else after - before

    @property
    def base_month(self) -> Decimal | None:
        """The dollars of a month before."""
        return self.old.per_month(self.calls.amount) if self.old else None

    @property
    def head_month(self) -> Decimal | None:
        """The dollars of a month after."""
        return self.new.per_month(self.calls.amount) if self.new else None

    @cached_property
    def month_range(self) -> Range | None:
        """The lowest and highest difference of a month."""
        return month_range(self.old, self.new, self.calls.amount) if self.comparable else None

    @property
    def use_change(self) -> Decimal | None:
        """What another number of calls than the base declares makes a month; in no total."""
        before, calls = self.used.before, self.calls.amount
        if before is None or calls is None or self.new is None:
            return None
        return month(self.new.per_call, calls.expected - before.expected)

    @property
    def saved(self) -> Decimal | None:
        """What the fix saves a month."""
        if self.fix is None or self.fix.per_month is None or self.head_month is None:
            return None
        return self.head_month - self.fix.per_month

    @cached_property
    def thresholds(self) -> tuple[str, ...]:
        """What makes the cost jump between the sides, or inside the band of one."""
        return thresholds(self.old, self.new)

    @property
    def tokens(self) -> int:
        """How many more input tokens there are."""
        return (self.new.input if self.new else 0) - (self.old.input if self.old else 0)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The models named for which no price is known."""
        sides = (self.old, self.new)
        found = (s.model for s in sides if s and s.model and s.unknown == "price")
        return tuple(dict.fromkeys(found))

    @property
    def hidden(self) -> bool:
        """Whether it is of no interest: unchanged, or what is sent and paid has not changed."""
        return self.status == "unchanged" or (self.silent and not self.per_call)

    @property
    def order(self) -> tuple[Decimal, Decimal, int, str]:
        """What rows are sorted by: the largest monthly increase first, then the name."""
        monthly, call = self.per_month or NOTHING, self.per_call or NOTHING
        return -monthly, -call, -self.tokens, self.pair.name
