"""How rows become columns and come back; the names of tables and columns stand here once."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.ledger.prices import to_json
from promptops.ledger.rows import (
    Answer,
    Batch,
    Intent,
    Item,
    Lost,
    Result,
    Reuse,
    Row,
    Run,
    Scored,
    StoredPrice,
    canonical,
)  # fmt: skip

if TYPE_CHECKING:
    from collections.abc import Callable

Columns = tuple[Any, ...]


class Table(NamedTuple):
    """A table: its columns in order, how many of them are its key, how a row is laid out."""

    name: str
    columns: tuple[str, ...]
    key: int
    encode: Callable[[Any], Columns]

    @property
    def insert(self) -> str:
        """The statement that adds a row, or leaves the one that is there already."""
        return self.inserts(1)

    def inserts(self, rows: int) -> str:
        """Return the statement that adds so many rows, but for those that are there already."""
        places = ",".join([f"({','.join('?' * len(self.columns))})"] * rows)
        names = ",".join(self.columns)
        # OR IGNORE would pass over a missing value as well.
        return f"INSERT INTO {self.name} ({names}) VALUES {places} ON CONFLICT DO NOTHING"  # noqa: S608

    def select(self, of: str = "") -> str:
        """Return the columns, separated by commas, of a table's other name in a query."""
        return ", ".join(f"{of or self.name}.{column}" for column in self.columns)


def plain(text: str) -> str:
    """Return a text that SQLite takes: half characters, which JSON can hold, are spelt out."""
    if text.isascii():
        return text
    return text.encode("utf-8", "backslashreplace").decode()


def _maybe(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _run(row: Run) -> Columns:
    return (
        row.run_id, row.shard, row.eval_sha256, row.dataset_sha256, plain(row.plan), row.seed,
        row.commit, row.prices_sha256, row.promptops_version, row.started, _maybe(row.scope),
    )  # fmt: skip


def _item(row: Item) -> Columns:
    return (
        row.run_id, plain(row.case_id), plain(row.version), row.model, row.repeat, row.position,
        plain(row.cluster), row.answer_key, row.request_hash, row.inputs_sha256,
    )  # fmt: skip


def _intent(row: Intent) -> Columns:
    reserved = None if row.reserved_usd is None else str(row.reserved_usd)
    return (
        row.run_id, row.attempt_id, row.answer_key, row.request_hash, row.model, row.purpose,
        row.attempt_no, row.cause_of_retry, row.sent_at, reserved, row.batch_id,
    )  # fmt: skip


def _result(row: Result) -> Columns:
    usage = row.usage
    if usage is None:
        tokens: Columns = (None, None, None, None)
    else:
        writes = usage.cache_write_tokens
        written = canonical(dict(writes)) if writes else "{}"
        tokens = (usage.input_tokens, usage.cache_read_tokens, written, usage.output_tokens)
    return (
        row.attempt_id, row.model, row.status, row.cause, _maybe(row.message), row.http_status,
        _maybe(row.vendor_request_id), _maybe(row.model_served), row.finish_reason,
        row.answer_sha256, *tokens, row.reasoning_tokens, row.price_sha256, row.tier, row.billed,
        row.latency, row.first_byte, row.queued, row.ended_at,
    )  # fmt: skip


def _answer(row: Answer) -> Columns:
    text: str | bytes = row.text
    if not row.text.isascii():
        try:
            row.text.encode()
        except UnicodeEncodeError:
            text = row.text.encode("utf-8", "surrogatepass")
    calls = [{"name": one.name, "arguments": one.arguments} for one in row.tool_calls]
    structured = None if row.structured is None else canonical(row.structured)
    return row.answer_sha256, text, canonical(calls) if calls else None, structured


def _scored(row: Scored) -> Columns:
    one = row.score
    judges = canonical(row.judge_attempt_ids) if row.judge_attempt_ids else "[]"
    said = (
        row.answer_sha256, row.expected_sha256, row.repeat, one.value, _maybe(one.label),
        plain(one.reason), _maybe(one.error), one.raw, judges, row.scored_at,
    )  # fmt: skip
    return row.answer_key, row.scorer_key, sha256(repr(said).encode()).hexdigest()[:32], *said


def _batch(row: Batch) -> Columns:
    return (
        row.batch_id, row.state, row.at, row.run_id, row.nonce, row.provider, row.account,
        row.vendor_file_id, row.vendor_batch_id,
    )  # fmt: skip


RUNS: Final = Table(
    "runs",
    ("run_id", "shard", "eval_sha256", "dataset_sha256", "plan", "seed", "git_commit",
     "prices_sha256", "promptops_version", "started", "scope"),
    2, _run,
)  # fmt: skip
ITEMS: Final = Table(
    "items",
    ("run_id", "case_id", "version", "model", "repeat", "position", "cluster", "answer_key",
     "request_hash", "inputs_sha256"),
    5, _item,
)  # fmt: skip
INTENTS: Final = Table(
    "intents",
    ("run_id", "attempt_id", "answer_key", "request_hash", "model", "purpose", "attempt_no",
     "cause_of_retry", "sent_at", "reserved_usd", "batch_id"),
    2, _intent,
)  # fmt: skip
RESULTS: Final = Table(
    "results",
    ("attempt_id", "model", "status", "cause", "message", "http_status", "vendor_request_id",
     "model_served", "finish_reason", "answer_sha256", "input_tokens", "cache_read_tokens",
     "cache_write_tokens", "output_tokens", "reasoning_tokens", "price_sha256", "tier", "billed",
     "latency", "first_byte", "queued", "ended_at"),
    1, _result,
)  # fmt: skip
LOST: Final = Table("lost", ("run_id", "attempt_id"), 2, lambda row: (row.run_id, row.attempt_id))
REUSED: Final = Table(
    "reused",
    ("run_id", "answer_key", "attempt_id", "from_run"),
    4, lambda row: (row.run_id, row.answer_key, row.attempt_id, row.from_run),
)  # fmt: skip
ANSWERS: Final = Table("answers", ("answer_sha256", "text", "tool_calls", "structured"), 1, _answer)
SCORES: Final = Table(
    "scores",
    ("answer_key", "scorer_key", "score_id", "answer_sha256", "expected_sha256", "repeat", "value",
     "label", "reason", "error", "raw", "judge_attempt_ids", "scored_at"),
    3, _scored,
)  # fmt: skip
BATCHES: Final = Table(
    "batches",
    ("batch_id", "state", "at", "run_id", "nonce", "provider", "account", "vendor_file_id",
     "vendor_batch_id"),
    3, _batch,
)  # fmt: skip
PRICES: Final = Table(
    "prices",
    ("price_sha256", "model", "price"),
    1, lambda row: (row.price_sha256, row.price.model, to_json(row.price)),
)  # fmt: skip

TABLES: Final[dict[type[Row], Table]] = {
    Run: RUNS, Item: ITEMS, StoredPrice: PRICES, Batch: BATCHES, Intent: INTENTS, Answer: ANSWERS,
    Result: RESULTS, Lost: LOST, Reuse: REUSED, Scored: SCORES,
}  # fmt: skip
