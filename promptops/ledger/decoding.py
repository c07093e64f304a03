"""How columns become rows again; of a left join without a partner, None."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from promptops.ledger.rows import Answer, Batch, Intent, Item, Result, Run, Scored
from promptops.model.evaluation import Score, ToolCall
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(row: Sequence[Any]) -> Run:
    """Return a run."""
    run_id, shard, evaluation, dataset, plan, seed, commit, prices, version, started, scope = row
    return Run(
        run_id, evaluation, dataset, plan, started, seed, commit, prices, version, shard, scope
    )  # fmt: skip


def item(row: Sequence[Any]) -> Item:
    """Return an item."""
    run_id, case, version, model, repeat, position, cluster, answer_key, request, inputs = row
    return Item(
        run_id, case, version, model, position, answer_key, request, repeat, cluster, inputs
    )


def intent(row: Sequence[Any]) -> Intent:
    """Return an intent."""
    run_id, attempt_id, answer_key, request, model, purpose, number, cause, sent, usd, batch = row
    reserved = None if usd is None else Decimal(usd)
    return Intent(
        attempt_id, run_id, answer_key, request, model, sent, number, cause, reserved, batch,
        purpose,
    )  # fmt: skip


def result(row: Sequence[Any]) -> Result | None:
    """Return a result."""
    (
        attempt_id, model, status, cause, message, http_status, request_id, served, finish, answer,
        read_plain, read, written, output, reasoning, price, tier, billed, latency, first_byte,
        queued, ended,
    ) = row  # fmt: skip
    if attempt_id is None:
        return None
    return Result(
        attempt_id, model, status, ended, billed, usage(read_plain, read, written, output),
        reasoning, price, answer, cause, message, http_status, request_id, served, finish, tier,
        latency, first_byte, queued,
    )  # fmt: skip


@lru_cache(maxsize=1_000)  # equal ones are kept once: a report holds those of all calls
def usage(plain: int | None, read: int, written: str, output: int) -> Usage | None:
    """Return what a call used, or None where its vendor did not say."""
    if plain is None:
        return None
    return Usage(plain, output, read, {} if written == "{}" else json.loads(written))


def answer(row: Sequence[Any]) -> Answer | None:
    """Return an answer."""
    key, text, calls, structured = row
    if key is None:
        return None
    return Answer(
        key,
        text if isinstance(text, str) else text.decode("utf-8", "surrogatepass"),
        tuple(ToolCall(**call) for call in json.loads(calls)) if calls else (),
        None if structured is None else json.loads(structured),
    )


def scored(row: Sequence[Any]) -> Scored:
    """Return a score."""
    (
        answer_key, scorer_key, _, answer_sha256, expected, repeat, value, label, reason, error,
        raw, judges, scored_at,
    ) = row  # fmt: skip
    score = Score(value, label, reason, error, raw)
    judged = () if judges == "[]" else tuple(json.loads(judges))
    return Scored(answer_key, scorer_key, answer_sha256, score, scored_at, expected, repeat, judged)


def batch(row: Sequence[Any]) -> Batch:
    """Return a state of a batch."""
    batch_id, state, at, run_id, nonce, provider, account, file_id, vendor_id = row
    return Batch(batch_id, run_id, state, at, nonce, provider, account, file_id, vendor_id)
