"""What there is of recorded calls and is too old: counted, or deleted."""

from __future__ import annotations

import math
from contextlib import closing
from typing import TYPE_CHECKING, Final

from promptops.ledger import pruning, schema
from promptops.ledger.place import Place, told, writing

if TYPE_CHECKING:
    import sqlite3
    from pathlib import Path

_OLD: Final = {"calls": "at", "outcomes": "at", "losses": "at", "billed": "begins"}
_UNUSED: Final = (
    "DELETE FROM contexts WHERE context_id NOT IN (SELECT context_id FROM calls)",
    "DELETE FROM counted WHERE call_id NOT IN (SELECT call_id FROM calls)",
)
_TEXTS: Final = "text_sha256 NOT IN (SELECT text_sha256 FROM call_texts WHERE at >= ?)"
_BUSY: Final = 30.0  # seconds


def old(path: Path, before: float | None, texts_before: float | None = None) -> dict[str, int]:
    """Return how many rows of a ledger ``prune`` would delete, by table.

    Raises:
        LedgerError: It cannot be read.
    """
    calls, texts = _limits(before, texts_before)
    with closing(_current(path)) as connection, told(str(path)):
        asked = [
            (one, f"SELECT count(*) FROM {one} WHERE {when} < ?", calls)  # noqa: S608
            for one, when in _OLD.items()
        ]
        asked.append(("texts", f"SELECT count(*) FROM texts WHERE {_TEXTS}", texts))  # noqa: S608
        return {one: connection.execute(query, (at,)).fetchone()[0] for one, query, at in asked}


def prune(path: Path, before: float | None, texts_before: float | None = None) -> dict[str, int]:
    """Delete what of recorded calls is older than a time; returns how many rows went, by table.

    Texts that no younger call has go with their calls, and those before ``texts_before`` as well.
    Bytes are overwritten in what SQLite writes next; ``overwritten`` leaves none in any file.
    Prices stay until ``Ledger.prune`` looks for those that nothing uses.

    Raises:
        LedgerError: Nothing could be deleted.
    """
    calls, texts = _limits(before, texts_before)
    with closing(_current(path)) as connection, told(str(path)):
        connection.execute("PRAGMA secure_delete = ON")
        with writing(connection):
            gone = {
                table: connection.execute(
                    f"DELETE FROM {table} WHERE {when} < ?",  # noqa: S608
                    (calls,),
                ).rowcount
                for table, when in _OLD.items()
            }
            for unused in _UNUSED:
                connection.execute(unused)
            connection.execute("DELETE FROM call_texts WHERE at < ?", (texts,))
            query = f"DELETE FROM texts WHERE {_TEXTS}"  # noqa: S608
            gone["texts"] = connection.execute(query, (-math.inf,)).rowcount
    return gone


_DOOMED: Final = """
CREATE TEMP TABLE doomed AS
SELECT call_id, session FROM calls WHERE session = :session OR tenant = :tenant"""
_OF_DOOMED: Final = {
    "outcomes": "call_id IN (SELECT call_id FROM temp.doomed) OR session = :session "
    "OR session IN (SELECT session FROM temp.doomed)",
    "call_texts": "call_id IN (SELECT call_id FROM temp.doomed)",
    "texts": "text_sha256 NOT IN (SELECT text_sha256 FROM call_texts)",
    "calls": "call_id IN (SELECT call_id FROM temp.doomed)",
}


def forget(
    path: Path, *, session: str | None = None, tenant: str | None = None, only_count: bool = False
) -> dict[str, int]:
    """Delete all calls of a session or of a tenant, with their texts and what came of them.

    Returns how many rows went, or would, by table. Outcomes of their sessions go as well.

    Raises:
        LedgerError: Nothing could be deleted.
    """
    whose = {"session": session, "tenant": tenant}
    with closing(_current(path)) as connection, told(str(path)):
        connection.execute("PRAGMA secure_delete = ON")
        connection.execute("BEGIN IMMEDIATE")
        try:
            connection.execute(_DOOMED, whose)
            gone = {
                table: connection.execute(f"DELETE FROM {table} WHERE {which}", whose).rowcount  # noqa: S608
                for table, which in _OF_DOOMED.items()
            }
            for unused in _UNUSED:
                connection.execute(unused)
            if not only_count:
                connection.execute("COMMIT")
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    del gone["call_texts"]
    return gone


def overwritten(path: Path) -> None:
    """Leave no byte of what was deleted in the files of a ledger.

    Raises:
        LedgerError: Somebody still reads what was there before.
    """
    place = Place.file(path, _BUSY)
    with closing(place.connect()) as connection, told(place.name):
        connection.execute("PRAGMA secure_delete = ON")
        pruning.overwrite(connection, place.name)


def _limits(before: float | None, texts_before: float | None) -> tuple[float, float]:
    calls = -math.inf if before is None else before
    return calls, calls if texts_before is None else max(calls, texts_before)


def _current(path: Path) -> sqlite3.Connection:
    """Return a connection to a ledger that has taken all steps."""
    connection = Place.file(path, _BUSY).connect()
    try:
        with told(str(path)):
            if schema.taken(connection) != schema.NEWEST:
                schema.migrate(connection)
    except BaseException:
        connection.close()
        raise
    return connection
