"""The rows of the ledger; each is written once and never changed.

Times are seconds since 1970, money is ``Decimal`` dollars, hashes are hexadecimal.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.model.evaluation import Billed, Cause, Finish, Score, ToolCall
    from promptops.model.money import Price, Usage

Purpose = Literal["answer", "judge"]
BatchState = Literal["prepared", "uploaded", "submitted", "ended", "collected"]
_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def canonical(value: Any) -> str:
    """Return JSON that is the same for equal values."""
    return _CANONICAL.encode(value)


def inputs_hash(inputs: Mapping[str, Any]) -> str:
    """Return the SHA-256 of a case's inputs, as items have it."""
    return sha256(canonical(dict(inputs)).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Run:
    """What was to be asked; ``plan`` is canonical JSON.

    ``commit`` ends in ``-dirty`` where files differed from it. ``scope`` is canonical JSON, too:
    how many items there are to be, and the text of each version that was asked.
    """

    run_id: str
    eval_sha256: str
    dataset_sha256: str
    plan: str
    started: float
    seed: int = 0
    commit: str | None = None
    prices_sha256: str | None = None  # of the price lock
    promptops_version: str = ""
    shard: str = "1/1"
    scope: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A case for a version and a model, and the key of the answer that it waits for."""

    run_id: str
    case_id: str
    version: str
    model: str  # provider:model
    position: int
    answer_key: str
    request_hash: str
    repeat: int = 0
    cluster: str = ""
    inputs_sha256: str = ""


@dataclass(frozen=True, slots=True)
class Intent:
    """A call that is about to be sent, and the most that it can cost."""

    attempt_id: str
    run_id: str
    answer_key: str
    request_hash: str
    model: str
    sent_at: float
    attempt_no: int = 1
    cause_of_retry: Cause | None = None
    reserved_usd: Decimal | None = None  # None: no price is known
    batch_id: str | None = None
    purpose: Purpose = "answer"


@dataclass(frozen=True, slots=True)
class Result:
    """How an attempt ended; what the vendor did not say is None.

    ``price_sha256`` names the price that this call pays, its tier or batch discount included: see
    ``StoredPrice``. Of a batch, ``ended_at`` is the vendor's time, so that whoever collects it
    writes the same row.
    """

    attempt_id: str
    model: str
    status: Literal["ok", "error"]
    ended_at: float
    billed: Billed = "yes"
    usage: Usage | None = None
    reasoning_tokens: int | None = None  # contained in the usage's output tokens
    price_sha256: str | None = None
    answer_sha256: str | None = None
    cause: Cause | None = None
    message: str | None = None
    http_status: int | None = None
    vendor_request_id: str | None = None
    model_served: str | None = None
    finish_reason: Finish | None = None
    tier: str | None = None
    latency: float | None = None
    first_byte: float | None = None
    queued: float | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """An attempt whose process ended before its result: possibly paid. A late result outdoes it."""

    run_id: str
    attempt_id: str


@dataclass(frozen=True, slots=True)
class Reuse:
    """An answer of an earlier run that stands in for a call of this one."""

    run_id: str
    answer_key: str
    attempt_id: str
    from_run: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said; ``answer_sha256`` covers all of it."""

    answer_sha256: str
    text: str
    tool_calls: tuple[ToolCall, ...] = ()
    structured: Any = None

    @classmethod
    def of(cls, text: str, tool_calls: tuple[ToolCall, ...] = (), structured: Any = None) -> Answer:
        """Return the answer under its hash."""
        if not tool_calls and structured is None:
            return cls(_text_hash(text), text)
        calls = [[one.name, one.arguments] for one in tool_calls]
        said = canonical([text, calls, structured]).encode()
        return cls(sha256(said).hexdigest(), text, tool_calls, structured)


@dataclass(frozen=True, slots=True)
class Scored:
    """A scorer's word on an answer to a case; ``expected_sha256`` is of what the case expects."""

    answer_key: str
    scorer_key: str
    answer_sha256: str
    score: Score
    scored_at: float
    expected_sha256: str = ""
    repeat: int = 0  # of the judge
    judge_attempt_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Batch:
    """A state that a vendor's batch reached."""

    batch_id: str
    run_id: str
    state: BatchState
    at: float
    nonce: str
    provider: str
    account: str  # a fingerprint, never a key
    vendor_file_id: str | None = None
    vendor_batch_id: str | None = None


@dataclass(frozen=True, slots=True)
class StoredPrice:
    """A price as it was when a call paid it, under the hash of its rates."""

    price_sha256: str
    price: Price


@lru_cache(maxsize=64)  # asked for when an answer has come, and when it is scored
def _text_hash(text: str) -> str:
    return sha256(canonical([text, [], None]).encode()).hexdigest()


Row = Run | Item | Intent | Result | Lost | Reuse | Answer | Scored | Batch | StoredPrice
