"""Vendors' answers as they came, each with a time: in it, or beside it in the log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from promptops.caching.reasoning import reasoning
from promptops.caching.trace_readers.reader import (
    CONTRADICTION,
    Reader,
    Unread,
    first,
    has,
    mapping,
    moment,
    name,
    reference,
    tokens,
)
from promptops.caching.traces import Extra, Recorded
from promptops.caching.usage import UsageRefused, of_response, vendor_of
from promptops.caching.usage_shapes import SHAPES

_BODY: Final = ("response", "response_body", "body")
_TIMES: Final = ("time", "start_time", "startTime", "timestamp", "created_at", "created")
_ANSWER: Final = ("usage", "usageMetadata", "usage_metadata", "error")


def _read(row: Any) -> Recorded:
    if not isinstance(row, Mapping):
        raise Unread("a row that is no answer")
    beside, body = _apart(row)
    when = first(beside, *_TIMES) if beside else None
    if when is None:
        when = first(body, "created_at", "created", "createTime")
    if not has(body, *_ANSWER):
        raise Unread("a row that is no answer")
    if when is None:
        raise Unread("an answer without a time: log the time at which its request began as `time`")
    try:
        vendor = _vendor(beside, body)
        usage = of_response(body, vendor)
    except UsageRefused as error:
        raise Unread(CONTRADICTION, str(error)) from None
    model = name(first(body, "model", "modelVersion", "modelId")) or name(beside.get("model"))
    return Recorded(
        moment(when, "time"),
        id=name(first(body, "id", "responseId")) or name(beside.get("id")),
        prompt=reference(beside.get("prompt"), None),
        model=name(model if model is None or ":" in model else f"{vendor}:{model}"),
        session=name(first(beside, "session", "session_id", "conversation_id"))
        or name(mapping(body.get("conversation")).get("id")),
        usage=usage,
        reasoning=reasoning(first(body, "usage", "usageMetadata", "usage_metadata"), vendor),
        extra=Extra(
            name(beside.get("feature")),
            name(beside.get("user_segment")),
            name(beside.get("tenant")),
            max_tokens=tokens(first(beside, "max_tokens")),
            finish=_finish(body),
        ),
    )


def _finish(body: Mapping[str, Any]) -> str | None:
    """Return why an answer ended, as its vendor says it."""
    for key in ("choices", "candidates"):
        listed = body.get(key)
        if isinstance(listed, list) and listed:
            return name(first(mapping(listed[0]), "finish_reason", "finishReason"))
    reason = mapping(body.get("incomplete_details")).get("reason")
    return name(first(body, "stop_reason", "stopReason") or reason or body.get("status"))


def _apart(row: Mapping[str, Any]) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return what the log says beside an answer, and the answer."""
    for key in _BODY:
        body = mapping(row.get(key))
        if body:
            return row, body
    return {}, row


def _vendor(beside: Mapping[str, Any], body: Mapping[str, Any]) -> str:
    """Return whose rules hold: what an answer looks like outweighs what its log says."""
    told = first(beside, "vendor", "provider")
    found = vendor_of(body) if not has(body, "error") or body["error"] is None else "openai"
    # Many vendors answer like OpenAI; only a name tells them apart.
    return told if found == "openai" and isinstance(told, str) and told in SHAPES else found


RESPONSES: Final = Reader(
    "responses",
    lambda value: has(value, *_BODY, *_ANSWER),
    lambda value: (value,),
    _read,
)
