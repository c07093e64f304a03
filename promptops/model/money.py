"""Usage, prices and what they come to; money is ``Decimal`` dollars."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from promptops.errors import NotEstimable
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

MILLION = Decimal(1_000_000)
PER_CALL = Decimal("1E-9")
PER_MONTH = Decimal("1E-6")
HIGHEST_RATE = Decimal(1_000_000)  # a dollar a token: more is a slip, and costs stay exact


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, under the names OpenTelemetry gives them.

    ``input_tokens`` excludes the cached ones, which stand in fields of their own.
    """

    input_tokens: int
    output_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: Mapping[str, int] = field(default_factory=dict)  # by lifetime: 5m, 1h, 30m

    @property
    def prompt_tokens(self) -> int:
        """All tokens of the request, cached or not: what length tiers are decided by."""
        return self.input_tokens + self.cache_read_tokens + sum(self.cache_write_tokens.values())


@dataclass(frozen=True, slots=True)
class Rates:
    """Dollars per million tokens; lifetimes of writes are named as the vendor's cache rules do."""

    input: Decimal
    output: Decimal
    cache_read: Decimal | None = None  # None: the vendor has no such price
    cache_write: Mapping[str, Decimal] = field(default_factory=dict)  # empty: writes cost as input

    @property
    def read(self) -> Decimal:
        """What a token costs that is read from the cache: as plain input without such a rate."""
        return self.input if self.cache_read is None else self.cache_read

    def write(self, ttl: str) -> Decimal | None:
        """Return what writing a token costs for a lifetime; None where only others have a rate."""
        return self.cache_write.get(ttl) if self.cache_write else self.input

    def cost(self, usage: Usage) -> Decimal:
        """Return the dollars of one request.

        Raises:
            NotEstimable: Tokens are written for a lifetime whose rate is not known.
        """
        total = usage.input_tokens * self.input + usage.output_tokens * self.output
        total += usage.cache_read_tokens * self.read
        for ttl, tokens in usage.cache_write_tokens.items():
            rate = self.write(ttl)
            if rate is None and tokens:
                known = ", ".join(sorted(self.cache_write))
                raise NotEstimable(
                    f"no price is known of a cache write for {ttl}; of {known} it is"
                )
            total += tokens * (rate or 0)
        return total / MILLION

    def times(self, share: Decimal) -> Rates:
        """Return the rates multiplied by a share."""
        return Rates(
            self.input * share,
            self.output * share,
            None if self.cache_read is None else self.cache_read * share,
            {ttl: rate * share for ttl, rate in self.cache_write.items()},
        )


@dataclass(frozen=True, slots=True)
class Price:
    """What a model costs from a day on.

    ``tiers`` are cliffs, lowest first: a request of more tokens than the bound pays the tier's
    rates for all of them. ``batch`` is what the model costs in the vendor's batch service, all its
    rates included: where that has none of its own for reads, they cost as they do outside it.
    """

    model: str  # provider:model, as priced
    rates: Rates
    tiers: tuple[tuple[int, Rates], ...] = ()
    effective_from: date | None = None
    source: str = field(default="", compare=False)  # the same rates are the same price
    batch: Price | None = None  # None: no such price is known

    def rates_for(self, prompt_tokens: int) -> Rates:
        """Return the rates that a request of that many tokens pays."""
        found = self.rates
        for bound, rates in self.tiers:
            if prompt_tokens > bound:
                found = rates
        return found

    def times(self, share: Decimal) -> Price:
        """Return the price with all its rates multiplied by a share."""
        return replace(
            self,
            rates=self.rates.times(share),
            tiers=tuple((bound, rates.times(share)) for bound, rates in self.tiers),
            batch=self.batch and self.batch.times(share),
        )

    def cost(self, usage: Usage) -> Decimal:
        """Return the dollars of one request, to 10^-9.

        Raises:
            NotEstimable: Tokens are written for a lifetime whose rate is not known.
        """
        return self.rates_for(usage.prompt_tokens).cost(usage).quantize(PER_CALL)
