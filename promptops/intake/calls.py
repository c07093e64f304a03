"""A recorded call of any trace -> a call of the ledger."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from promptops.ledger.rows import canonical
from promptops.model.calls import Call, Context
from promptops.recording.answers import finish_of
from promptops.recording.rows import UNKNOWN_MODEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from promptops.caching.traces import Extra, Recorded
    from promptops.model.money import Price


def calls_of(
    recorded: Iterable[Recorded], source: str, price: Callable[[str, float], Price | None]
) -> Iterator[Call]:
    """Yield recorded calls as the ledger has them.

    Args:
        recorded: Calls of a trace.
        source: The kind of trace; calls of the same id from two sources are two calls.
        price: What a model cost at a time in seconds since 1970.
    """
    contexts: dict[tuple[object, ...], Context] = {}
    for one in recorded:
        extra = one.extra
        key = (one.prompt, one.model, one.batch, extra and extra[:5])
        context = contexts.get(key)
        if context is None:
            context = contexts[key] = _context(one, extra, source)
        rejected = "unfit" if one.rejected else None
        yield Call(
            _id(one, source),
            one.t,
            context,
            one.usage,
            None if one.usage is None else price(context.model, one.t),
            extra.tenant if extra else None,
            one.session,
            finish=finish_of(extra.finish) if extra else None,
            error=rejected,
            reasoning_tokens=one.reasoning,
            latency=extra.seconds if extra else None,
            first_byte=extra.first_byte if extra else None,
            o200k_tokens=one.encoded,
        )


def _context(one: Recorded, extra: Extra | None, source: str) -> Context:
    prompt, _, version = (one.prompt or "").partition("@")
    if version.isdecimal():
        version = f"v{version}"
    return Context(
        one.model or (extra.served if extra else None) or UNKNOWN_MODEL,
        prompt or None,
        version or None,
        feature=extra.feature if extra else None,
        segment=extra.segment if extra else None,
        model_served=extra.served if extra else None,
        tier="batch" if one.batch else None,
        max_tokens=extra.max_tokens if extra else None,
        source=source,
    )


def _id(one: Recorded, source: str) -> str:
    """Return an id that the same call has each time: of its own id, else of what it says."""
    if one.id is not None:
        text = f"{source}\0{one.id}"
    else:
        usage = one.usage
        counts = usage and [
            usage.input_tokens, usage.output_tokens, usage.cache_read_tokens,
            dict(usage.cache_write_tokens),
        ]  # fmt: skip
        told = [one.t, one.prompt, one.model, one.session, counts, list(one.ids)]
        text = f"{source}\0\0{canonical(told)}"
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:32]
