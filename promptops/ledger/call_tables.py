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

# Sums go through the calls of one context after another without sorting them, and outcomes find the
# last call of a session, each without looking into the table.
INDEXES_OF_SUMS: Final = f"""
CREATE INDEX calls_by_context ON calls (
  context_id, day, tenant, attempt, retry_cause, turn, chunks, finish, error,
  {", ".join(TOKEN_COLUMNS)}, reasoning_tokens, instructions_chars
);

DROP INDEX calls_by_session;

CREATE INDEX calls_by_session ON calls (session, at, context_id) WHERE session IS NOT NULL"""

# Tokens of o200k_base of what some calls were asked, for what a vendor bills for one of them.
COUNTED_COLUMNS: Final = ("call_id", "o200k_tokens")
TABLE_OF_COUNTS: Final = """
CREATE TABLE counted (
  call_id TEXT NOT NULL PRIMARY KEY, o200k_tokens INTEGER NOT NULL
) WITHOUT ROWID"""

_INPUT: Final = "json_extract(price, '$.rates.input')"


def _written(ttl: str) -> str:
    """Return what a token costs that is written for a lifetime: without such rates, as input."""
    rate = f"json_extract(price, '$.rates.cache_write.\"' || {ttl} || '\"')"
    plain = f"CASE json_extract(price, '$.rates.cache_write') WHEN '{{}}' THEN {_INPUT} END"
    return f"coalesce({rate}, {plain}, 0)"


# For people and for tools such as Datasette: a call with its texts, and its dollars as a number.
VIEW_OF_CALLS: Final = f"""
CREATE VIEW recorded_calls AS
SELECT datetime(calls.at, 'unixepoch') AS sent, prompt, version, label, contexts.model, feature,
  segment, tenant, session, attempt, retry_cause, turn, finish, error, tier, max_tokens,
  input_tokens, cache_read_tokens, cache_write_tokens, write_ttl, cache_write_long_tokens, long_ttl,
  output_tokens, reasoning_tokens, latency,
  (input_tokens * {_INPUT}
    + cache_read_tokens * coalesce(json_extract(price, '$.rates.cache_read'), {_INPUT})
    + cache_write_tokens * {_written("write_ttl")}
    + cache_write_long_tokens * {_written("long_ttl")}
    + output_tokens * json_extract(price, '$.rates.output')) / 1e6 AS usd,
  source, call_id
FROM calls JOIN contexts USING (context_id) LEFT JOIN prices USING (price_sha256)"""  # noqa: S608
