"""What is known before a call is sent, and the rows that are left when it has ended."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.ledger.rows import Answer, Result
from promptops.model.evaluation import Completion, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

    from promptops.ledger.rows import Intent
    from promptops.model.evaluation import Cause, Request


@dataclass(frozen=True, slots=True)
class Ask:
    """A request, and what is to be known before it is sent.

    ``worst`` is what it costs at most, None where no price is known; ``paid`` says what an answer
    cost. ``amounts`` is what it takes of the limits, ``prefix`` what others could read of it in the
    vendor's cache for ``lifetime`` seconds. ``before`` counts attempts of earlier processes.
    """

    request: Request
    worst: Decimal | None = None
    paid: Callable[[Completion], Decimal | None] = lambda _: None
    amounts: Mapping[str, float] = field(default_factory=lambda: {"requests": 1.0})
    prefix: Hashable | None = None
    lifetime: float = 0.0
    price_sha256: str | None = None
    before: int = 0
    because: Cause | None = None  # why the last of those is followed by another


def bill(ask: Ask, ended: Completion | ProviderError) -> Decimal | None:
    """Return the dollars of an attempt; None where nobody knows whether it is billed."""
    if isinstance(ended, Completion):
        return ask.paid(ended)
    if ended.billed == "no":
        return Decimal(0)
    if ended.billed == "unknown" or ended.usage is None:
        return None
    return ask.paid(Completion("", ended.usage))


def ended_rows(
    ask: Ask, intent: Intent, ended: Completion | ProviderError, times: tuple[float, float, float]
) -> tuple[Result, Answer | None]:
    """Return the rows of an attempt that has ended; times are of day, taken, and waited before."""
    wall, latency, queued = times
    known: dict[str, Any] = {
        "attempt_id": intent.attempt_id,
        "model": ask.request.model,
        "ended_at": wall,
        "price_sha256": ask.price_sha256,
        "queued": queued,
        "usage": ended.usage,
        "vendor_request_id": ended.request_id,
    }
    if isinstance(ended, ProviderError):
        failed = Result(
            status="error", billed=ended.billed, cause=ended.cause, message=str(ended),
            http_status=ended.status, latency=latency, **known,
        )  # fmt: skip
        return failed, None
    answer = Answer.of(ended.text, ended.tool_calls)
    result = Result(
        status="ok",
        reasoning_tokens=ended.reasoning_tokens,
        answer_sha256=answer.answer_sha256,
        model_served=ended.model_served,
        finish_reason=ended.finish,
        tier=ended.tier,
        latency=latency if ended.latency is None else ended.latency,
        first_byte=ended.first_byte,
        **known,
    )
    return result, answer
