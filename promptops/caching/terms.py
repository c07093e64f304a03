"""The numbers that a calculation needs of a vendor's rules."""

from __future__ import annotations

from dataclasses import replace
from itertools import accumulate
from typing import TYPE_CHECKING, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Refresh = Literal["ancestors", "matched"]
Plan = tuple[tuple[int, str], ...]  # marks: the block that each stands behind, and its lifetime

PESSIMISTIC_LATENCY = 3.0
PESSIMISTIC_HITS = 0.8


@dataclass(frozen=True, slots=True)
class Terms:
    """Multipliers of the price of an uncached input token, lifetimes in seconds, and limits.

    ``lookback`` is how many positions a mark looks at, itself the first; None is all of them.
    ``marked_only`` says that instead only positions which the request marks or names are looked at.
    ``refresh`` says which entries a hit keeps alive besides the one it matched: those of shorter
    prefixes (``ancestors``) or none (``matched``). An entry can be read ``latency`` seconds after
    the start of the request that wrote it.
    """

    read: float
    write: Mapping[str, float]
    seconds: Mapping[str, float]
    minimum: int = 0
    slots: int = 4
    lookback: int | None = 20
    refresh: Refresh = "ancestors"
    latency: float = 0.0
    marked_only: bool = False
    surplus_refused: bool = True  # more marks than slots are an error; else the latest are written
    longer_first: bool = True  # a mark that outlives one before it is an error

    @property
    def lifetimes(self) -> tuple[str, ...]:
        """Return the names of the lifetimes, the longest first."""
        return tuple(sorted(self.write, key=lambda ttl: (-self.seconds[ttl], ttl)))

    def paid(self, tokens: float, ttl: str, hit: float) -> float:
        """Return what marking tokens adds to their plain cost, where they hit with a chance."""
        write = self.write[ttl]
        return tokens * ((write - 1) - (write - self.read) * hit)

    def cacheable(self, tokens: Iterable[float]) -> list[float]:
        """Return the tokens up to each block's end, or 0 where that is under the minimum."""
        return [total if total >= self.minimum else 0 for total in accumulate(tokens)]

    def only(self, *lifetimes: str) -> Terms:
        """Return the same terms with some of the lifetimes."""
        return replace(self, write={ttl: self.write[ttl] for ttl in lifetimes})

    def pessimistic(self) -> Terms:
        """Return terms under which entries are late to be read and only the one hit is kept."""
        late = max(self.latency, PESSIMISTIC_LATENCY)
        return replace(self, latency=late, refresh="matched")
