"""What is known of calls: their attempts, and which answers may stand in for new calls."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Final, Literal

from promptops.ledger import decoding
from promptops.ledger.tables import ANSWERS, INTENTS, RESULTS
from promptops.model.values import dataclass

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator

    from promptops.ledger.rows import Answer, Intent, Result

Why = Literal["old", "served_by_another", "not_kept", "failed", "unanswered"]
_BATCH: Final = 500  # keys of one query
_I, _R = len(INTENTS.columns), len(RESULTS.columns)
_KNOWN: Final = f"""
SELECT {INTENTS.select()}, {RESULTS.select()}, {ANSWERS.select()}
FROM intents LEFT JOIN results USING (attempt_id) LEFT JOIN answers USING (answer_sha256)
WHERE intents.answer_key IN (%s)
"""  # noqa: S608 - names of columns
# What is worked out on this machine may come out otherwise by now: cases to learn from, recordings
# and functions change without a trace in the key. To ask again costs nothing.
_WORKED_OUT: Final = ("baseline:", "replay:")
_NEWEST: Final = """
SELECT model_served FROM results WHERE model = ? AND model_served IS NOT NULL
ORDER BY ended_at DESC, attempt_id DESC LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Reusable:
    """An answer that may stand in for a call, with the tokens, price and latency it had."""

    intent: Intent
    result: Result
    answer: Answer


@dataclass(frozen=True, slots=True)
class Stale:
    """An answer that may not be used again, and why; the nearest to usable where there are several.

    ``old``: above the allowed age. ``served_by_another``: the model has since been answered for by
    another. ``not_kept``: the text was never stored, or is pruned. ``failed``: errors are never
    used again. ``unanswered``: it was sent, and no result is known.
    """

    intent: Intent
    result: Result | None
    why: Why


_RANKS: Final[dict[Why, int]] = {
    "unanswered": 0, "failed": 1, "not_kept": 2, "served_by_another": 3, "old": 4,
}  # fmt: skip
Found = Reusable | Stale


def find(
    connection: sqlite3.Connection, keys: Iterable[str], *, now: float, max_age: float | None,
    fixed: Callable[[str], bool],
) -> dict[str, Found]:  # fmt: skip
    """Return what is stored under answer keys; of keys that were never sent nothing.

    ``max_age`` is seconds, None for ever; of a model that is ``fixed`` answers do not age. Of
    several answers the newest counts, and none that was worked out here: by a baseline, from a
    recording or by a function of a file.
    """
    found: dict[str, Found] = {}
    served: dict[str, str | None] = {}
    for intent, result, answer in _known(connection, keys):
        if _worked_out(intent.model):
            continue
        if intent.model not in served:
            row = connection.execute(_NEWEST, (intent.model,)).fetchone()
            served[intent.model] = row and row[0]
        one = _judge(intent, result, answer, served[intent.model])
        if (
            isinstance(one, Reusable)
            and max_age is not None
            and now - one.result.ended_at > max_age
            and not fixed(intent.model)
        ):
            one = Stale(intent, result, "old")
        before = found.get(intent.answer_key)
        if before is None or _order(one) > _order(before):
            found[intent.answer_key] = one
    return found


def _worked_out(model: str) -> bool:
    return model.startswith(_WORKED_OUT) or model.partition(":")[0].endswith(".py")


def batched(keys: Iterable[str]) -> Iterator[list[str]]:
    """Yield keys in lists that fit a query."""
    left = iter(keys)
    while some := list(islice(left, _BATCH)):
        yield some


def _known(
    connection: sqlite3.Connection, keys: Iterable[str]
) -> Iterator[tuple[Intent, Result | None, Answer | None]]:
    for some in batched(keys):
        query = _KNOWN % ",".join("?" * len(some))
        for row in connection.execute(query, some).fetchall():
            yield (
                decoding.intent(row[:_I]),
                decoding.result(row[_I : _I + _R]),
                decoding.answer(row[_I + _R :]),
            )


def _judge(
    intent: Intent, result: Result | None, answer: Answer | None, newest: str | None
) -> Found:
    if result is None:
        return Stale(intent, None, "unanswered")
    if result.status != "ok":
        return Stale(intent, result, "failed")
    if answer is None:
        return Stale(intent, result, "not_kept")
    if result.model_served != newest:
        return Stale(intent, result, "served_by_another")
    return Reusable(intent, result, answer)


def _order(one: Found) -> tuple[int, float, str]:
    rank = _RANKS[one.why] if isinstance(one, Stale) else len(_RANKS)
    at = one.intent.sent_at if one.result is None else one.result.ended_at
    return rank, at, one.intent.attempt_id
