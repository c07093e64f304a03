"""What earlier runs tell of the next one, each time by their newest rows alone.

That is the tokens of calls, how long a model takes, and what answers were worth.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.ledger.decoding import usage as read_usage
from promptops.model.values import dataclass

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping, Sequence

    from promptops.model.money import Usage

_RUNS: Final = 10
_CALLS: Final = 500
_NEWEST: Final = """
SELECT run_id FROM runs WHERE json_extract(plan, '$.prompt') = ?
GROUP BY run_id ORDER BY max(started) DESC LIMIT ?
"""
_USED: Final = """
SELECT DISTINCT results.attempt_id, results.input_tokens, results.cache_read_tokens,
  results.cache_write_tokens, results.output_tokens
FROM items JOIN intents USING (answer_key) JOIN results USING (attempt_id)
WHERE items.run_id = ?1 AND intents.run_id = ?1 AND items.model = ?2 AND results.status = 'ok'
  AND results.input_tokens IS NOT NULL AND (?3 IS NULL OR items.version = ?3)
ORDER BY results.attempt_id LIMIT ?4
"""
_TOOK: Final = """
SELECT latency FROM results
WHERE model = ? AND model_served IS NOT NULL AND status = 'ok' AND latency IS NOT NULL
ORDER BY ended_at DESC LIMIT ?
"""
_WORTH: Final = """
SELECT items.version, items.model, items.case_id, items.repeat, items.cluster, scores.value
FROM items JOIN scores USING (answer_key) WHERE items.run_id = ? AND scores.scorer_key = ?
ORDER BY scores.error IS NULL, scores.scored_at
"""


@dataclass(frozen=True, slots=True)
class Worth:
    """What the answers to a case were worth on average, and the cluster that it was drawn with."""

    value: float
    cluster: str


def newest_runs(connection: sqlite3.Connection, prompt: str) -> list[str]:
    """Return a prompt's newest runs, the newest first."""
    return [run for (run,) in connection.execute(_NEWEST, (prompt, _RUNS))]


def used(
    connection: sqlite3.Connection, runs: Sequence[str], model: str, version: str | None = None
) -> list[Usage]:
    """Return what answered calls of some runs used, of one version or of all."""
    found: list[Usage] = []
    for run in runs:
        rows = connection.execute(_USED, (run, model, version, _CALLS - len(found)))
        known = (read_usage(*tokens) for _, *tokens in rows)
        found += [one for one in known if one is not None]
        if len(found) >= _CALLS:
            break
    return found


def took(connection: sqlite3.Connection, model: str) -> list[float]:
    """Return the seconds that a model's newest answers took, the shortest first."""
    return sorted(seconds for (seconds,) in connection.execute(_TOOK, (model, _CALLS)))


def worth(
    connection: sqlite3.Connection, run_id: str, scorer_key: str
) -> dict[tuple[str, str], Mapping[str, Worth]]:
    """Return what a scorer said of a run's answers, by (version, model) and case.

    Of several scores of an answer the last holds, and none that failed; repeats are averaged.
    """
    last: dict[tuple[str, str], dict[str, dict[int, tuple[float, str]]]] = {}
    for version, model, case, repeat, cluster, value in connection.execute(
        _WORTH, (run_id, scorer_key)
    ):
        if value is not None:
            cases = last.setdefault((version, model), {})
            cases.setdefault(case, {})[repeat] = (value, cluster)
    return {
        side: {case: _mean(list(repeats.values())) for case, repeats in cases.items()}
        for side, cases in last.items()
    }


def _mean(scores: Sequence[tuple[float, str]]) -> Worth:
    return Worth(sum(value for value, _ in scores) / len(scores), scores[0][1])
