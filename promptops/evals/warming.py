"""The first call of a prefix goes alone, so that those that follow can read what it wrote."""

from __future__ import annotations

import asyncio
from dataclasses import field
from typing import TYPE_CHECKING

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


@dataclass
class _Prefix:
    warm_until: float
    opened: asyncio.Event


@dataclass
class Warming:
    """Holds calls back while the first of their prefix is on its way; at most once a lifetime.

    A cache entry can be read only once the response that writes it has begun, so calls that are
    sent together all write it.
    """

    clock: Callable[[], float]
    _known: dict[Hashable, _Prefix] = field(default_factory=dict)

    async def enter(self, prefix: Hashable, seconds: float) -> bool:
        """Return at once for the first call of a prefix, and then True; others wait for it."""
        while True:
            found = self._known.get(prefix)
            if found is None or (found.opened.is_set() and self.clock() >= found.warm_until):
                self._known[prefix] = _Prefix(self.clock() + seconds, asyncio.Event())
                return True
            if found.opened.is_set():
                found.warm_until = self.clock() + seconds  # each read renews it
                return False
            await found.opened.wait()

    def opened(self, prefix: Hashable, *, warm: bool) -> None:
        """Let the others through: the response has begun, or the call failed and warmed nothing."""
        found = self._known[prefix]
        if not warm:
            found.warm_until = float("-inf")
        found.opened.set()
