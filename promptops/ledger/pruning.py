"""What is too old: deleted with all that nothing younger refers to, and overwritten."""

from __future__ import annotations

import sqlite3
from contextlib import suppress
from typing import Final

from promptops.errors import LedgerError
from promptops.ledger.leases import live_holder

_OLD: Final = "run_id IN (SELECT run_id FROM temp.doomed)"
_PRUNE: Final = {
    "reused": _OLD,
    "items": _OLD,
    "lost": _OLD,
    "batches": _OLD,
    "leases": _OLD,
    "runs": _OLD,
    # What a run that stays has used again belongs to that run too.
    "intents": f"{_OLD} AND attempt_id NOT IN (SELECT attempt_id FROM reused)",  # noqa: S608 - no value
    "results": "attempt_id NOT IN (SELECT attempt_id FROM intents)",
    "scores": "answer_key NOT IN (SELECT answer_key FROM intents)",
    "answers": "answer_sha256 NOT IN "
    "(SELECT answer_sha256 FROM results WHERE answer_sha256 IS NOT NULL)",
    "prices": "price_sha256 NOT IN "
    "(SELECT price_sha256 FROM results WHERE price_sha256 IS NOT NULL "
    "UNION SELECT price_sha256 FROM contexts WHERE price_sha256 IS NOT NULL)",
}

# Calls of a probe belong to no run that was written down.
_ENDED: Final = """
SELECT run_id FROM runs GROUP BY run_id HAVING max(started) < :before
UNION SELECT run_id FROM intents WHERE run_id NOT IN (SELECT run_id FROM runs)
GROUP BY run_id HAVING max(sent_at) < :before
"""


def prune(connection: sqlite3.Connection, before: float, now: float) -> dict[str, int]:
    """Delete runs that started before a time and whatever no other run refers to.

    A run that is under way stays. Returns how many rows went, by table.
    """
    connection.execute("CREATE TEMP TABLE doomed (run_id TEXT PRIMARY KEY)")
    doomed = [
        row for row in connection.execute(_ENDED, {"before": before}).fetchall()
        if not live_holder(connection, row[0], now)
    ]  # fmt: skip
    connection.executemany("INSERT INTO temp.doomed VALUES (?)", doomed)
    return {
        table: connection.execute(f"DELETE FROM {table} WHERE {which}").rowcount  # noqa: S608
        for table, which in _PRUNE.items()
    }


def overwrite(connection: sqlite3.Connection, name: str) -> None:
    """Leave no byte of deleted rows in the files of a ledger, and give their room back.

    Raises:
        LedgerError: Somebody still reads what was there before.
    """
    with suppress(sqlite3.OperationalError):  # no room for a copy: the bytes are gone even so
        connection.execute("VACUUM")
    busy, _, _ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    if busy:
        raise LedgerError(
            f"ledger {name}: the rows are deleted, but another process still reads them; until it "
            "has ended and this is done again, their bytes stay in the file"
        )
