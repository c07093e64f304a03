"""LiteLLM: rows of its spend logs, and its standard logging payload.

LiteLLM writes every vendor's usage like a chat completion of OpenAI, in which the prompt includes
what was read and written. Answers from LiteLLM's own cache never reached a vendor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_readers.reader import (
    CONTRADICTION,
    Reader,
    Unread,
    between,
    first,
    has,
    mapping,
    moment,
    name,
    tokens,
)
from promptops.caching.traces import Extra, Recorded
from promptops.caching.usage import UsageRefused, by_shape
from promptops.caching.usage_shapes import Shape

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.money import Usage

_OTHER: Final = ("embedding", "image", "transcription", "speech", "moderation", "rerank")
_PROVIDERS: Final = {"gemini": "google", "vertex_ai": "google", "bedrock_converse": "bedrock"}
_DETAILS: Final = "prompt_tokens_details"
_LIFETIMES: Final = f"{_DETAILS}.cache_creation_token_details"


def _shape(provider: str) -> Shape:
    return Shape(
        "prompt_tokens",
        True,
        ("cache_read_input_tokens", f"{_DETAILS}.cached_tokens"),
        ("completion_tokens",),
        (
            "cache_creation_input_tokens",
            f"{_DETAILS}.cache_creation_tokens|cache_write_tokens",
        ),
        {
            "5m": f"{_LIFETIMES}.ephemeral_5m_input_tokens",
            "1h": f"{_LIFETIMES}.ephemeral_1h_input_tokens",
        },
        default="30m" if provider in {"openai", "azure"} else "5m",
        rounding=127 if provider in {"openai", "azure"} else 0,
    )


def _read(row: Any) -> Recorded:
    if has(row, "standard_logging_object"):
        row = row["standard_logging_object"]
    if not has(row, "startTime"):
        raise Unread("a row that is no log of a call")
    told = str(row.get("call_type") or "")
    if any(word in told for word in _OTHER):
        raise Unread("a call of something other than a model's answer")
    metadata = mapping(row.get("metadata"))
    if "failure" in (row.get("status"), metadata.get("status")):
        raise Unread("a call that failed")
    if str(row.get("cache_hit")).lower() == "true":
        raise Unread("an answer from LiteLLM's own cache")
    provider = name(row.get("custom_llm_provider")) or ""
    model = name(row.get("model"))
    if model and "/" in model:
        prefix, _, model = model.partition("/")
        provider = provider or prefix
    provider = _PROVIDERS.get(provider, provider)
    prompt = mapping(metadata.get("prompt_management_metadata")).get("prompt_id")
    counts = _counts(row, metadata)
    start = moment(row["startTime"], "startTime", utc=True)
    return Recorded(
        start,
        id=name(first(row, "request_id", "id")),
        prompt=name(prompt),
        model=name(f"{provider}:{model}" if provider and model else model),
        session=name(first(row, "session_id", "trace_id")),
        usage=_usage(counts, provider),
        reasoning=tokens(mapping(counts.get("completion_tokens_details")).get("reasoning_tokens")),
        extra=_extra(row, metadata, start),
    )


def _extra(row: Mapping[str, Any], metadata: Mapping[str, Any], start: float) -> Extra:
    ended, begun = row.get("endTime"), row.get("completionStartTime")
    given = {**mapping(metadata.get("requester_metadata")), **metadata}
    return Extra(
        name(given.get("feature")),
        name(given.get("user_segment")),
        name(first(row, "team_id") or given.get("user_api_key_team_id")),
        None,
        tokens(mapping(row.get("model_parameters")).get("max_tokens")),
        _finish(row),
        None if ended is None else between(start, moment(ended, "endTime", utc=True)),
        None if begun is None else between(start, moment(begun, "completionStartTime", utc=True)),
    )


def _finish(row: Mapping[str, Any]) -> str | None:
    choices = mapping(row.get("response")).get("choices")
    if isinstance(choices, list) and choices:
        return name(mapping(choices[0]).get("finish_reason"))
    return None


def _counts(row: Mapping[str, Any], metadata: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **{key: row[key] for key in ("prompt_tokens", "completion_tokens") if key in row},
        **mapping(metadata.get("additional_usage_values")),
        **mapping(mapping(row.get("response")).get("usage")),
        **mapping(metadata.get("usage_object")),
    }


def _usage(counts: Mapping[str, Any], provider: str) -> Usage:
    if not counts.get("prompt_tokens"):
        raise Unread("a call without usage")
    try:
        return by_shape(counts, _shape(provider), "litellm")
    except UsageRefused as error:
        raise Unread(CONTRADICTION, str(error)) from None


LITELLM: Final = Reader(
    "litellm",
    lambda value: (
        has(value, "standard_logging_object") or (has(value, "startTime") and "call_type" in value)
    ),
    lambda value: (value,),
    _read,
)
