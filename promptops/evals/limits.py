"""How fast a model may be asked: buckets of requests and tokens, and a concurrency that adapts.

Buckets follow what is configured and what the vendor's headers say. Concurrency is halved by a
refusal for want of room, once in a round trip, and grows by one with each window of successes: as
TCP does (additive increase, multiplicative decrease).
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import field
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from promptops.model.evaluation import Limit

MINUTE: Final = 60.0
SOON: Final = 1e-3  # seconds


@dataclass
class Bucket:
    """So much a minute, saved up to a minute's worth."""

    per_minute: float
    level: float
    at: float  # when the level was that

    def wait(self, amount: float, now: float) -> float:
        """Return the seconds until so much is there; what can never be is let through when full."""
        self._fill(now)
        missing = min(amount, self.per_minute) - self.level
        return max(missing, 0.0) * MINUTE / self.per_minute

    def take(self, amount: float, now: float) -> None:
        """Take so much out; the level may fall below nothing."""
        self._fill(now)
        self.level -= amount

    def told(self, limit: int | None, remaining: int | None, now: float) -> None:
        """Believe a vendor about the limit and about what is left, if that is less than thought."""
        self._fill(now)
        if limit:
            self.per_minute = float(limit)
        if remaining is not None:
            self.level = min(self.level, float(remaining))

    def _fill(self, now: float) -> None:
        grown = self.level + max(now - self.at, 0.0) * self.per_minute / MINUTE
        self.level, self.at = min(grown, self.per_minute), max(now, self.at)


@dataclass
class Room:
    """How many calls of a model may be under way."""

    most: int
    now: float = 0.0  # calls, in a fraction where it grows
    halved_at: float = float("-inf")

    def __post_init__(self) -> None:
        self.now = self.now or float(self.most)

    @property
    def places(self) -> int:
        """Calls that may be under way, at least one."""
        return max(int(self.now), 1)

    def refused(self, sent_at: float, now: float) -> None:
        """Halve it, unless the refused call was sent before it was halved last."""
        if sent_at >= self.halved_at:
            self.now = max(self.now / 2, 1.0)
            self.halved_at = now

    def succeeded(self) -> None:
        """Grow by one for as many successes as there are places."""
        self.now = min(self.now + 1 / self.places, float(self.most))


@dataclass
class Gate:
    """Lets calls of one model through: as many as there is room for, as fast as buckets fill.

    ``clock`` tells seconds that never go back; ``sleep`` waits for some.
    """

    room: Room
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]
    buckets: dict[str, Bucket] = field(default_factory=dict)
    under_way: int = 0
    paused_until: float = float("-inf")

    def __post_init__(self) -> None:
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._called = 0  # of those that waited, and have not looked again yet

    async def enter(self, amounts: Mapping[str, float]) -> None:
        """Wait for a place and for so much of each kind, then take them."""
        while True:
            now = self.clock()
            wait = self.paused_until - now
            for kind, bucket in self.buckets.items():
                if kind in amounts:
                    wait = max(wait, bucket.wait(amounts[kind], now))
            if self.under_way < self.room.places and wait <= SOON:
                break
            if wait > SOON:
                await self.sleep(wait)
            else:
                await self._turn()
        self.under_way += 1
        for kind, bucket in self.buckets.items():
            if kind in amounts:
                bucket.take(amounts[kind], now)
        self._next()  # it may have had its turn before there was more room

    def leave(self) -> None:
        """Give a place back."""
        self.under_way -= 1
        self._next()

    async def _turn(self) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._called -= 1
                self._next()
            raise
        self._called -= 1

    def _next(self) -> None:
        """Let those that have waited longest look again: as many as there are places, not all."""
        while self._waiting and self.under_way + self._called < self.room.places:
            turn = self._waiting.popleft()
            if not turn.done():
                self._called += 1
                turn.set_result(None)

    def pause(self, seconds: float) -> None:
        """Let nothing through for so long, as a vendor asked."""
        self.paused_until = max(self.paused_until, self.clock() + seconds)

    def told(self, limits: Iterable[Limit]) -> None:
        """Believe a vendor's headers."""
        now = self.clock()
        for one in limits:
            if one.kind in self.buckets:
                self.buckets[one.kind].told(one.limit, one.remaining, now)
            elif one.limit:
                left = float(one.limit if one.remaining is None else one.remaining)
                self.buckets[one.kind] = Bucket(float(one.limit), left, now)
