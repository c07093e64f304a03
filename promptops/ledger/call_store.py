"""Where recorded calls and their outcomes are kept: in the ledger's file, beside its evals."""

from __future__ import annotations

from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from promptops.errors import LedgerError
from promptops.ledger import schema
from promptops.ledger.call_rows import Laid, kept, outcome
from promptops.ledger.call_tables import (
    CALL_COLUMNS,
    CONTEXT_COLUMNS,
    COUNTED_COLUMNS,
    OUTCOME_COLUMNS,
)
from promptops.ledger.place import Place, told, writing
from promptops.ledger.side_tables import CALL_TEXT_COLUMNS, LOSS_COLUMNS, TEXT_COLUMNS
from promptops.ledger.tables import PRICES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from promptops.ledger.tables import Columns
    from promptops.model.calls import Call, Loss, Outcome, Text

AT_ONCE: Final = 20_000  # rows of a commit
MANY: Final = 128 * 1024  # KiB


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
        self._inode = _inode(place)

    @classmethod
    def open(cls, path: str | Path, *, busy: float = 30.0, many: bool = False) -> Self:
        """Open the ledger of a path, which is made where it is missing.

        ``many`` rows are to come: up to 128 MB of the file are held in memory meanwhile.

        Raises:
            LedgerError: It cannot be opened or written, is no ledger, or is of a newer promptops.
        """
        place = Place.file(Path(path), busy)
        with closing(place.connect()) as connection, told(place.name):
            if schema.taken(connection) != schema.NEWEST:
                schema.migrate(connection)
        store = cls(place)
        if many:
            store._connection.execute(f"PRAGMA cache_size = -{MANY}")
        return store

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

    def keep(self, texts: Iterable[Text]) -> None:
        """Add texts of calls; one that many calls have is stored once.

        Raises:
            LedgerError: They cannot be written.
        """
        if laid := [kept(one) for one in texts]:
            texts_of, whose = zip(*laid, strict=True)
            self._write("texts", TEXT_COLUMNS, texts_of, ("call_texts", CALL_TEXT_COLUMNS, whose))

    def lose(self, losses: Sequence[Loss]) -> None:
        """Add what was lost; a loss that is there already stays as it is.

        Raises:
            LedgerError: It cannot be written.
        """
        self._write("losses", LOSS_COLUMNS, losses)

    @property
    def moved(self) -> bool:
        """Whether the file is another one now than that which was opened, or is gone."""
        return _inode(self._place) != self._inode

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()

    def _write(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Columns],
        *others: tuple[str, Sequence[str], Sequence[Columns]],
    ) -> int:
        connection, laid = self._connection, self._laid
        prices, contexts = list(laid.prices.values()), list(laid.contexts.values())
        # Also where this fails: each call lays its own out again, and one that no ledger takes
        # keeps no other from it.
        laid.prices.clear()
        laid.contexts.clear()
        with told(self._place.name), writing(connection):
            before = 0
            try:
                connection.executemany(PRICES.insert, map(PRICES.encode, prices))
                connection.executemany(_insert("contexts", CONTEXT_COLUMNS), contexts)
                before = connection.total_changes
                connection.executemany(_insert(table, columns), rows)
            except OverflowError:
                raise LedgerError(f"{table}: a number has more than 63 bits") from None
            added = connection.total_changes - before
            for name, its, more in others:
                connection.executemany(_insert(name, its), more)
        return added


def _inode(place: Place) -> int | None:
    try:
        return None if place.path is None else place.path.stat().st_ino
    except OSError:
        return None


def _insert(table: str, columns: Sequence[str]) -> str:
    places = ",".join("?" * len(columns))
    return (
        f"INSERT INTO {table} ({','.join(columns)}) VALUES ({places})"  # noqa: S608 - our own names
        " ON CONFLICT DO NOTHING"
    )
