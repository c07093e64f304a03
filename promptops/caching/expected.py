"""What placements are expected to cost where no calls were recorded: an objective for ``plan``."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from promptops.caching.hits import Prefix, hit
from promptops.caching.terms import PESSIMISTIC_HITS
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.caching.hits import Traffic
    from promptops.caching.terms import Plan, Terms


STATIC: Final = Prefix()


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of a prompt between two places where a mark may stand."""

    name: str
    tokens: float
    changes: Prefix = STATIC


@dataclass(frozen=True)
class Expected:
    """The expected cost of one call; ``confidence`` scales every chance of a hit.

    Live prefixes are nested, so the chance that one is alive does not depend on the other marks.
    """

    terms: Terms
    segments: tuple[Segment, ...]
    traffic: Traffic
    confidence: float = 1.0

    @property
    def boundaries(self) -> int:
        """How many places there are for a mark."""
        return len(self.segments)

    @cached_property
    def ends(self) -> list[float]:
        """Return the cacheable tokens up to each segment's end; 0 below the minimum."""
        return self.terms.cacheable(segment.tokens for segment in self.segments)

    @cached_property
    def _hits(self) -> dict[tuple[int, str], float]:
        prefixes = list(accumulate(segment.changes for segment in self.segments))
        latency = self.terms.latency
        return {
            (at, ttl): hit(prefix, self.traffic, self.terms.seconds[ttl], latency) * self.confidence
            for at, prefix in enumerate(prefixes)
            for ttl in self.terms.write
        }

    def hit(self, at: int, ttl: str) -> float:
        """Return the chance that the prefix up to a segment's end is alive."""
        return self._hits[at, ttl]

    def pessimistic(self) -> Expected:
        """Return the same with fewer hits than the formulas promise, and late ones."""
        return replace(self, terms=self.terms.pessimistic(), confidence=PESSIMISTIC_HITS)

    def pair(self, before: int | None, at: int, ttl: str) -> float:
        """Return what a mark adds to the plain cost, the next shallower being ``before``."""
        tokens = self.ends[at] - (0 if before is None else self.ends[before])
        return self.terms.paid(tokens, ttl, self.hit(at, ttl))

    def cost(self, plan: Plan) -> float:
        """Return the expected cost of a call under a placement, in token-equivalents."""
        before: int | None = None
        cost = sum(segment.tokens for segment in self.segments)
        for at, ttl in plan:
            cost += self.pair(before, at, ttl)
            before = at
        return cost
