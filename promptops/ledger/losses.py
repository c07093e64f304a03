"""What never came into the ledger, as far as it is known: sums by day, for those who read sums."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.ledger.place import Place, told

if TYPE_CHECKING:
    from pathlib import Path

DAY: Final = 86_400  # seconds
_LOSSES: Final = """
SELECT CAST(at / 86400 AS INTEGER) AS day, kind, cause, sum(number) FROM losses
GROUP BY day, kind, cause HAVING day BETWEEN :first AND :last ORDER BY day, kind, cause
"""
_THERE: Final = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'losses'"
_DATED: Final = (-719_162, 2_900_000)  # days that have a date; a clock may say anything


class Lost(NamedTuple):
    """How many records were lost on a day (of UTC, since 1970): calls, outcomes or texts."""

    day: int
    kind: str
    cause: str
    number: int

    def __str__(self) -> str:
        """Return it as a sentence."""
        one = self.number == 1
        what = f"{self.number:,} {self.kind}{'' if one else 's'} {'was' if one else 'were'}"
        on = datetime.fromtimestamp(self.day * DAY, UTC)
        return f"{what} not recorded on {on.day} {on:%B %Y}: {self.cause}"


def lost(path: Path, first: int | None = None, last: int | None = None) -> tuple[Lost, ...]:
    """Return what a ledger misses of some days, by day, kind and cause; first and last included.

    Raises:
        LedgerError: It cannot be read.
    """
    place = Place(str(path), path.absolute().as_uri(), path)
    with closing(place.connect(write=False)) as connection, told(place.name):
        if connection.execute(_THERE).fetchone() == (0,):
            return ()
        window = {
            "first": _DATED[0] if first is None else first,
            "last": _DATED[1] if last is None else last,
        }
        return tuple(Lost(*row) for row in connection.execute(_LOSSES, window))
