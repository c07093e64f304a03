"""What is known before a call is sent, and the rows that are left when it has ended."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from promptops.ledger.rows import Answer, Result
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass

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
    fits: Callable[[Completion], str] | None = None  # why an answer is to be asked for again, or ""
    again: int = 0  # times
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


def judged_fit(ask: Ask, ended: Completion | ProviderError) -> Completion | ProviderError:
    """Return how an attempt ended: a paid failure where its answer is to be asked for again."""
    if not isinstance(ended, Completion) or ask.fits is None or not ask.again:
        return ended
    why = ask.fits(ended)
    if not why:
        return ended
    return ProviderError("unfit", why, billed="yes", usage=ended.usage, request_id=ended.request_id,
                         limits=ended.limits)  # fmt: skip


def as_kept(
    ended: Completion | ProviderError, kept: Answer | None, *, vector: bool = False
) -> Completion | ProviderError:
    """Return an answer as the ledger keeps it, so that it scores now as it will when used again.

    A vector is nobody's words: it counts as it came.
    """
    if kept is None or vector or not isinstance(ended, Completion):
        return ended
    if (kept.text, kept.tool_calls) == (ended.text, ended.tool_calls):
        return ended
    return replace(ended, text=kept.text, tool_calls=kept.tool_calls)


def ended_rows(
    ask: Ask, intent: Intent, ended: Completion | ProviderError, times: tuple[float, float, float]
) -> tuple[Result, Answer | None]:
    """Return the rows of an attempt that has ended; times are of day, taken, and waited before."""
    wall, latency, queued = times
    model = ask.request.model
    if isinstance(ended, ProviderError):
        failed = Result(
            intent.attempt_id, model, "error", wall, ended.billed, ended.usage,
            price_sha256=ask.price_sha256, cause=ended.cause, message=str(ended),
            http_status=ended.status, vendor_request_id=ended.request_id,
            latency=latency, queued=queued,
        )  # fmt: skip
        return failed, None
    answer = Answer.of(ended.text, ended.tool_calls)
    result = Result(
        intent.attempt_id, model, "ok", wall, "yes", ended.usage, ended.reasoning_tokens,
        ask.price_sha256, answer.answer_sha256, vendor_request_id=ended.request_id,
        model_served=ended.model_served, finish_reason=ended.finish, tier=ended.tier,
        latency=latency if ended.latency is None else ended.latency,
        first_byte=ended.first_byte, queued=queued,
    )  # fmt: skip
    return result, answer
