"""What known shapes of work cost: agent loops, tenants, named resources, tiers, bills."""

from __future__ import annotations

from decimal import Decimal
from math import floor, log
from typing import TYPE_CHECKING

from promptops.caching.requests import Block, Request
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.caching.terms import Terms

MILLION = Decimal(1_000_000)
TURN_SECONDS = 30


@dataclass(frozen=True, slots=True)
class AgentLoop:
    """A system prompt to which every turn appends tokens."""

    system: int
    per_turn: int
    turns: int

    def plain(self) -> float:
        """Return the cost without any mark."""
        return self.turns * self.system + self.per_turn * self.turns * (self.turns + 1) / 2

    def system_only(self, w: float, r: float) -> float:
        """Return the cost with one mark, after the system prompt."""
        written = w * self.system + (self.turns - 1) * r * self.system
        return written + self.per_turn * self.turns * (self.turns + 1) / 2

    def moving(self, w: float, r: float) -> float:
        """Return the cost with one mark that moves with the end."""
        n, d = self.turns, self.per_turn
        return w * (self.system + n * d) + r * ((n - 1) * self.system + d * n * (n - 1) / 2)

    def requests(self, ttl: str, *, blocks: int, at: Iterable[str]) -> list[Request]:
        """Return the loop's requests, each turn appending so many blocks.

        ``at`` names the marks: ``system``, ``end``, and ``previous`` for the last turn's end.
        """
        marked = frozenset(at)
        size, rest = divmod(self.per_turn, blocks)
        sent = [Block(self.system, "system")]
        found = []
        for turn in range(self.turns):
            sent += [Block(size + (n < rest), f"{turn}.{n}") for n in range(blocks)]
            end = len(sent) - 1
            places = {"system": 0, "end": end, "previous": end - blocks}
            marks = {place: ttl for name, place in places.items() if name in marked}
            found.append(Request(turn * TURN_SECONDS, tuple(sent), marks))
        return found


def moving_turns(w: float, r: float) -> int:
    """Return from which turn on a moving mark costs less than one after the system prompt."""
    return floor((2 * w - 1 - r) / (1 - r)) + 1


def rate_per_key(terms: Terms, ttl: str) -> float:
    """Return the random calls a minute that one key must make for its own mark to pay."""
    w, r = terms.write[ttl], terms.read
    return log((w - r) / (1 - r)) / (terms.seconds[ttl] / 60)


@dataclass(frozen=True, slots=True)
class Resource:
    """A cache that is created, stored by the hour and read by name; prices a million tokens."""

    price: Decimal
    cached_price: Decimal
    storage_price: Decimal  # an hour

    def cost(self, cached: int, tail: int, queries: int, hours: Decimal) -> Decimal:
        """Return the dollars of creating it once, keeping it and asking of it."""
        kept = cached * (self.price + self.storage_price * hours + queries * self.cached_price)
        return (kept + queries * tail * self.price) / MILLION

    def plain_cost(self, cached: int, tail: int, queries: int) -> Decimal:
        """Return the dollars of the same queries without it."""
        return queries * (cached + tail) * self.price / MILLION

    def first_hour_reads(self) -> Decimal:
        """Return the reads that pay for creation and the first hour."""
        return (self.price + self.storage_price) / (self.price - self.cached_price)

    def reads_per_hour(self) -> Decimal:
        """Return the reads an hour that pay for its storage."""
        return self.storage_price / (self.price - self.cached_price)
