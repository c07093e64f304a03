"""A file of any kind that can be taken in, as one thing that is read and then tells of the reading.

Calls, outcomes of calls, and what vendors billed: the first value or the head says which.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.caching.trace_files import documents
from promptops.caching.trace_reading import READERS, read_trace
from promptops.errors import UsageError
from promptops.intake import billing, columns, outcomes
from promptops.intake.billing import Billing
from promptops.intake.calls import calls_of
from promptops.intake.left import Left
from promptops.intake.outcomes import Outcomes
from promptops.intake.tables import head_of, mapping

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from promptops.model.calls import Call
    from promptops.model.money import Price

    Pricing = Callable[[str, float], Price | None]

CSV: Final = columns.SOURCE
KINDS: Final = (*READERS, CSV, *billing.VENDORS, outcomes.KIND)


class Calls:
    """A file of calls; after reading, ``left`` and ``repeated`` tell of it.

    ``repeated`` calls had the id of an earlier one of the file, and were left out.

    Raises:
        UsageError: It is of no known kind, the mapping is wrong, or has columns that are not there.
    """

    def __init__(self, path: Path, kind: str | None, given: tuple[str, ...]) -> None:
        self.left = Left()
        self.repeated = 0
        self._path = path
        self._trace = None if kind == CSV else read_trace(path, kind)
        self.kind = CSV if self._trace is None else self._trace.reader.name
        self._columns = mapping(given, columns.FIELDS)
        if self._trace is None:
            columns.look(path, head_of(path), self._columns)

    def calls(self, price: Pricing) -> Iterator[Call]:
        """Yield the calls in the order of the file; ``price`` says what a model cost at a time.

        Raises:
            UsageError: The file cannot be read, or a line of our own kind is wrong.
        """
        self.left.clear()
        if self._trace is None:
            yield from columns.calls(self._path, self._columns, self.left, price)
            return
        try:
            yield from calls_of(self._trace, price, self.left)
        finally:
            self.repeated = self._trace.repeated
            self.left.update(self._trace.unread)


Reading = Calls | Outcomes | Billing


def reading(
    path: Path, kind: str | None = None, given: tuple[str, ...] = (), source: str | None = None
) -> Reading:
    """Return a file, to be read when it is asked.

    Args:
        path: JSON, lines of JSON or CSV; may be compressed with gzip.
        kind: One of ``KINDS``; without, the file's name, head or first value tells.
        given: ``FIELD=COLUMN`` for fields that a CSV has under other names.
        source: Of outcomes, whose ids of calls they tell.

    Raises:
        UsageError: The file cannot be read, is of no known kind, or an option means nothing to it.
    """
    csv = path.name.lower().removesuffix(".gz").endswith(".csv") or kind == CSV
    kind = kind or (_of_head(path, given) if csv else _of_value(path))
    if given and (not csv or kind in billing.VENDORS):
        raise UsageError(f"--map names columns of CSV files of calls, and {path} is none")
    if source is not None and kind != outcomes.KIND:
        raise UsageError(f"--source says whose calls outcomes are of, and {path} holds none")
    if kind in billing.VENDORS:
        return Billing(path, kind, csv=csv)
    if kind == outcomes.KIND:
        return Outcomes(path, given, source, csv=csv)
    return Calls(path, kind, given)


def _of_head(path: Path, given: tuple[str, ...]) -> str:
    head = head_of(path)
    if outcomes.fits_head(head, given):
        return outcomes.KIND
    return billing.vendor_of_head(head) or CSV


def _of_value(path: Path) -> str | None:
    """Return what the first value of a file is; None: a trace, if anything."""
    first = next(documents(path), None)
    if first is None:
        return None
    return billing.vendor_of(first[1]) or (outcomes.KIND if outcomes.fits(first[1]) else None)
