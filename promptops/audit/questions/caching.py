"""How much of prompts is read from the vendor's cache, and what is paid where nothing is."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ibis import _

from promptops.audit.levers import given
from promptops.audit.question import Answer, Column, Question
from promptops.audit.spending import rates
from promptops.audit.spent import NOTHING
from promptops.model.money import MILLION
from promptops.warehouse.tables import CONTEXTS, PAID

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ibis.expr.types import Table

    from promptops.audit.question import Window
    from promptops.model.money import Rates
    from promptops.warehouse.warehouse import Warehouse

_TOLD: Final = "How often prompts are found in the vendor's cache, and what misses cost."
_KEYS: Final = ("prompt", "version", "model")


class Side(NamedTuple):
    """Calls of a version at one price that read from the cache, or that read nothing."""

    reads: bool
    price: tuple[str | None, ...]  # PAID
    calls: int
    input: int
    read: int
    short: int  # tokens written for the shorter lifetime, and for the longer
    long: int


def sides(calls: Table) -> Table:
    """Return calls by prompt, version, model, what was paid, and whether they read anything."""
    told = calls.filter(calls.input_tokens.notnull())
    groups = (
        told.mutate(reads=(told.cache_read_tokens > 0).ifelse(1, 0))
        .group_by("context_id", "reads")
        .agg(
            calls=_.count(),
            input=_.input_tokens.sum(),
            read=_.cache_read_tokens.sum(),
            short=_.cache_write_tokens.sum(),
            long=_.cache_write_long_tokens.sum(),
        )
    )
    wanted: Any = [*_KEYS, "reads", *PAID]
    return (
        groups.join(CONTEXTS, "context_id")
        .group_by(wanted)
        .agg(**{name: _[name].sum() for name in ("calls", "input", "read", "short", "long")})
    )


def missed(found: Sequence[Side], known: dict[str, Rates]) -> Decimal:
    """Return what calls that read nothing paid above reading what the others read on average.

    What they wrote counts first, at the price of writing, then what they sent as plain input.
    """
    hits = [one for one in found if one.reads]
    reading = sum(one.calls for one in hits)
    if not reading:
        return NOTHING
    usual = Decimal(sum(one.read for one in hits)) / reading
    total = NOTHING
    for one in found:
        paid = known.get(one.price[0] or "")
        if one.reads or paid is None or paid.cache_read is None:
            continue
        there = [Decimal(one.short), Decimal(one.long), Decimal(one.input)]
        writing = [paid.write(ttl or "") for ttl in one.price[1:]]
        for part, rate in zip(given(usual * one.calls, there), (*writing, None), strict=True):
            total += part * ((paid.input if rate is None else rate) - paid.cache_read)
    return total / MILLION


def saved(found: Iterable[Side], known: dict[str, Rates]) -> Decimal:
    """Return what tokens that were read would have cost as plain input, less what they did."""
    total = NOTHING
    for one in found:
        paid = known.get(one.price[0] or "")
        if paid is not None and paid.cache_read is not None:
            total += one.read * (paid.input - paid.cache_read)
    return total / MILLION


def _ask(house: Warehouse, window: Window) -> Answer:
    known = rates(house)
    found: dict[tuple[Any, ...], list[Side]] = {}
    for *key, reads, price, short, long, calls, plain, read, brief, lasting in house.rows(
        sides(window.calls())
    ):
        sums = [int(value or 0) for value in (calls, plain, read, brief, lasting)]
        side = Side(bool(reads), (price, short, long), *sums)
        found.setdefault(tuple(key), []).append(side)
    rows = [(*key, *_figures(of), saved(of, known), missed(of, known)) for key, of in found.items()]
    rows.sort(key=lambda row: (-row[-1], -row[-2], str(row[:3])))
    columns = (
        Column("prompt", "text", "prompt"), Column("version", "text", "version"),
        Column("model", "text", "model"), Column("calls", "count", "calls"),
        Column("hits", "share", "hits"), Column("read_share", "share", "read"),
        Column("saved_usd", "usd", "saved"), Column("missed_usd", "usd", "missed"),
    )  # fmt: skip
    note = (
        "missed: what calls that read nothing paid above reading what the others read on average; "
        "the first call of a prefix, and the first after its lifetime, must miss"
    )
    return Answer("cache", _TOLD, columns, tuple(rows), (note,) if rows else ())


def _figures(found: Sequence[Side]) -> tuple[int, float, float | None]:
    calls = sum(one.calls for one in found)
    read = sum(one.read for one in found)
    tokens = sum(one.input + one.read + one.short + one.long for one in found)
    hits = sum(one.calls for one in found if one.reads)
    return calls, hits / calls, read / tokens if tokens else None


QUESTIONS: Final = (Question("cache", _TOLD, _ask),)
