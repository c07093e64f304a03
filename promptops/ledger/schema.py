"""The tables of the ledger, step by step; the only module that knows sqlite_utils.

The number of steps that a file has taken is its ``user_version``. sqlite_utils takes a fifth of a
second and 100 MB to import, so only a file of an older version is handed to it; a new one takes the
same steps by itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.errors import LedgerError
from promptops.ledger.billed_tables import TABLE_OF_BILLED
from promptops.ledger.call_tables import (
    CALLS_NEVER_CHANGED,
    INDEXES_OF_SUMS,
    TABLE_OF_COUNTS,
    TABLES_OF_CALLS,
    VIEW_OF_CALLS,
)
from promptops.ledger.call_views import VIEWS
from promptops.ledger.place import writing
from promptops.ledger.side_tables import SIDE_NEVER_CHANGED, TABLES_BESIDE_CALLS

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable

    from sqlite_utils import Database

NEVER_CHANGED: Final = tuple(
    "runs items intents results lost reused answers scores batches prices".split()
)

_TABLES: Final = """
CREATE TABLE runs (
  run_id TEXT NOT NULL, shard TEXT NOT NULL, eval_sha256 TEXT NOT NULL,
  dataset_sha256 TEXT NOT NULL, plan TEXT NOT NULL, seed INTEGER NOT NULL, git_commit TEXT,
  prices_sha256 TEXT, promptops_version TEXT NOT NULL, started REAL NOT NULL,
  PRIMARY KEY (run_id, shard)
) WITHOUT ROWID;

CREATE TABLE leases (
  run_id TEXT NOT NULL PRIMARY KEY, holder TEXT NOT NULL, host TEXT NOT NULL, pid INTEGER NOT NULL,
  heartbeat REAL NOT NULL
) WITHOUT ROWID;

CREATE TABLE items (
  run_id TEXT NOT NULL, case_id TEXT NOT NULL, version TEXT NOT NULL, model TEXT NOT NULL,
  repeat INTEGER NOT NULL, position INTEGER NOT NULL, cluster TEXT NOT NULL,
  answer_key TEXT NOT NULL, request_hash TEXT NOT NULL, inputs_sha256 TEXT NOT NULL,
  PRIMARY KEY (run_id, case_id, version, model, repeat)
) WITHOUT ROWID;

CREATE TABLE intents (
  run_id TEXT NOT NULL, attempt_id TEXT NOT NULL, answer_key TEXT NOT NULL,
  request_hash TEXT NOT NULL, model TEXT NOT NULL, purpose TEXT NOT NULL,
  attempt_no INTEGER NOT NULL, cause_of_retry TEXT, sent_at REAL NOT NULL, reserved_usd TEXT,
  batch_id TEXT,
  PRIMARY KEY (run_id, attempt_id)
) WITHOUT ROWID;

CREATE INDEX intents_by_answer ON intents (answer_key);

CREATE TABLE results (
  attempt_id TEXT NOT NULL PRIMARY KEY, model TEXT NOT NULL, status TEXT NOT NULL, cause TEXT,
  message TEXT, http_status INTEGER, vendor_request_id TEXT, model_served TEXT, finish_reason TEXT,
  answer_sha256 TEXT, input_tokens INTEGER, cache_read_tokens INTEGER, cache_write_tokens TEXT,
  output_tokens INTEGER, reasoning_tokens INTEGER, price_sha256 TEXT, tier TEXT,
  billed TEXT NOT NULL, latency REAL, first_byte REAL, queued REAL, ended_at REAL NOT NULL
) WITHOUT ROWID;

CREATE INDEX results_by_model ON results (model, ended_at) WHERE model_served IS NOT NULL;

CREATE TABLE lost (
  run_id TEXT NOT NULL, attempt_id TEXT NOT NULL, PRIMARY KEY (run_id, attempt_id)
) WITHOUT ROWID;

CREATE TABLE reused (
  run_id TEXT NOT NULL, answer_key TEXT NOT NULL, attempt_id TEXT NOT NULL, from_run TEXT NOT NULL,
  PRIMARY KEY (run_id, answer_key, attempt_id, from_run)
) WITHOUT ROWID;

CREATE TABLE answers (
  answer_sha256 TEXT NOT NULL PRIMARY KEY, text TEXT NOT NULL, tool_calls TEXT, structured TEXT
);

CREATE TABLE scores (
  answer_key TEXT NOT NULL, scorer_key TEXT NOT NULL, score_id TEXT NOT NULL,
  answer_sha256 TEXT NOT NULL, expected_sha256 TEXT NOT NULL, repeat INTEGER NOT NULL, value REAL,
  label TEXT, reason TEXT NOT NULL, error TEXT, raw REAL, judge_attempt_ids TEXT NOT NULL,
  scored_at REAL NOT NULL,
  PRIMARY KEY (answer_key, scorer_key, score_id)
) WITHOUT ROWID;

CREATE TABLE batches (
  batch_id TEXT NOT NULL, state TEXT NOT NULL, at REAL NOT NULL, run_id TEXT NOT NULL,
  nonce TEXT NOT NULL, provider TEXT NOT NULL, account TEXT NOT NULL, vendor_file_id TEXT,
  vendor_batch_id TEXT,
  PRIMARY KEY (batch_id, state, at)
) WITHOUT ROWID;

CREATE TABLE prices (
  price_sha256 TEXT NOT NULL PRIMARY KEY, model TEXT NOT NULL, price TEXT NOT NULL
) WITHOUT ROWID"""
_FIXED: Final = """;

CREATE TRIGGER {table}_never_change BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"""
_VIEW: Final = """
CREATE VIEW attempts AS
SELECT intents.run_id, intents.attempt_id, intents.model, intents.purpose, intents.attempt_no,
  intents.cause_of_retry, datetime(intents.sent_at, 'unixepoch') AS sent,
  CASE WHEN results.attempt_id IS NOT NULL THEN results.status
       WHEN lost.attempt_id IS NOT NULL THEN 'lost' ELSE 'in flight' END AS state,
  results.cause, results.http_status, results.finish_reason, results.model_served,
  results.input_tokens, results.cache_read_tokens, results.cache_write_tokens,
  results.output_tokens, results.reasoning_tokens, results.billed, results.latency,
  intents.reserved_usd, results.answer_sha256, intents.answer_key
FROM intents LEFT JOIN results USING (attempt_id) LEFT JOIN lost USING (run_id, attempt_id)
"""
_SCOPE: Final = """
ALTER TABLE runs ADD COLUMN scope TEXT;

ALTER TABLE leases ADD COLUMN since REAL
"""


def _fixed(tables: Iterable[str]) -> str:
    return "".join(_FIXED.format(table=one) for one in tables)


_STEPS: Final = (
    ("m001_rows_of_evals", _TABLES + _fixed(NEVER_CHANGED)),
    ("m002_a_view_of_attempts", _VIEW),
    ("m003_the_scope_of_runs", _SCOPE),
    ("m004_recorded_calls", TABLES_OF_CALLS + _fixed(CALLS_NEVER_CHANGED)),
    ("m005_a_view_of_recorded_calls", VIEW_OF_CALLS),
    ("m006_indexes_that_sums_read", INDEXES_OF_SUMS),
    ("m007_counts_of_what_calls_were_asked", TABLE_OF_COUNTS + _fixed(["counted"])),
    ("m008_texts_and_losses_of_calls", TABLES_BESIDE_CALLS + _fixed(SIDE_NEVER_CHANGED)),
    ("m009_what_vendors_billed", TABLE_OF_BILLED),
    ("m010_views_of_what_was_spent", VIEWS),
)
NEWEST: Final = len(_STEPS)


def migrate(connection: sqlite3.Connection) -> None:
    """Bring a ledger to the newest schema; other processes may try the same at the same time.

    Raises:
        LedgerError: A newer version of promptops made it, or another program.
    """
    # One lock round all steps: between two of them another process could start over.
    with writing(connection):
        done = taken(connection)
        _only_ours(connection, done)
        if done == 0:
            for _, statements in _STEPS:
                _execute(connection, statements)
        elif done < NEWEST:
            _apply(connection, done)
        connection.execute(f"PRAGMA user_version = {NEWEST}")


def taken(connection: sqlite3.Connection) -> int:
    """Return how many steps a ledger has taken.

    Raises:
        LedgerError: They are more than are known.
    """
    number: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if number > NEWEST:
        raise LedgerError(
            f"the ledger is of a newer promptops (schema {number}; this one knows {NEWEST}): update"
        )
    return number


def _only_ours(connection: sqlite3.Connection, done: int) -> None:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if names and (done == 0 or "runs" not in names):
        raise LedgerError("the file is a database of another program: name another with --ledger")


def _apply(connection: sqlite3.Connection, done: int) -> None:
    from sqlite_utils import Database, Migrations

    left = Migrations("promptops")
    for name, statements in _STEPS[done:]:
        left(name=name)(_step(statements))
    left.apply(Database(connection, execute_plugins=False))


def _step(statements: str) -> Callable[[Database], None]:
    def step(database: Database) -> None:
        _execute(database.conn, statements)

    return step


def _execute(connection: sqlite3.Connection, statements: str) -> None:
    # A script run as one would commit what is open.
    for statement in statements.split(";\n\n"):
        connection.execute(statement)
