"""What stands in the cells of CSV files: counts, seconds and times."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final

from promptops.caching.trace_readers.reader import Unread, moment
from promptops.intake.calls import MOST_TOKENS

_SHORT: Final = 12  # digits of a count that need no second look


def count(name: str, text: str) -> int:
    """Return a count of tokens, also as data frames write whole numbers: 12.0.

    Raises:
        Unread: It is none, or more than a call can have.
    """
    if text.isdigit() and len(text) <= _SHORT and text.isascii():
        return int(text)
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if 0 <= found <= MOST_TOKENS and found.is_integer():
        return int(found)
    raise Unread(f"{name} is no count")


def seconds(text: str) -> float:
    """Return how long something took.

    Raises:
        Unread: It is no such number, or of more than thirty years.
    """
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if 0 <= found < 10**9:
        return found
    raise Unread("latency is no number of seconds")


def time_of(text: str) -> float:
    """Return a time in seconds since 1970: such a number, or RFC 3339 text, without zone in UTC.

    Raises:
        Unread: It is neither.
    """
    try:
        found = float(text)
    except ValueError:
        try:
            told = datetime.fromisoformat(text)
            found = (told if told.tzinfo else told.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            raise Unread("at is no time") from None
    return moment(found, "at")
