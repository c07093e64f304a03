"""What was taken of a call -> the call as it is kept; this is done on the recorder's thread."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from decimal import Decimal, InvalidOperation
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from promptops.ledger.rows import canonical
from promptops.model.calls import Call, Context, Outcome
from promptops.recording.answers import finish_of, reasoning_of, usage_of
from promptops.recording.parts import parts_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.model.evaluation import Cause
    from promptops.model.money import Price
    from promptops.recording.raw import RawCall, RawOutcome

_BY_STATUS: Final[dict[int, Cause]] = {
    400: "invalid", 401: "denied", 402: "exhausted", 403: "denied", 404: "denied", 408: "server",
    409: "server", 413: "invalid", 422: "invalid", 429: "rate_limited", 529: "overloaded",
}  # fmt: skip
_SERVER: Final = 500
UNKNOWN_MODEL: Final = "unknown"


def call_of(raw: RawCall, price: Callable[[str, float], Price | None]) -> Call:
    """Return a call as it is kept; ``price`` says what a model cost at a time."""
    asked, said = raw.asked, raw.said
    model = asked.model or _text(raw.served) or UNKNOWN_MODEL
    usage = usage_of(raw.usage, model)
    context = Context(
        model, asked.prompt, asked.version, asked.prompt_sha256, asked.label, asked.variant,
        said.get("feature"), said.get("user_segment"), _text(raw.served), said.get("tier"),
        asked.max_tokens,
    )  # fmt: skip
    return Call(
        raw.call_id,
        raw.at,
        context,
        usage,
        None if usage is None else price(model, raw.at),
        said.get("tenant"),
        said.get("session"),
        said.get("attempt", 1),
        said.get("retry_cause"),
        said.get("turn"),
        said.get("chunks"),
        finish_of(raw.finish),
        None if raw.error is None else cause_of(raw.error),
        reasoning_of(raw.usage),
        raw.seconds,
        raw.first_byte,
        parts_of(raw.texts, raw.inputs, raw.kinds),
    )


def outcome_of(raw: RawOutcome) -> Outcome:
    """Return an outcome as it is kept: its id is the same whenever the same is told.

    Raises:
        ValueError: It is of no call and no session, its value is no amount of dollars, or its time
            has no zone.
    """
    if raw.call_id is None and raw.session is None:
        raise ValueError(f"the outcome {raw.kind!r} is of no call and of no session")
    value, at = _dollars(raw.value), _seconds(raw.at)
    given = raw.new_id
    if given is None:
        told = at if raw.told_id is None else raw.told_id
        text = canonical([raw.kind, raw.call_id, raw.session, told])
        given = sha256(text.encode()).hexdigest()[:32]
    return Outcome(given, at, raw.kind, raw.call_id, raw.session, raw.good, value)


def _dollars(value: Decimal | float | str | None) -> Decimal | None:
    if value is None:
        return None
    with suppress(InvalidOperation):
        if (found := Decimal(str(value))).is_finite():
            return found
    raise ValueError(f"value {value!r} is no amount of dollars")


def _seconds(at: float | datetime) -> float:
    if not isinstance(at, datetime):
        return float(at)
    if at.tzinfo is None:
        raise ValueError(f"the time {at} has no zone")
    return at.timestamp()


def cause_of(error: BaseException) -> Cause:
    """Return the cause of a failure, by the status and the name of a vendor's exception."""
    status = getattr(error, "status_code", None) or getattr(error, "code", None)
    if isinstance(status, int):
        return _BY_STATUS.get(status, "server" if status >= _SERVER else "invalid")
    name = type(error).__name__.lower()
    if "timeout" in name:
        return "timed_out"
    return "unreachable" if "connect" in name else "dropped"


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
