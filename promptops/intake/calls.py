"""A recorded call of any trace -> a call of the ledger."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final

from promptops.caching.trace_readers.reader import Unread
from promptops.caching.traces import Extra
from promptops.ledger.rows import canonical
from promptops.model.calls import Call, Context
from promptops.recording.answers import finish_of
from promptops.recording.rows import UNKNOWN_MODEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from promptops.caching.trace_reading import Trace
    from promptops.caching.traces import Recorded
    from promptops.intake.left import Left
    from promptops.model.money import Price, Usage

MOST_TOKENS: Final = 10**12  # of a call: a thousand times a window; sums of millions have 63 bits
LIFETIMES: Final = 2
_NOTHING: Final = Extra()
LONGEST: Final = 1_000  # characters of a name: no text of a prompt comes in as one


def calls_of(
    trace: Trace, price: Callable[[str, float], Price | None], left: Left
) -> Iterator[Call]:
    """Yield recorded calls as the ledger has them.

    Args:
        trace: A file; calls of the same id from two kinds of files are two calls.
        price: What a model cost at a time in seconds since 1970.
        left: Where calls are counted that no ledger could hold.
    """
    contexts: dict[tuple[object, ...], Context] = {}
    source = trace.reader.name
    for one in trace:
        extra = one.extra or _NOTHING
        key = (one.prompt, one.model, one.batch, *extra[:2], *extra[3:5], *extra[8:11])
        context = contexts.get(key)
        if context is None:
            context = contexts[key] = context_of(one, extra, source)
        try:
            check(one.usage, (*context, *extra, one.session, one.reasoning, one.encoded))
        except Unread as error:
            left.add(trace.line, error)
            continue
        yield Call(
            call_id(one, source),
            one.t,
            context,
            one.usage,
            None if one.usage is None else price(context.model, one.t),
            extra.tenant,
            one.session,
            extra.attempt or 1,
            extra.cause,
            extra.turn,
            extra.chunks,
            finish_of(extra.finish),
            "unfit" if one.rejected else None,
            one.reasoning,
            extra.seconds,
            extra.first_byte,
            o200k_tokens=one.encoded,
        )


def check(usage: Usage | None, values: Iterable[object]) -> None:
    """Look at what a call says before it goes where it stays.

    Raises:
        Unread: It has more tokens than any call, or more lifetimes than the ledger has columns for;
            a number is beyond all reason, or a name is as long as a text.
    """
    if usage is not None:
        if usage.prompt_tokens + usage.output_tokens > MOST_TOKENS:
            raise Unread("more tokens than a call can have")
        if len(usage.cache_write_tokens) > LIFETIMES:
            raise Unread("tokens written to the cache for more than two lifetimes")
    for one in values:
        if isinstance(one, str) and len(one) > LONGEST:
            raise Unread(f"a name of more than {LONGEST:,} characters")
        if isinstance(one, (int, float)) and not one <= MOST_TOKENS:
            raise Unread("a number that no call can have")


def context_of(one: Recorded, extra: Extra, source: str) -> Context:
    """Return what a recorded call may have in common with others."""
    prompt, _, version = (one.prompt or "").partition("@")
    if version.isdecimal():
        version = f"v{version}"
    return Context(
        one.model or extra.served or UNKNOWN_MODEL,
        prompt or None,
        version or None,
        extra.text.removeprefix("sha256:") if extra.text else None,
        extra.label,
        extra.variant,
        extra.feature,
        extra.segment,
        extra.served,
        "batch" if one.batch else None,
        extra.max_tokens,
        source,
    )


def call_id(one: Recorded, source: str) -> str:
    """Return an id that the same call has each time: of its own id, else of what it says.

    A call that was recorded as well has its id from there, so that it is one call.
    """
    if one.extra is not None and one.extra.call_id is not None:
        return one.extra.call_id
    if one.id is not None:
        return id_of(source, one.id)
    usage = one.usage
    counts = usage and [
        usage.input_tokens, usage.output_tokens, usage.cache_read_tokens,
        dict(usage.cache_write_tokens),
    ]  # fmt: skip
    told = [one.t, one.prompt, one.model, one.session, counts, list(one.ids)]
    return _short(f"{source}\0\0{canonical(told)}")


def id_of(source: str, name: str) -> str:
    """Return the id of a call, in the ledger, that has an id at its source."""
    return _short(f"{source}\0{name}")


def _short(text: str) -> str:
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
