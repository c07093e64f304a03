"""How far a run has come, and what answered which of its items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from promptops.ledger import decoding
from promptops.ledger.tables import ANSWERS, INTENTS, ITEMS, RESULTS, SCORES
from promptops.model.values import dataclass

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.ledger.rows import Answer, Intent, Item, Result, Scored

_I, _R, _T = len(INTENTS.columns), len(RESULTS.columns), len(ITEMS.columns)
_PAGE: Final = 256  # rows in memory
_ATTEMPTS: Final = f"""
SELECT {INTENTS.select()}, results.status, lost.attempt_id IS NOT NULL
FROM intents LEFT JOIN results USING (attempt_id) LEFT JOIN lost USING (run_id, attempt_id)
WHERE intents.run_id = ? ORDER BY intents.attempt_no, intents.attempt_id
"""  # noqa: S608 - names of columns
# Of several answers the first by id stands: a later row of another shard changes no earlier report.
_OUTCOMES: Final = f"""
WITH own AS (
  SELECT answer_key, min(attempt_id) AS attempt_id FROM intents JOIN results USING (attempt_id)
  WHERE run_id = :run AND status = 'ok' GROUP BY answer_key),
from_store AS (
  SELECT answer_key, min(attempt_id) AS attempt_id, from_run FROM reused
  WHERE run_id = :run GROUP BY answer_key),
failed AS (
  SELECT answer_key, substr(max(printf('%08d', attempt_no) || attempt_id), 9) AS attempt_id
  FROM intents JOIN results USING (attempt_id)
  WHERE run_id = :run AND status <> 'ok' GROUP BY answer_key)
SELECT CASE WHEN own.attempt_id IS NULL THEN from_store.from_run END,
  {ITEMS.select()}, {RESULTS.select()}, {ANSWERS.select()}
FROM items LEFT JOIN own USING (answer_key) LEFT JOIN from_store USING (answer_key)
LEFT JOIN failed USING (answer_key) LEFT JOIN results
  ON results.attempt_id = coalesce(own.attempt_id, from_store.attempt_id, failed.attempt_id)
LEFT JOIN answers USING (answer_sha256)
WHERE items.run_id = :run
ORDER BY items.position, items.case_id, items.version, items.model, items.repeat
"""  # noqa: S608 - names of columns
_SCORES: Final = f"""
WITH given AS (
  SELECT intents.answer_key, results.answer_sha256 FROM intents JOIN results USING (attempt_id)
  WHERE intents.run_id = :run
  UNION
  SELECT reused.answer_key, results.answer_sha256 FROM reused JOIN results USING (attempt_id)
  WHERE reused.run_id = :run)
SELECT {SCORES.select()} FROM given JOIN scores USING (answer_key, answer_sha256)
ORDER BY answer_key, scorer_key, error IS NULL, scored_at, score_id
"""  # noqa: S608 - names of columns
_PROGRESS: Final = """
WITH ended AS (
  SELECT answer_key FROM reused WHERE run_id = ?1
  UNION
  SELECT answer_key FROM intents JOIN results USING (attempt_id)
  WHERE run_id = ?1 AND (status = 'ok' OR cause IN (SELECT value FROM json_each(?2))))
SELECT count(*), count(ended.answer_key) FROM items LEFT JOIN ended USING (answer_key)
WHERE items.run_id = ?1
"""


@dataclass(frozen=True, slots=True)
class Progress:
    """How many items a run has written down, and how many are answered or failed on their own."""

    items: int
    ended: int


@dataclass(frozen=True, slots=True)
class RunState:
    """What a run has behind it, by answer key: items that share an answer share a key.

    ``in_flight`` are calls whose intent is committed and whose result is not: where no process is
    at work on the run, exactly those that may have been paid for nothing.
    """

    done: Mapping[str, str]  # the attempt that answered, of this run or used again
    failed: Mapping[str, str]  # the latest attempt, where all ended in errors or are lost
    in_flight: tuple[Intent, ...]
    lost: tuple[Intent, ...]
    attempts: Mapping[str, int]  # the highest number so far

    def left(self, keys: Iterable[str]) -> Iterator[tuple[str, int]]:
        """Yield the keys that are still to be sent, once each, with the attempt's number."""
        out = {one.answer_key for one in self.in_flight} | self.done.keys()
        for key in keys:
            if key not in out:
                out.add(key)
                yield key, self.attempts.get(key, 0) + 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """An item and how its call ended: its result is None where none is known.

    ``from_run`` names the run that an answer was used again of, None where this one paid for it.
    """

    item: Item
    result: Result | None
    answer: Answer | None
    from_run: str | None


def run_state(connection: sqlite3.Connection, run_id: str) -> RunState:
    """Return how far a run has come."""
    query = "SELECT answer_key, min(attempt_id) FROM reused WHERE run_id = ? GROUP BY answer_key"
    reused = dict(connection.execute(query, (run_id,)).fetchall())
    done: dict[str, str] = {}
    failed: dict[str, str] = {}
    attempts: dict[str, int] = {}
    in_flight, lost = [], []
    for row in connection.execute(_ATTEMPTS, (run_id,)):
        intent, status, is_lost = decoding.intent(row[:_I]), row[_I], row[_I + 1]
        key = intent.answer_key
        attempts[key] = intent.attempt_no
        if status == "ok":
            done[key] = min(done.get(key, intent.attempt_id), intent.attempt_id)
        elif status is None and not is_lost:
            in_flight.append(intent)
        else:
            failed[key] = intent.attempt_id
            if status is None:
                lost.append(intent)
    done = reused | done
    for key in failed.keys() & done.keys():
        del failed[key]
    return RunState(done, failed, tuple(in_flight), tuple(lost), attempts)


def progress(connection: sqlite3.Connection, run_id: str, own: Iterable[str]) -> Progress:
    """Return how far a run has come, in items."""
    causes = json.dumps(sorted(own))
    return Progress(*connection.execute(_PROGRESS, (run_id, causes)).fetchone())


def outcomes(connection: sqlite3.Connection, run_id: str) -> Iterator[Outcome]:
    """Yield a run's items in their order, each with what answered it or else its last error."""
    cursor = connection.execute(_OUTCOMES, {"run": run_id})
    cursor.arraysize = _PAGE
    while rows := cursor.fetchmany():
        for row in rows:
            yield Outcome(
                decoding.item(row[1 : _T + 1]),
                decoding.result(row[_T + 1 : _T + 1 + _R]),
                decoding.answer(row[_T + 1 + _R :]),
                row[0],
            )


def scores(connection: sqlite3.Connection, run_id: str) -> Iterator[Scored]:
    """Yield the scores of the answers that a run was given; of a key the one to believe is last."""
    cursor = connection.execute(_SCORES, {"run": run_id})
    cursor.arraysize = _PAGE
    while rows := cursor.fetchmany():
        for row in rows:
            yield decoding.scored(row)
