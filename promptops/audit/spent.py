"""What some calls used and cost, as a value: whoever shows it needs no database."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

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
