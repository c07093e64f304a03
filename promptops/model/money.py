"""Usage, prices and what they come to; money is ``Decimal`` dollars."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

MILLION = Decimal(1_000_000)
PER_CALL = Decimal("1E-9")
PER_MONTH = Decimal("1E-6")


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, under the names OpenTelemetry gives them.

    ``input_tokens`` excludes the cached ones, which stand in fields of their own.
    """

    input_tokens: int
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: Mapping[str, int] = field(default_factory=dict)  # by time to live: 5m, 1h

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the request, cached or not: what length tiers are decided by."""
        return self.input_tokens + self.cache_read_tokens + sum(self.cache_write_tokens.values())


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None  # None: the vendor has no such price
    cache_write: Mapping[str, Decimal] = field(default_factory=dict)

    def cost(self, usage: Usage) -> Decimal:
        """Return the dollars of one request; cached tokens without a rate cost as plain input."""
        read = self.input if self.cache_read is None else self.cache_read
        total = usage.input_tokens * self.input + usage.output_tokens * self.output
        total += usage.cache_read_tokens * read
        for ttl, tokens in usage.cache_write_tokens.items():
            total += tokens * self.cache_write.get(ttl, self.input)
        return total / MILLION


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs from a day on.

    ``tiers`` are cliffs, lowest first: a request of more tokens than the bound pays the tier's
    rates for all of them.
    """

    model: str  # provider:model, as priced
    rates: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()
    effective_from: date | None = None
    source: str = ""

    def rates_for(self, prompt_tokens: int) -> Rates:
        """Return the rates that a request of that many tokens pays."""
        found = self.rates
        for bound, rates in self.tiers:
            if prompt_tokens > bound:
                found = rates
        return found

    def cost(self, usage: Usage) -> Decimal:
        """Return the dollars of one request, to 10^-9."""
        return self.rates_for(usage.prompt_tokens).cost(usage).quantize(PER_CALL)
