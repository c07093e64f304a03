"""Recorded calls: when each began, what it was made of, and what it was billed.

A call is kept as plain values: blocks are counts of tokens and ids of their content, equal ids for
equal content. Text is not kept: a value is hashed when it is read.
"""

from __future__ import annotations

import json
from hashlib import sha256
from sys import intern
from typing import TYPE_CHECKING, Any, NamedTuple

from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promptops.caching.terms import Plan
    from promptops.model.money import Usage


class TraceError(UsageError):
    """A trace that cannot be read."""


class Content(NamedTuple):
    """Some content of a call by its length and its identity."""

    tokens: int
    id: str


class Extra(NamedTuple):
    """What some recordings tell of a call beside its tokens."""

    feature: str | None = None
    segment: str | None = None  # of users
    tenant: str | None = None
    served: str | None = None  # the model that answered, as the vendor names it
    max_tokens: int | None = None
    finish: str | None = None  # as the vendor says it
    seconds: float | None = None
    first_byte: float | None = None
    text: str | None = None  # the hash of the prompt's text, sha256:HEX
    label: str | None = None
    variant: str | None = None
    attempt: int | None = None
    cause: str | None = None  # of an attempt that followed another
    turn: int | None = None
    chunks: int | None = None  # retrieved
    call_id: str | None = None  # of a call that a ledger's recorder has, too


class Recorded(NamedTuple):
    """A recorded call. The first three fields are those of ``evaluate.Call``.

    ``t`` is when it began, in seconds since 1970. What was not recorded is empty or None.
    """

    t: float
    tokens: tuple[int, ...] = ()  # of each block, in the order of the request
    ids: tuple[str, ...] = ()
    marks: Plan | None = None
    inputs: Mapping[str, Content] | None = None
    id: str | None = None
    prompt: str | None = None  # name@version
    model: str | None = None  # provider:model
    session: str | None = None
    usage: Usage | None = None
    reasoning: int | None = None  # tokens of thought, part of the usage's output
    encoded: int | None = None  # o200k_base tokens of the request's text
    rejected: bool | None = None  # billed, and asked again since the answer could not be used
    batch: bool | None = None  # sent to the vendor's batch service
    extra: Extra | None = None


class Segment(NamedTuple):
    """A prompt's text between two places for a mark, and the inputs that are printed in it."""

    literal: Content
    inputs: tuple[str, ...] = ()


def content_id(value: Any) -> str:
    """Return the id of a value that a call recorded: 128 bits of SHA-256 over its JSON."""
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return intern(sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32])


def with_blocks(
    calls: Iterable[Recorded], segments: Mapping[str, Sequence[Segment]]
) -> Iterator[Recorded]:
    """Yield the calls with blocks, made of their inputs and their prompt's segments.

    Calls that recorded blocks stay as they are.

    Args:
        calls: In any order.
        segments: Of each prompt, by the ``prompt`` that calls tell.

    Raises:
        TraceError: A call's prompt has no segments here, or it recorded too few inputs.
    """
    for call in calls:
        if call.ids:
            yield call
            continue
        found = segments.get(call.prompt or "")
        if found is None:
            raise TraceError(f"{_named(call)}: no segments are known of prompt {call.prompt!r}")
        blocks = [_block(call, segment) for segment in found]
        tokens, ids = zip(*blocks, strict=True) if blocks else ((), ())
        yield call._replace(tokens=tokens, ids=ids)


def _block(call: Recorded, segment: Segment) -> Content:
    if not segment.inputs:
        return segment.literal
    inputs = call.inputs or {}
    missing = [name for name in segment.inputs if name not in inputs]
    if missing:
        raise TraceError(f"{_named(call)} records no input {', '.join(map(repr, missing))}")
    parts = [inputs[name] for name in segment.inputs]
    tokens = segment.literal.tokens + sum(part.tokens for part in parts)
    return Content(tokens, content_id([segment.literal.id, *(part.id for part in parts)]))


def _named(call: Recorded) -> str:
    return f"the call {call.id!r}" if call.id else f"the call at {call.t}"


def in_order(calls: Iterable[Recorded]) -> list[Recorded]:
    """Return the calls by the time at which they began; all of them are held."""
    return sorted(calls, key=lambda call: call.t)


def line(call: Recorded) -> str:
    """Return a call as a line of a trace, without its line break."""
    told: dict[str, Any] = {"time": call.t}
    for key in ("id", "prompt", "model", "session", "encoded", "rejected", "batch"):
        if getattr(call, key) is not None:
            told[key] = getattr(call, key)
    if call.ids:
        pairs = zip(call.tokens, call.ids, strict=True)
        told["blocks"] = [{"tokens": tokens, "id": content} for tokens, content in pairs]
    if call.marks is not None:
        told["marks"] = {str(at): ttl for at, ttl in call.marks}
    if call.inputs is not None:
        told["inputs"] = {name: one._asdict() for name, one in call.inputs.items()}
    if call.usage is not None:
        told["usage"] = {
            "input_tokens": call.usage.input_tokens,
            "output_tokens": call.usage.output_tokens,
            "cache_read_tokens": call.usage.cache_read_tokens,
            "cache_write_tokens": dict(call.usage.cache_write_tokens),
        }
        if call.reasoning is not None:
            told["usage"]["reasoning_tokens"] = call.reasoning
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))
