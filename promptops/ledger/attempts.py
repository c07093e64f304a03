"""The items of a run, each attempt with what became of it, and the cases of earlier runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promptops.ledger.decoding import usage as read_usage
from promptops.model.values import dataclass

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from promptops.ledger.rows import Purpose
    from promptops.model.evaluation import Billed, Cause
    from promptops.model.money import Usage

State = Literal["ok", "error", "lost", "in flight"]
_PAGE: Final = 1_000  # rows in memory
# Of an answer that was used again several times the first by id stands, as in ``outcomes``.
_ITEMS: Final = """
SELECT version, model, case_id, repeat, answer_key, (
  SELECT from_run FROM reused WHERE run_id = :run AND reused.answer_key = items.answer_key
  ORDER BY attempt_id LIMIT 1)
FROM items WHERE run_id = :run ORDER BY position, case_id, version, model, repeat
"""
_ATTEMPTS: Final = """
SELECT intents.attempt_id, intents.answer_key, intents.purpose, intents.sent_at,
  intents.batch_id IS NOT NULL,
  CASE WHEN results.attempt_id IS NOT NULL THEN results.status
    WHEN lost.attempt_id IS NOT NULL THEN 'lost' ELSE 'in flight' END,
  results.cause, results.billed, results.first_byte, results.input_tokens,
  results.cache_read_tokens, results.cache_write_tokens, results.output_tokens,
  results.reasoning_tokens
FROM intents LEFT JOIN results USING (attempt_id) LEFT JOIN lost USING (run_id, attempt_id)
WHERE intents.run_id = ? {asked} ORDER BY intents.attempt_no, intents.attempt_id
"""
# Runs of the same plan whose dataset was another one; a run that was begun later is none of them.
_OVER: Final = """
SELECT runs.run_id, items.case_id, items.inputs_sha256 FROM runs JOIN items USING (run_id)
WHERE runs.eval_sha256 = ? AND runs.dataset_sha256 <> ? AND runs.started < ?
GROUP BY runs.run_id, items.case_id, items.inputs_sha256
"""


class Asked(NamedTuple):
    """An item, the key of its answer, and the run whose answer was used again if there was one."""

    version: str
    model: str
    case: str
    repeat: int
    answer_key: str
    from_run: str | None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One call; ``cause`` says why it failed, ``usage`` is None where its vendor did not tell."""

    id: str
    answer_key: str
    purpose: Purpose
    sent_at: float
    batched: bool
    state: State
    cause: str | None = None
    billed: Billed | None = None
    first_byte: float | None = None
    usage: Usage | None = None
    reasoning: int | None = None

    @property
    def ended(self) -> str:
        """How it ended in a word: ok, the cause of its failure, lost, or in flight."""
        return self.cause or "error" if self.state == "error" else self.state


def items(connection: sqlite3.Connection, run_id: str) -> Iterator[Asked]:
    """Yield a run's items in their order."""
    cursor = connection.execute(_ITEMS, {"run": run_id})
    cursor.arraysize = _PAGE
    same = dict[Any, Any]().setdefault  # every row brings its own words, and many the same ones
    while rows := cursor.fetchmany():
        for version, model, case, repeat, key, run in rows:
            yield Asked(
                same(version, version), same(model, model), same(case, case), repeat, key,
                same(run, run),
            )  # fmt: skip


def attempts(
    connection: sqlite3.Connection, run_id: str, cause: Cause | None = None
) -> Iterator[Attempt]:
    """Yield a run's attempts, of each call in their order; of a cause, those that failed for it."""
    asked, values = ("AND results.cause = ?", (run_id, cause)) if cause else ("", (run_id,))
    cursor = connection.execute(_ATTEMPTS.format(asked=asked), values)
    cursor.arraysize = _PAGE
    same = dict[Any, Any]().setdefault
    while rows := cursor.fetchmany():
        for (
            key, answer, purpose, sent, batched, state, why, billed, first,
            plain, read, written, output, reasoning,
        ) in rows:  # fmt: skip
            yield Attempt(
                key, answer, same(purpose, purpose), sent, bool(batched), same(state, state),
                same(why, why), same(billed, billed), first,
                read_usage(plain, read, written, output), reasoning,
            )  # fmt: skip


def earlier(
    connection: sqlite3.Connection, eval_sha256: str, dataset_sha256: str, before: float
) -> dict[str, set[tuple[str, str]]]:
    """Return the (id, inputs) of the cases of earlier runs of a plan over other datasets, by run.

    ``before`` is when the run began that they are earlier than.
    """
    found: dict[str, set[tuple[str, str]]] = {}
    for run_id, case_id, inputs in connection.execute(_OVER, (eval_sha256, dataset_sha256, before)):
        found.setdefault(run_id, set()).add((case_id, inputs))
    return found
