"""Many pairs measured by several processes; few by this one."""

from __future__ import annotations

import os
import sys
from itertools import pairwise
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.connection import Connection

FEWEST: Final = 60  # pairs to be measured that are worth a process

T = TypeVar("T")
R = TypeVar("R")


def shared(
    items: Sequence[T], work: Callable[[Sequence[T]], list[R]], fewest: int = FEWEST
) -> list[R]:
    """Return what ``work`` makes of items, each share of them in a process of its own.

    ``fewest`` items are worth a process.

    A process is a copy of this one, so what it needs has not to be sent; what it makes is sent
    back. The share of one that fails is done here, where its error is seen.
    """
    processes = min(_cores(), len(items) // fewest)
    if processes < 2 or sys.platform != "linux":  # noqa: PLR2004 - this one
        return work(items)
    from multiprocessing import get_context

    context = get_context("fork")
    ends = [len(items) * at // processes for at in range(processes + 1)]
    shares = [items[start:end] for start, end in pairwise(ends)]
    helpers = []
    for share in shares[1:]:
        ours, theirs = context.Pipe(duplex=False)
        helper = context.Process(target=_send, args=(theirs, work, share), daemon=True)
        helper.start()
        theirs.close()
        helpers.append((ours, helper))
    found = work(shares[0])
    for (ours, helper), share in zip(helpers, shares[1:], strict=True):
        made: list[R] | None = _received(ours)
        helper.join()
        found += work(share) if made is None else made
    return found


def _send(to: Connection, work: Callable[[Sequence[T]], list[R]], share: Sequence[T]) -> None:
    # What it says goes nowhere: if it fails, the work is done again where errors are told.
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a file for a descriptor
        os.dup2(nowhere.fileno(), 2)
    to.send(work(share))
    to.close()


def _received(ours: Connection) -> list[R] | None:
    try:
        made: list[R] = ours.recv()
    except (EOFError, OSError):
        return None
    finally:
        ours.close()
    return made


def _cores() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # not on Linux
        return os.cpu_count() or 1
