"""What is kept of recorded calls while they are read: counts, not the calls."""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from promptops.usage_file.shapes import GAPS

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.caching.traces import Recorded
    from promptops.usage.factors import Ratios

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
class Arrivals:
    """When calls began, by what they have in common at the front: model, version and text."""

    times: dict[tuple[str | None, ...], array[float]] = field(default_factory=dict)

    def add(self, call: Recorded) -> None:
        """Note a call; those of a batch come when the vendor likes."""
        if not call.batch:
            key = (call.model, call.prompt, call.extra.text if call.extra else None)
            self.times.setdefault(key, array("d")).append(call.t)

    @property
    def calls(self) -> int:
        """How many there are."""
        return sum(map(len, self.times.values()))

    def shares(self) -> dict[str, Decimal]:
        """Return the shares of the calls that came less than a lifetime after one like them."""
        found = Counter[str]()
        for times in self.times.values():
            for before, after in pairwise(sorted(times)):
                found.update(name for name, life in GAPS.items() if after - before < life)
        return {name: (Decimal(found[name]) / self.calls).quantize(_SHARE) for name in GAPS}


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
    arrivals: Arrivals = field(default_factory=Arrivals)
    ratios: dict[str, Ratios] = field(default_factory=dict)  # by model
    latest: tuple[float, str] = (float("-inf"), "")  # call that tells its text, and that

    def add(self, call: Recorded, text_of: Callable[[str], str | None] = lambda _: None) -> None:
        """Count a call; ``text_of`` gives the hash of a prompt's text where the call does not."""
        self.calls += 1
        if text := (call.extra and call.extra.text) or text_of(call.prompt or ""):
            self.latest = max(self.latest, (call.t, text))
        self.hours[int(call.t // HOUR)] += 1
        self.rejected.add(call.rejected)
        self.batch.add(call.batch)
        self.arrivals.add(call)
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
