"""Before a process forks, its recorders let go of their ledgers; afterwards they go on."""

from __future__ import annotations

import os
import weakref
from typing import Final, Protocol

WAIT: Final = 2.5  # seconds at most, longer than a write waits for other processes


class Pausing(Protocol):
    """What is paused while a process forks."""

    def pause(self, timeout: float) -> bool:
        """Let go; returns whether it did."""

    def resume(self) -> None:
        """Go on."""

    def leave(self) -> None:
        """Let go, in the child, of what is its parent's."""


_WATCHED: Final[weakref.WeakSet[Pausing]] = weakref.WeakSet()
_PAUSED: Final[list[Pausing]] = []


def watch(one: Pausing) -> None:
    """Pause something whenever this process forks, as long as it is there."""
    _WATCHED.add(one)


def _before() -> None:
    _PAUSED.extend(one for one in list(_WATCHED) if one.pause(WAIT))


def _after() -> None:
    while _PAUSED:
        _PAUSED.pop().resume()


def _in_child() -> None:
    _after()
    for one in list(_WATCHED):
        one.leave()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before, after_in_parent=_after, after_in_child=_in_child)
