"""Where recorded calls and their outcomes are kept: in the ledger's file, beside its evals."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from promptops.errors import LedgerError
from promptops.ledger import schema
from promptops.ledger.call_rows import Laid, outcome
from promptops.ledger.call_tables import (
    CALL_COLUMNS,
    CONTEXT_COLUMNS,
    COUNTED_COLUMNS,
    OUTCOME_COLUMNS,
)
from promptops.ledger.place import Place, told, writing
from promptops.ledger.tables import PRICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from promptops.ledger.tables import Columns
    from promptops.model.calls import Call, Outcome

AT_ONCE: Final = 20_000  # rows of a commit


class Added(NamedTuple):
    """How many rows were new, and how many were there already."""

    new: int
    known: int


class CallStore:
    """Adds calls and outcomes; one object is used by one thread, any number of which may write."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._laid = Laid()
        self._connection = place.connect()

    @classmethod
    def open(cls, path: str | Path, *, busy: float = 30.0) -> Self:
        """Open the ledger of a path, which is made where it is missing.

        Raises:
            LedgerError: It cannot be opened or written, is no ledger, or is of a newer promptops.
        """
        place = Place.file(Path(path), busy)
        with closing(place.connect()) as connection, told(place.name):
            if schema.taken(connection) != schema.NEWEST:
                schema.migrate(connection)
        return cls(place)

    def add(self, calls: Iterable[Call]) -> Added:
        """Add calls, so many in each commit; one that is there already stays as it is.

        Raises:
            LedgerError: They cannot be written; what was committed before stays.
            NotEstimable: A call wrote to the cache for three lifetimes.
        """
        new = known = 0
        waiting = iter(calls)
        while some := list(islice(waiting, AT_ONCE)):
            rows = [self._laid.call(call) for call in some]
            added = self._write("calls", CALL_COLUMNS, rows)
            new, known = new + added, known + len(rows) - added
            self.count({one.call_id: n for one in some if (n := one.o200k_tokens) is not None})
        return Added(new, known)

    def tell(self, outcomes: Iterable[Outcome]) -> Added:
        """Add outcomes; one that is there already stays as it is.

        Raises:
            LedgerError: They cannot be written.
        """
        rows = [outcome(one) for one in outcomes]
        added = self._write("outcomes", OUTCOME_COLUMNS, rows)
        return Added(added, len(rows) - added)

    def count(self, tokens: Mapping[str, int]) -> None:
        """Add the tokens of o200k_base of what calls were asked, by the calls' ids.

        Raises:
            LedgerError: They cannot be written.
        """
        if tokens:
            self._write("counted", COUNTED_COLUMNS, list(tokens.items()))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _write(self, table: str, columns: Sequence[str], rows: list[Columns]) -> int:
        connection, laid = self._connection, self._laid
        with told(self._place.name), writing(connection):
            connection.executemany(PRICES.insert, map(PRICES.encode, laid.prices))
            connection.executemany(_insert("contexts", CONTEXT_COLUMNS), laid.contexts)
            before = connection.total_changes
            try:
                connection.executemany(_insert(table, columns), rows)
            except OverflowError:
                raise LedgerError(f"{table}: a number has more than 63 bits") from None
            added = connection.total_changes - before
        laid.prices.clear()
        laid.contexts.clear()
        return added


_OLD: Final = ("calls", "outcomes")
_UNUSED: Final = (
    "DELETE FROM contexts WHERE context_id NOT IN (SELECT context_id FROM calls)",
    "DELETE FROM counted WHERE call_id NOT IN (SELECT call_id FROM calls)",
)


def old(path: Path, before: float) -> tuple[int, int]:
    """Return how many calls and outcomes of a ledger are older than a time.

    Raises:
        LedgerError: It cannot be read.
    """
    place = Place.file(path, 30.0)
    with closing(place.connect(write=False)) as connection, told(place.name):
        query = (
            "SELECT (SELECT count(*) FROM calls WHERE at < :at),"
            " (SELECT count(*) FROM outcomes WHERE at < :at)"
        )
        calls, outcomes = connection.execute(query, {"at": before}).fetchone()
    return calls, outcomes


def prune(path: Path, before: float) -> dict[str, int]:
    """Delete the calls and outcomes of a ledger that are older than a time; returns how many.

    The bytes are overwritten. Prices stay until ``Ledger.prune`` looks for those that nothing uses.

    Raises:
        LedgerError: Nothing could be deleted.
    """
    place = Place.file(path, 30.0)
    with closing(place.connect()) as connection, told(place.name):
        connection.execute("PRAGMA secure_delete = ON")
        with writing(connection):
            gone = {
                table: connection.execute(f"DELETE FROM {table} WHERE at < ?", (before,)).rowcount  # noqa: S608
                for table in _OLD
            }
            for unused in _UNUSED:
                connection.execute(unused)
    return gone


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ",".join("?" * len(columns))
    return (
        f"INSERT INTO {table} ({','.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
        " ON CONFLICT DO NOTHING"
    )
