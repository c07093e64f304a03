"""Langfuse's observations: exports to blob storage, answers of its API, and files of its UI.

Langfuse counts what was read and written apart from ``input``; programs that hand it their
vendor's numbers unchanged do not. Where ``total`` is told it decides. Every count whose name holds
``input`` is input, and every one with ``output`` is output, as Langfuse itself adds them up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_readers.reader import (
    Reader,
    Unread,
    between,
    first,
    has,
    mapping,
    moment,
    name,
    reference,
    tokens,
    whole,
)
from promptops.caching.traces import Extra, Recorded
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_READ: Final = (
    "cache_read_input_tokens",
    "input_cached_tokens",
    "input_cache_read",
    "cached_tokens",
)
_WRITE: Final = {
    "cache_creation_input_tokens": "",
    "cache_write_input_tokens": "",
    "input_cache_creation": "",
    "input_cache_write_tokens": "",
    "input_cache_creation_5m": "5m",
    "input_cache_creation_1h": "1h",
}


def _rows(value: Any) -> Iterable[Any]:
    data = value.get("data")
    return data if isinstance(data, list) else (value,)


def _read(row: Any) -> Recorded:
    if not has(row, "type"):
        raise Unread("a row that is no observation")
    if row["type"] not in ("GENERATION", "generation"):
        raise Unread("an observation that is no generation")
    counts = _counts(first(row, "usageDetails", "usage_details")) or _counts(row.get("usage"))
    thoughts = [counts[key] for key in counts if "output" in key and "reasoning" in key]
    model = name(first(row, "providedModelName", "provided_model_name", "model"))
    start = moment(first(row, "startTime", "start_time"), "start_time", utc=True)
    return Recorded(
        start,
        id=name(row.get("id")),
        prompt=reference(
            first(row, "promptName", "prompt_name"), first(row, "promptVersion", "prompt_version")
        ),
        model=model,
        session=name(first(row, "sessionId", "session_id", "traceId", "trace_id")),
        usage=_usage(counts, "30m" if model and model.startswith(("gpt", "openai")) else "5m"),
        reasoning=sum(thoughts) if thoughts else None,
        extra=_extra(row, start),
    )


def _extra(row: Mapping[str, Any], start: float) -> Extra:
    ended = first(row, "endTime", "end_time")
    begun = first(row, "completionStartTime", "completion_start_time")
    told = mapping(row.get("metadata"))
    parameters = mapping(first(row, "modelParameters", "model_parameters"))
    return Extra(
        name(told.get("feature")),
        name(told.get("user_segment")),
        name(told.get("tenant")),
        None,
        tokens(first(parameters, "max_tokens", "max_completion_tokens")),
        None,
        None if ended is None else between(start, moment(ended, "end_time", utc=True)),
        None if begun is None else between(start, moment(begun, "completion_start_time", utc=True)),
    )


def _usage(given: Mapping[str, int], default: str) -> Usage:
    counts = dict(given)
    read = max((counts.pop(key, 0) for key in _READ), default=0)
    write: dict[str, int] = {}
    for key, ttl in _WRITE.items():
        written = counts.pop(key, 0)
        if written:
            write[ttl or default] = max(write.get(ttl or default, 0), written)
    strange = next((key for key in counts if "cache" in key and counts[key]), None)
    if strange is not None:
        raise Unread("a usage with cached tokens of an unknown kind", strange)
    plain = sum(n for key, n in counts.items() if "input" in key)
    output = sum(n for key, n in counts.items() if "output" in key)
    if not (plain or read or write):
        raise Unread("a generation without usage")
    cached = read + sum(write.values())
    total = counts.get("total")
    if total not in {None, 0, plain + cached + output}:
        if total != plain + output or plain < cached:
            told = f"total is {total}; its parts add up to {plain + cached + output}"
            raise Unread("a usage that contradicts itself", told)
        plain -= cached
    return Usage(plain, output, read, write)


def _counts(value: Any) -> dict[str, int]:
    """Return the counts of a usage; ClickHouse writes some as text."""
    found = {}
    for key, told in mapping(value).items():
        count = whole(told)
        if type(count) is int and count >= 0:
            found[key] = count
    return found


LANGFUSE: Final = Reader(
    "langfuse",
    lambda value: _fits(value) or (has(value, "data") and _fits(next(iter(_rows(value)), None))),
    _rows,
    _read,
)


def _fits(row: Any) -> bool:
    return has(row, "traceId", "trace_id") and has(row, "startTime", "start_time") and "type" in row
