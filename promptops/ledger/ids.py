"""Ids of chance, that nobody else makes: so the ledgers of two machines can be laid together."""

from __future__ import annotations

import os
from typing import Final

_AT_ONCE: Final = 256
_DRAWN: Final[list[str]] = []
if hasattr(os, "register_at_fork"):  # a child would give out what its parent does
    os.register_at_fork(after_in_child=_DRAWN.clear)


def new_id(now: float) -> str:
    """Return an id that nobody else makes, and that sorts after those of earlier milliseconds."""
    return f"{int(now * 1000) & 0xFFFFFFFFFFFF:012x}{_chance()}"


def _chance() -> str:
    """Return 80 bits that are given out once; many are drawn at a time, as to draw lets go the GIL.

    Whoever has it then may keep it for milliseconds, while all calls of a run wait.
    """
    while True:
        try:
            return _DRAWN.pop()
        except IndexError:
            drawn = os.urandom(10 * _AT_ONCE).hex()
            _DRAWN.extend(drawn[at : at + 20] for at in range(0, len(drawn), 20))
