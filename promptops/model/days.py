"""Days of UTC by number: 0 is 1 January 1970."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

SECONDS: Final = 86_400
_FIRST: Final = date(1970, 1, 1)


def day_of(number: int) -> date:
    """Return the date of a day's number."""
    return _FIRST + timedelta(days=number)


def number_of(day: date) -> int:
    """Return the number of a date."""
    return (day - _FIRST).days
