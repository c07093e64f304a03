"""Recorded calls in steps of time: days, weeks from Monday on, or months."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_DAYS: Final = 62
_MOST_WEEKS: Final = 62 * 7  # days


class Steps(NamedTuple):
    """Steps of time that follow one another: what each begins with, and what they are called."""

    noun: str
    of: Callable[[date], date]
    starts: tuple[date, ...]

    @property
    def told(self) -> list[str]:
        """What each step is called."""
        return [one.isoformat() if self.noun != "month" else f"{one:%Y-%m}" for one in self.starts]

    @property
    def caption(self) -> str:
        """What the steps are."""
        return {"day": "days (UTC)", "week": "weeks, by their Monday"}.get(self.noun, "months")


def steps(first: date, last: date, *, least: str = "day") -> Steps:
    """Return the steps of a window: at most some sixty, none shorter than ``least``."""
    days = (last - first).days + 1
    if days <= MOST_DAYS and least == "day":
        return _steps("day", _day, first, last)
    if days <= _MOST_WEEKS:
        return _steps("week", _monday, first, last)
    return _steps("month", _month, first, last)


def _steps(noun: str, of: Callable[[date], date], first: date, last: date) -> Steps:
    days = (first + timedelta(days=n) for n in range((last - first).days + 1))
    return Steps(noun, of, tuple(dict.fromkeys(map(of, days))))


def _day(day: date) -> date:
    return day


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date) -> date:
    return day.replace(day=1)
