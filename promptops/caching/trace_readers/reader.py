"""What a reader of one kind of file is, and what several of them need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from math import inf
from sys import intern
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import UsageError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.caching.traces import Recorded

CONTRADICTION: Final = "a usage that cannot be read"
_DIGITS: Final = 19
_MILLISECONDS_FROM: Final = 1e11  # as seconds this is the year 5138


class Unread(UsageError):
    """A row that is no call, or one that cannot be read, for a reason that is counted."""

    def __init__(self, reason: str, detail: str = "") -> None:
        self.reason = reason
        super().__init__(f"{reason}: {detail}" if detail else reason)


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of file is read.

    ``fits`` says whether a value of the file is of this kind, ``rows`` yields what may each be a
    call in it, ``read`` returns the call or raises ``Unread``. A ``strict`` kind has no rows that
    are not calls, so that each one that cannot be read is an error.
    """

    name: str
    fits: Callable[[Any], bool]
    rows: Callable[[Any], Iterable[Any]]
    read: Callable[[Any], Recorded]
    strict: bool = False


def has(value: Any, *keys: str) -> bool:
    """Whether a value is a mapping with one of some keys."""
    return isinstance(value, Mapping) and any(key in value for key in keys)


def first(row: Mapping[str, Any], *keys: str) -> Any:
    """Return the value of the first key that holds one."""
    return next((row[key] for key in keys if row.get(key) not in (None, "")), None)


def name(value: Any) -> str | None:
    """Return a text that names something, or None."""
    return intern(value) if isinstance(value, str) and value else None


def whole(value: Any) -> Any:
    """Return a whole number of 64 bits that is written as text as a number; else the value."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _DIGITS:
        return int(value)
    return value


def tokens(value: Any) -> int | None:
    """Return a count of tokens, also one that is written as text; None where it is none."""
    found = whole(value)
    return found if type(found) is int and found >= 0 else None


def flag(row: Mapping[str, Any], key: str) -> bool | None:
    """Return what a row says of itself, None where it says nothing.

    Raises:
        Unread: It says something else than true or false.
    """
    value = row.get(key)
    if value is None or isinstance(value, bool):
        return value
    raise Unread(f"{key}: expected true or false")


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping, also one that is written as JSON text; else an empty one."""
    if isinstance(value, str) and value.startswith("{"):
        import json

        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, Mapping) else {}


def listed(value: Any) -> str | None:
    """Return the first of some names, or the only one."""
    return name(value[0] if isinstance(value, list) and value else value)


def between(start: float, end: float) -> float | None:
    """Return the seconds from a time to a later one; None where it is none."""
    return end - start if end >= start else None


def reference(prompt: Any, version: Any) -> str | None:
    """Return ``name@version``, or the name alone."""
    found = name(prompt)
    if found is None or version is None or isinstance(version, bool) or version == "":
        return found
    return intern(f"{found}@{version}")


def moment(value: Any, key: str, *, utc: bool = False) -> float:
    """Return a time in seconds since 1970.

    Args:
        value: Seconds, or RFC 3339 text.
        key: Where it stands, for messages.
        utc: A text without an offset is in UTC, since its source says so.

    Raises:
        Unread: It is something else.
    """
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        if not 0 <= value < inf:
            raise Unread(f"{key} is no number of seconds since 1970")
        if value >= _MILLISECONDS_FROM:
            raise Unread(f"{key} looks like milliseconds: divide it by 1000")
        return float(value)
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None and utc:
            found = found.replace(tzinfo=UTC)
        if found.tzinfo is not None:
            return found.timestamp()
    except (TypeError, ValueError, OverflowError):
        told = "give seconds since 1970, or text like 2026-11-22T08:00:00Z"
        raise Unread(f"{key} is no time: {told}") from None
    raise Unread(f"{key} has no offset from UTC: add Z or +01:00")
