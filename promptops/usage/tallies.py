"""What is kept of recorded calls while they are read: counts, not the calls."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.model.usage import Calibration
from promptops.statistics.counted import quantile

if TYPE_CHECKING:
    from promptops.caching.traces import Recorded

HOUR: Final = 3600  # seconds
_SHARE: Final = Decimal("0.001")


@dataclass(slots=True)
class CacheTally:
    """Tokens read from and written to the cache with one model."""

    read: int = 0
    written: int = 0
    reading: int = 0  # calls that read something
    silent: int = 0  # calls that neither read nor wrote

    def add(self, read: int, written: int) -> None:
        """Count a call's tokens."""
        self.read += read
        self.written += written
        self.reading += read > 0
        self.silent += not (read or written)

    @property
    def missed(self) -> Decimal:
        """The tokens that a cache could have held and did not.

        Some vendors tell no writes: there a call that read nothing has missed what others read.
        """
        if self.written or not self.reading:
            return Decimal(self.written)
        return Decimal(self.read) * self.silent / self.reading


@dataclass(slots=True)
class Told:
    """How many calls said yes or no, and how many yes."""

    calls: int = 0
    yes: int = 0

    def add(self, said: bool | None) -> None:
        """Count what a call said."""
        self.calls += said is not None
        self.yes += said is True

    @property
    def share(self) -> Decimal:
        """The share of the calls that said yes."""
        return (Decimal(self.yes) / self.calls).quantize(_SHARE)


@dataclass(slots=True)
class Ratios:
    """Billed tokens for encoded ones, in thousandths of each call's."""

    calls: int = 0
    billed: int = 0
    encoded: int = 0
    down: Counter[int] = field(default_factory=Counter)  # rounded down
    up: Counter[int] = field(default_factory=Counter)

    def add(self, billed: int, encoded: int) -> None:
        """Count a call's tokens; both are above 0."""
        self.calls += 1
        self.billed += billed
        self.encoded += encoded
        self.down[max(billed * 1000 // encoded, 1)] += 1
        self.up[-(-billed * 1000 // encoded)] += 1

    def calibration(self) -> Calibration:
        """Return the factor over all calls, and between which the single ones mostly lie."""
        factor = max((Decimal(self.billed) / self.encoded).quantize(_SHARE), _SHARE)
        low, high = Decimal(quantile(self.down, 0.05)), Decimal(quantile(self.up, 0.95))
        return Calibration(factor, min(low / 1000, factor), max(high / 1000, factor), self.calls)


@dataclass(slots=True)
class Tally:
    """What was seen of one prompt."""

    calls: int = 0
    billed: int = 0  # calls that tell their tokens
    hours: Counter[int] = field(default_factory=Counter)
    whole: Counter[int] = field(default_factory=Counter)  # answers by their tokens
    spoken: Counter[int] = field(default_factory=Counter)  # the same without thoughts
    thought: Counter[int] = field(default_factory=Counter)
    caches: dict[str | None, CacheTally] = field(default_factory=dict)
    rejected: Told = field(default_factory=Told)
    batch: Told = field(default_factory=Told)

    def add(self, call: Recorded) -> None:
        """Count a call."""
        self.calls += 1
        self.hours[int(call.t // HOUR)] += 1
        self.rejected.add(call.rejected)
        self.batch.add(call.batch)
        if call.usage is None:
            return
        self.billed += 1
        output = call.usage.output_tokens
        thought = call.reasoning or 0
        # More thought than was put out is another way of counting: then all of it is the answer.
        thought = thought if thought <= output else 0
        self.whole[output] += 1
        self.spoken[output - thought] += 1
        self.thought[thought] += 1
        written = sum(call.usage.cache_write_tokens.values())
        cache = self.caches.setdefault(call.model, CacheTally())
        cache.add(call.usage.cache_read_tokens, written)

    @property
    def thinks(self) -> bool:
        """Whether any call told tokens of thought."""
        return any(self.thought)

    @property
    def answers(self) -> Counter[int]:
        """The answers by their tokens, without thoughts where any call told of some."""
        return self.spoken if self.thinks else self.whole

    @property
    def mean(self) -> Decimal:
        """The mean of the answers' tokens; some call has told them."""
        total = sum(tokens * calls for tokens, calls in self.answers.items())
        return (Decimal(total) / self.billed).quantize(Decimal(1))

    @property
    def hit_rate(self) -> Decimal | None:
        """The share of the cached tokens that was read, None where nothing was cached."""
        used = [one for one in self.caches.values() if one.read or one.written]
        read = sum(one.read for one in used)
        missed = sum((one.missed for one in used), Decimal(0))
        return (read / (read + missed)).quantize(_SHARE) if used else None
