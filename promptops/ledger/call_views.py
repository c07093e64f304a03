"""Views of recorded calls and their outcomes: for questions, for people, for tools like Datasette.

Dollars of a view are numbers, right to some fifteen digits; ``ledger query`` has all of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.ledger.billed_tables import NO_BILLED
from promptops.ledger.call_tables import TOKEN_COLUMNS

if TYPE_CHECKING:
    import sqlite3

# Of several calls at one time, the context with the highest number is taken: all databases agree.
_LAST: Final = "FROM calls WHERE calls.session = outcomes.session AND calls.at <= outcomes.at"


def outcomes_in_context(day: str) -> str:
    """Return a query for outcomes with the context and the day of the call that they came of.

    An outcome of a session came of the session's last call before it. Where no such call is
    recorded, both are NULL.

    Args:
        day: What makes a day's number of ``max(calls.at)``, as a database writes it.
    """
    own = "FROM calls WHERE calls.call_id = outcomes.call_id"
    return f"""
SELECT outcome_id, at, kind, good, value_nanousd,
  CASE WHEN call_id IS NOT NULL THEN (SELECT context_id {own})
    ELSE (SELECT context_id {_LAST} ORDER BY calls.at DESC, context_id DESC LIMIT 1)
  END AS context_id,
  CASE WHEN call_id IS NOT NULL THEN (SELECT day {own})
    ELSE (SELECT {day} {_LAST}) END AS day
FROM outcomes"""  # noqa: S608 - our own names


_IN_CONTEXT: Final = outcomes_in_context("CAST(max(calls.at) / 86400 AS INTEGER)")


def lay(connection: sqlite3.Connection) -> None:
    """Give a connection that only reads what questions ask, where its ledger is older."""
    views = {"outcomes_in_context": _IN_CONTEXT, "billed": NO_BILLED}
    known = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    for name in views.keys() - known:
        connection.execute("PRAGMA query_only = OFF")
        connection.execute(f"CREATE TEMP VIEW {name} AS {views[name]}")
        connection.execute("PRAGMA query_only = ON")


_RATE: Final = "json_extract(price, '$.rates.{}')"
_INPUT: Final = _RATE.format("input")


def _written(tokens: str, ttl: str) -> str:
    """Return the price of what was written for a lifetime: as input where writing has no rates.

    Where only other lifetimes have a rate it is NULL, and so is the call's.
    """
    rate = f"json_extract(price, '$.rates.cache_write.\"' || {ttl} || '\"')"
    plain = f"CASE json_extract(price, '$.rates.cache_write') WHEN '{{}}' THEN {_INPUT} END"
    return f"CASE {tokens} WHEN 0 THEN 0 ELSE {tokens} * coalesce({rate}, {plain}) END"


_USD: Final = f"""(input_tokens * {_INPUT}
    + cache_read_tokens * coalesce({_RATE.format("cache_read")}, {_INPUT})
    + {_written("cache_write_tokens", "write_ttl")}
    + {_written("cache_write_long_tokens", "long_ttl")}
    + output_tokens * {_RATE.format("output")}) / 1e6"""
_SUMS: Final = ", ".join(f"sum({one}) AS {one}" for one in TOKEN_COLUMNS)

VIEWS: Final = f"""
DROP VIEW recorded_calls;

CREATE VIEW recorded_calls AS
SELECT datetime(calls.at, 'unixepoch') AS sent, prompt, version, label, contexts.model, feature,
  segment, tenant, session, attempt, retry_cause, turn, finish, error, tier, max_tokens,
  input_tokens, cache_read_tokens, cache_write_tokens, write_ttl, cache_write_long_tokens, long_ttl,
  output_tokens, reasoning_tokens, latency, {_USD} AS usd, source, call_id
FROM calls JOIN contexts USING (context_id) LEFT JOIN prices USING (price_sha256);

CREATE VIEW outcomes_in_context AS{_IN_CONTEXT};

CREATE VIEW recorded_outcomes AS
SELECT datetime(outcomes.at, 'unixepoch') AS told, outcomes.kind, outcomes.good,
  outcomes.value_nanousd / 1e9 AS value_usd, prompt, version, model, feature, segment, session,
  call_id, outcome_id
FROM outcomes JOIN outcomes_in_context USING (outcome_id) LEFT JOIN contexts USING (context_id);

CREATE VIEW spent_by_day AS
SELECT date(day * 86400, 'unixepoch') AS day, feature, segment, prompt, version, contexts.model,
  tier, source, calls, calls - told AS untold, input_tokens, cache_read_tokens,
  cache_write_tokens + cache_write_long_tokens AS cache_write_tokens, output_tokens,
  {_USD} AS usd
FROM (SELECT context_id, day, count(*) AS calls, count(input_tokens) AS told, {_SUMS}
      FROM calls GROUP BY context_id, day)
JOIN contexts USING (context_id) LEFT JOIN prices USING (price_sha256);

CREATE VIEW spent_by_version AS
SELECT prompt, version, model, min(day) AS since, max(day) AS until, sum(calls) AS calls,
  sum(calls - untold) FILTER (WHERE usd IS NOT NULL) AS priced, sum(usd) AS usd,
  sum(usd) / sum(calls - untold) FILTER (WHERE usd IS NOT NULL) AS usd_per_call
FROM spent_by_day GROUP BY prompt, version, model;

CREATE VIEW outcomes_by_version AS
SELECT prompt, version, kind, sum(number) AS told, sum(good) AS good,
  sum(value_nanousd) / 1e9 AS value_usd, spent.calls, spent.usd,
  spent.usd / nullif(sum(good), 0) AS usd_per_good
FROM (SELECT context_id, kind, count(*) AS number, sum(good) AS good,
        sum(value_nanousd) AS value_nanousd
      FROM outcomes_in_context GROUP BY context_id, kind)
LEFT JOIN contexts USING (context_id) LEFT JOIN (
  SELECT prompt AS p, version AS v, sum(calls) AS calls, sum(usd) AS usd
  FROM spent_by_version GROUP BY prompt, version
) AS spent ON prompt IS p AND version IS v
GROUP BY prompt, version, kind"""  # noqa: S608 - our own names
