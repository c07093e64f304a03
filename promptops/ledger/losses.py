"""What never came into the ledger, as far as it is known: sums by day, for those who read sums."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.ledger.place import Place, told
from promptops.ledger.tallies import left_behind
from promptops.model.days import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

_LOSSES: Final = "SELECT loss_id, at, kind, cause, number FROM losses"
_THERE: Final = "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'losses'"
_DATED: Final = (-719_162, 2_900_000)  # days that have a date; a clock may say anything


class Lost(NamedTuple):
    """How many records were lost on a day (of UTC, since 1970): calls, outcomes or texts."""

    day: int
    kind: str
    cause: str
    number: int


def sentences(losses: Iterable[Lost]) -> tuple[str, ...]:
    """Return a sentence for each kind and cause, with the days in which that was."""
    found: dict[tuple[str, str], list[Lost]] = {}
    for one in losses:
        found.setdefault((one.kind, one.cause), []).append(one)
    return tuple(
        f"{_counted(kind, sum(one.number for one in some))} not recorded {_when(some)}: {cause}"
        for (kind, cause), some in found.items()
    )


def _counted(kind: str, number: int) -> str:
    return f"1 {kind} was" if number == 1 else f"{number:,} {kind}s were"


def _when(losses: Sequence[Lost]) -> str:
    days = [one.day for one in losses]
    first, last = _date(min(days)), _date(max(days))
    return f"on {first}" if first == last else f"from {first} to {last}"


def _date(day: int) -> str:
    found = datetime.fromtimestamp(day * SECONDS, UTC)
    return f"{found.day} {found:%B %Y}"


def lost(path: Path, first: int | None = None, last: int | None = None) -> tuple[Lost, ...]:
    """Return what a ledger misses of some days, by day, kind and cause; first and last included.

    What was lost with processes that are gone is known also before another has written it down.

    Raises:
        LedgerError: It cannot be read.
    """
    low = _DATED[0] if first is None else first
    high = _DATED[1] if last is None else last
    left = [loss for one in left_behind(path) for loss in one.losses]
    found = {one.loss_id: (one.at, one.kind, one.cause, one.number) for one in left}
    found |= {key: tuple(row) for key, *row in _written(path)}
    sums: Counter[tuple[int, str, str]] = Counter()
    for at, kind, cause, number in found.values():
        sums[int(at // SECONDS), kind, cause] += number
    return tuple(
        Lost(day, kind, cause, number)
        for (day, kind, cause), number in sorted(sums.items())
        if low <= day <= high
    )


def _written(path: Path) -> list[tuple[Any, ...]]:
    place = Place(str(path), path.absolute().as_uri(), path)
    with closing(place.connect(write=False)) as connection, told(place.name):
        if connection.execute(_THERE).fetchone() == (0,):
            return []
        return connection.execute(_LOSSES).fetchall()
