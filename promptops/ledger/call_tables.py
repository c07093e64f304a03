"""The tables of recorded calls: a narrow row for each, and one row for what many have in common.

Calls are summed by the million: grouping them by one number and looking up the texts of the few
groups afterwards takes a third of the time that grouping by texts does.
"""

from __future__ import annotations

from typing import Final

CALLS_NEVER_CHANGED: Final = ("contexts", "calls", "outcomes")

CONTEXT_COLUMNS: Final = (
    "context_id", "model", "prompt", "version", "prompt_sha256", "label", "variant", "feature",
    "segment", "model_served", "tier", "max_tokens", "source", "write_ttl", "long_ttl",
    "price_sha256",
)  # fmt: skip
TOKEN_COLUMNS: Final = (
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_long_tokens",
    "output_tokens",
)  # fmt: skip
PARTS: Final = ("instructions", "examples", "retrieved", "history", "user", "tools")
CALL_COLUMNS: Final = (
    "call_id", "at", "day", "context_id", "tenant", "session", "attempt", "retry_cause", "turn",
    "chunks", "finish", "error", *TOKEN_COLUMNS, "reasoning_tokens", "latency", "first_byte",
    *(f"{part}_chars" for part in PARTS),
)  # fmt: skip
OUTCOME_COLUMNS: Final = (
    "outcome_id", "at", "kind", "call_id", "session", "good", "value_nanousd",
)  # fmt: skip

# Ids of contexts are made of their contents, so that ledgers can be laid together. ``day`` is of
# UTC, since 1970. Tokens are written for at most two lifetimes in a call; the context names them.
TABLES_OF_CALLS: Final = """
CREATE TABLE contexts (
  context_id INTEGER PRIMARY KEY, model TEXT NOT NULL, prompt TEXT, version TEXT,
  prompt_sha256 TEXT, label TEXT, variant TEXT, feature TEXT, segment TEXT, model_served TEXT,
  tier TEXT, max_tokens INTEGER, source TEXT NOT NULL, write_ttl TEXT, long_ttl TEXT,
  price_sha256 TEXT
);

CREATE TABLE calls (
  call_id TEXT NOT NULL PRIMARY KEY, at REAL NOT NULL, day INTEGER NOT NULL,
  context_id INTEGER NOT NULL, tenant TEXT, session TEXT, attempt INTEGER NOT NULL,
  retry_cause TEXT, turn INTEGER, chunks INTEGER, finish TEXT, error TEXT, input_tokens INTEGER,
  cache_read_tokens INTEGER, cache_write_tokens INTEGER, cache_write_long_tokens INTEGER,
  output_tokens INTEGER, reasoning_tokens INTEGER, latency REAL, first_byte REAL,
  instructions_chars INTEGER, examples_chars INTEGER, retrieved_chars INTEGER,
  history_chars INTEGER, user_chars INTEGER, tools_chars INTEGER
) WITHOUT ROWID;

CREATE INDEX calls_by_session ON calls (session) WHERE session IS NOT NULL;

CREATE TABLE outcomes (
  outcome_id TEXT NOT NULL PRIMARY KEY, at REAL NOT NULL, kind TEXT NOT NULL, call_id TEXT,
  session TEXT, good INTEGER NOT NULL, value_nanousd INTEGER,
  CHECK (call_id IS NOT NULL OR session IS NOT NULL)
) WITHOUT ROWID"""
