"""Files -> the ledger: what is there already stays as it is, and what cannot be read is counted."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING, Final, TypeVar

from promptops.errors import UsageError
from promptops.intake.billing import Billing
from promptops.intake.outcomes import Outcomes
from promptops.ledger.billed_store import bill
from promptops.ledger.call_store import CallStore

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from promptops.caching.trace_reading import Unreadable
    from promptops.intake.reading import Calls, Pricing, Reading

    Told = Callable[[int], None]  # is told how many rows have been taken in so far

# Calls of one go, in the order of their ids: the file is a tree of these, and neighbours are
# quicker to put into it.
_AT_ONCE: Final = 60_000
_BY_ID: Final = attrgetter("call_id")
Row = TypeVar("Row")


@dataclass(slots=True)
class Taken:
    """What came of a file: rows that were new, changed, there already, and left out by reason.

    ``error`` is why the file could be read no further. ``more`` says that a vendor's report has a
    further page, which is not in the file.
    """

    kind: str
    what: str  # call, outcome, bucket
    new: int = 0
    known: int = 0
    changed: int = 0
    left: dict[str, Unreadable] | None = None
    more: bool = False
    error: UsageError | None = None


def take(found: Reading, ledger: Path, price: Pricing, told: Told) -> Taken:
    """Take a file into the ledger of a path; what was read before an error is kept.

    Raises:
        LedgerError: The ledger cannot be written.
        NotEstimable: A call wrote to the cache for three lifetimes.
    """
    if isinstance(found, Billing):
        return _billed(found, ledger)
    with _uncollected(), CallStore.open(ledger, many=True) as store:
        if isinstance(found, Outcomes):
            return _outcomes(found, store, told)
        return _calls(found, store, price, told)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Look for no cycles meanwhile: there are none, and a sixth of the time goes to looking."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _calls(found: Calls, store: CallStore, price: Pricing, told: Told) -> Taken:
    taken = Taken(found.kind, "call")
    waiting = _whole(found.calls(price), taken)
    while some := list(islice(waiting, _AT_ONCE)):
        some.sort(key=_BY_ID)
        added = store.add(some)
        taken.new += added.new
        taken.known += added.known
        told(taken.new + taken.known)
    taken.known += found.repeated
    taken.left = dict(found.left)
    return taken


def _outcomes(found: Outcomes, store: CallStore, told: Told) -> Taken:
    taken = Taken(found.kind, "outcome")
    waiting = _whole(iter(found), taken)
    while some := list(islice(waiting, _AT_ONCE)):
        added = store.tell(some)
        taken.new += added.new
        taken.known += added.known
        told(taken.new + taken.known)
    taken.left = dict(found.left)
    return taken


def _billed(found: Billing, ledger: Path) -> Taken:
    taken = Taken(found.kind, "bucket")
    # Pages first, so that no other process waits for a lock while a file is read.
    pages = list(_whole(iter(found), taken))
    taken.new, taken.changed, taken.known = bill(ledger, pages)
    taken.left, taken.more = dict(found.left), found.more
    return taken


def _whole(rows: Iterator[Row], taken: Taken) -> Iterator[Row]:
    """Yield rows for as long as the file can be read."""
    try:
        yield from rows
    except UsageError as error:
        taken.error = error
