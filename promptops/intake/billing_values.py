"""Figures and names in vendors' reports."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_readers.reader import Unread
from promptops.intake.calls import check

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CENT: Final = Decimal("0.01")
_MOST: Final = 10**15  # tokens of a bucket; sums of a year of such still have 63 bits
_MOST_USD: Final = 10**9
NO_SUM: Final = "a row that is no sum of tokens or dollars"


def begin_with(name: str, buckets: Any) -> bool:
    """Return whether these are buckets, as far as the first tells, that say when they begin so."""
    if not isinstance(buckets, list):
        return False
    return all(isinstance(one, dict) and name in one for one in buckets[:1])


def count(name: str, value: Any) -> int:
    """Return a count, also one that is written as text, or as data frames write whole numbers.

    Raises:
        Unread: It is none.
    """
    try:
        found = Decimal(str(value))
        if type(value) is not bool and found == found.to_integral_value() and 0 <= found <= _MOST:
            return int(found)
    except (InvalidOperation, ValueError):
        pass
    raise Unread(f"{name} is no count")


def dollars(value: Any, currency: str = "USD") -> Decimal:
    """Return an amount with all the digits that it was told with.

    Raises:
        Unread: It is none, or in another currency.
    """
    if currency.upper() != "USD":
        raise Unread("an amount in another currency than USD")
    try:
        found = Decimal(str(value))
    except (InvalidOperation, ValueError):
        raise Unread("an amount that is no number") from None
    if isinstance(value, bool) or not found.is_finite() or abs(found) > _MOST_USD:
        raise Unread("an amount that is no number")
    return found


def named(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str]:
    """Return what a result is grouped by, under our names; what is not among ``names`` is not.

    Raises:
        Unread: A name is as long as a text.
    """
    found = {}
    for theirs, ours in names.items():
        value = row.get(theirs)
        if isinstance(value, bool):
            found[ours] = str(value).lower()
        elif isinstance(value, str) and value:
            check(None, (value,))
            found[ours] = value
    return found


def results(value: Mapping[str, Any]) -> Iterator[tuple[Mapping[str, Any], Any]]:
    """Yield the results of a page or of a bucket, each with its bucket."""
    for bucket in value.get("data", (value,)):
        listed = bucket.get("results") if isinstance(bucket, dict) else None
        if isinstance(listed, list):
            yield from ((bucket, result) for result in listed)
        else:
            yield {}, None
