"""Rows of a file that were left out: how many for each reason, and where the first stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.caching.trace_reading import Unreadable

if TYPE_CHECKING:
    from promptops.caching.trace_readers.reader import Unread


class Left(dict[str, Unreadable]):
    """What was left out, by reason."""

    def add(self, line: int, why: Unread) -> None:
        """Count a row that begins on, or ends in, a line of the file."""
        found = self.setdefault(why.reason, Unreadable(0, line, str(why)))
        found.count += 1
