"""Spans of OpenTelemetry's conventions for generative AI, in OTLP's JSON or as Python prints them.

The names are those in force on 2026-11-22 (open-telemetry/semantic-conventions-genai) and, after
each, the older ones that instrumentations still send. The conventions have the input include what
was read and written, and do not tell the lifetime of what was written: the vendor's default one is
taken. A span of an agent sums the calls below it, so it is no call.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from promptops.caching.trace_readers.reader import (
    CONTRADICTION,
    Reader,
    Unread,
    between,
    first,
    has,
    listed,
    moment,
    name,
    reference,
    tokens,
    whole,
)
from promptops.caching.traces import Extra, Recorded
from promptops.caching.usage import UsageRefused, by_shape
from promptops.caching.usage_shapes import Shape

_OPERATIONS: Final = ("chat", "generate_content", "text_completion", "realtime_inference")
_USAGE: Final = {
    "input": ("gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens"),
    "output": ("gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens"),
    "read": (
        "gen_ai.usage.cache_read.input_tokens",
        "gen_ai.usage.cache_read_input_tokens",
        "gen_ai.usage.input_tokens.cached",
    ),
    "write": (
        "gen_ai.usage.cache_write.input_tokens",
        "gen_ai.usage.cache_creation.input_tokens",
        "gen_ai.usage.cache_creation_input_tokens",
        "gen_ai.usage.input_tokens.cache_write",
    ),
}
_REASONING: Final = (
    "gen_ai.usage.reasoning.output_tokens",
    "gen_ai.usage.output_tokens.reasoning",
    "gen_ai.usage.reasoning_tokens",
)
_PROVIDERS: Final = {
    "aws.bedrock": "bedrock",
    "azure.ai.openai": "azure",
    "azure.ai.inference": "azure",
    "gcp.gemini": "google",
    "gcp.gen_ai": "google",
    "gcp.vertex_ai": "google",
    "mistral_ai": "mistral",
    "x_ai": "xai",
}
_NANO: Final = 1e9


def _rows(value: Any) -> Iterator[Any]:
    if "resourceSpans" not in value:
        yield value
        return
    for resource in _list(value["resourceSpans"]):
        for scope in _list(resource.get("scopeSpans")):
            yield from _list(scope.get("spans"))


def _read(row: Any) -> Recorded:
    told = _attributes(row.get("attributes"))
    operation = told.get("gen_ai.operation.name")
    if operation not in (None, *_OPERATIONS):
        raise Unread("a span of something other than a model's answer")
    if not any(key.startswith("gen_ai.") for key in told):
        raise Unread("a span that is not about generative AI")
    counts = {what: first(told, *keys) for what, keys in _USAGE.items()}
    if counts["input"] is None:
        raise Unread("a call without usage")
    provider = name(first(told, "gen_ai.provider.name", "gen_ai.system")) or ""
    provider = _PROVIDERS.get(provider, provider)
    model = name(first(told, "gen_ai.request.model", "gen_ai.response.model"))
    default = "30m" if provider in {"openai", "azure"} else "5m"
    shape = Shape("input", True, ("read",), ("output",), ("write",), default=default)
    try:
        usage = by_shape(counts, shape, "gen_ai.usage")
    except UsageRefused as error:
        raise Unread(CONTRADICTION, str(error)) from None
    start = _start(row)
    sha256 = name(told.get("promptops.prompt.sha256"))
    return Recorded(
        start,
        id=name(told.get("gen_ai.response.id")) or _span_id(row),
        prompt=reference(told.get("gen_ai.prompt.name"), told.get("gen_ai.prompt.version")),
        model=name(f"{provider}:{model}" if provider and model else model),
        session=name(first(told, "gen_ai.conversation.id", "session.id")),
        usage=usage,
        reasoning=tokens(first(told, *_REASONING)),
        batch=True if told.get("gen_ai.request.service_tier") == "batch" else None,
        extra=Extra(
            name(told.get("promptops.feature")),
            name(told.get("promptops.user_segment")),
            name(first(told, "promptops.tenant", "tenant.id")),
            name(told.get("gen_ai.response.model")),
            tokens(told.get("gen_ai.request.max_tokens")),
            listed(told.get("gen_ai.response.finish_reasons")),
            between(start, _end(row)),
            text=f"sha256:{sha256}" if sha256 else None,
            label=name(told.get("promptops.prompt.label")),
            variant=name(told.get("promptops.prompt.variant")),
            attempt=tokens(told.get("promptops.attempt")),
            cause=name(told.get("promptops.retry_cause")),
            turn=tokens(told.get("promptops.turn")),
            chunks=tokens(told.get("promptops.chunks")),
            call_id=name(told.get("promptops.call.id")),
        ),
    )


def _start(row: Mapping[str, Any]) -> float:
    nano = whole(row.get("startTimeUnixNano"))
    if type(nano) is int:
        return moment(nano / _NANO, "startTimeUnixNano")
    return moment(row.get("start_time"), "start_time")


def _end(row: Mapping[str, Any]) -> float:
    """Return when a span ended; -1 where it does not tell."""
    nano = whole(row.get("endTimeUnixNano"))
    if type(nano) is int:
        return nano / _NANO
    end = row.get("end_time")
    return -1 if end is None else moment(end, "end_time")


def _span_id(row: Mapping[str, Any]) -> str | None:
    """Return the id of a span, the same from a collector as from a console."""
    context = row.get("context")
    if isinstance(context, Mapping):
        # Python's console writes 0x before the digits that OTLP has alone.
        ids = [context.get("trace_id"), context.get("span_id")]
        trace, span = (one.removeprefix("0x") if isinstance(one, str) else one for one in ids)
        return reference(trace, span)
    return reference(row.get("traceId"), row.get("spanId"))


def _attributes(value: Any) -> dict[str, Any]:
    """Return attributes by name: a list of keys and values in OTLP, a plain mapping elsewhere."""
    if isinstance(value, Mapping):
        return dict(value)
    return {one["key"]: _value(one.get("value")) for one in _list(value) if name(one.get("key"))}


def _value(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return None
    entries = value.get("arrayValue")
    if isinstance(entries, Mapping):
        return [_value(one) for one in _list(entries.get("values"))]
    number = whole(value.get("intValue"))
    return number if number is not None else first(value, "stringValue", "doubleValue")


def _list(value: Any) -> Iterable[Any]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else ()


OTEL: Final = Reader(
    "opentelemetry",
    lambda value: has(value, "resourceSpans") or (has(value, "context") and "attributes" in value),
    _rows,
    _read,
)
