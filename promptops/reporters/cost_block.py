"""The lines of a cost report about one prompt."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from promptops.reporters.cost_figures import (
    UNKNOWN,
    amount,
    change,
    column,
    difference,
    money,
    several,
    share,
    visible,
)
from promptops.reporters.cost_policy import lines
from promptops.reporters.cost_why import why, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.costs.comparison import Comparison
    from promptops.costs.row import Row

WIDTH: Final = 80
_COLUMNS: Final = 51  # where notes begin

# Marks a stretch of text as bad, good or strong; without a terminal it is left as it is.
Paint = Callable[[str, str], str]


def plain(text: str, kind: str) -> str:
    """Return a text without any colour."""
    del kind
    return text


def block(row: Row, comparison: Comparison, paint: Paint) -> Iterator[str]:
    """Yield the lines about one prompt."""
    ends = (comparison.base.short, comparison.head.short)
    yield _heading(row, ends, paint)
    yield from _circumstances(row)
    if row.broken:
        side = ends[row.broken.side == "head"]
        where = f"{visible(row.broken.path)}, line {row.broken.line}"
        yield f"  {visible(side)} {row.broken.told}: {where}"
    yield ""
    yield _line("", *(column(end, 11) for end in (comparison.base, comparison.head)), "Δ")
    yield from _figures(row, paint)
    yield from why(row)
    yield from _unreckoned(row)
    yield from limits(comparison, row.pair.name, paint)


def _heading(row: Row, ends: tuple[str, str], paint: Paint) -> str:
    name = visible(row.pair.name)
    models = dict.fromkeys(one.model or "no model" for one in (row.old, row.new) if one)
    model = visible(" -> ".join(models))
    told = f"{ends[0]} -> {ends[1]}" if row.status in {"changed", "unchanged"} else row.status
    left = f"{name}  {visible(told)}"
    painted = left.replace(name, paint(name, "strong"), 1)
    if len(left) + len(model) + 2 > WIDTH:
        return f"{painted}\n  {model}"
    return painted + " " * (WIDTH - len(left) - len(model)) + model


def _circumstances(row: Row) -> Iterator[str]:
    if row.pair.origin:
        yield f"  from {visible(row.pair.origin)}"
    if row.pair.via:
        yield f"  via {', '.join(map(visible, row.pair.via))}"
    methods = dict.fromkeys(
        one.count.method.describe() + (", of the source" if one.count.counted == "source" else "")
        for one in (row.old, row.new)
        if one
    )
    for at, method in enumerate(methods):
        yield from wrapped(f"  {'tokens:' if at == 0 else '     ->'} ", method)
    leading = row.new or row.old
    if leading and leading.unknown == "source":
        yield f"  not estimated: {visible(leading.count.reason)}"
    for model in row.unpriced:
        yield f"  no price is known for {visible(model)}"


def _figures(row: Row, paint: Paint) -> Iterator[str]:
    old, new = row.old, row.new
    if any(one and one.reused.reckoned for one in (old, new)):
        prefixes = [int(one.reused.prefix) if one else None for one in (old, new)]
        more = difference((prefixes[1] or 0) - (prefixes[0] or 0))
        yield _line("cached", *map(amount, prefixes), more)
    counts = (amount(one.input if one else None) for one in (old, new))
    more = difference(row.tokens if row.comparable else None)
    attached = next((one.count.attached for one in (new, old) if one and one.count.attached), 0)
    note = f"≈{amount(attached)} of tools, schema" if attached else ""
    yield _line("input", *counts, more, note)
    yield _answers(row)
    yield from _hits(row)
    calls = (money(one.per_call if one else None) for one in (old, new))
    base = old.per_call if old else None
    yield _line("a call", *calls, change(row.per_call), share(row.per_call, base))
    yield from _month(row, paint)


def _hits(row: Row) -> Iterator[str]:
    hits = [one.reused.hit if one else None for one in (row.old, row.new)]
    if any(hit is not None for hit in hits):
        measured = row.used.arrivals.hit_rate is not None
        note = row.used.arrivals.origin if measured else "worked out of the traffic"
        yield _line("hit rate", *(_rate(hit) for hit in hits), "", visible(note))


def _rate(share: Decimal | None) -> str:
    return UNKNOWN if share is None else f"{share * 100:.1f} %"


def _answers(row: Row) -> str:
    held = {"held": f"held: {row.used.output_origin}", "declared": "declared on each side"}
    note = held.get(row.output or "", "not counted: no cost.output_tokens")
    counts = [one.output if one else None for one in (row.old, row.new)]
    known = row.output and row.comparable
    gain = difference((counts[1] or 0) - (counts[0] or 0)) if known else UNKNOWN
    return _line("output", *map(amount, counts), gain, note)


def _month(row: Row, paint: Paint) -> Iterator[str]:
    calls = row.calls.amount
    months = [one.per_month(calls) if one else None for one in (row.old, row.new)]
    delta = row.per_month
    kind = "" if not delta else "bad" if delta > 0 else "good"
    line = _line("a month", *map(money, months), change(delta))
    note = share(delta, months[0])
    yield (paint(line, kind) if kind else line) + (f"  {note}" if note else "")
    ranged = row.month_range
    if ranged and ranged.low != ranged.high:
        told = f"{change(ranged.low)} ... {change(ranged.high)}"
        driven = f"{told}, by {ranged.driver}"
        yield _aside(driven if _COLUMNS + len(driven) <= WIDTH else told)
    if calls is None:
        yield _aside("calls a month: unknown")
    else:
        yield _aside(f"{several(calls.expected, 'call')}: {visible(row.calls.origin or '')}")


def _aside(text: str) -> str:
    """Return a note below the figures, further to the left where it would not fit."""
    return " " * max(min(_COLUMNS, WIDTH - len(text)), 2) + text


def _unreckoned(row: Row) -> Iterator[str]:
    """Say why no cache is reckoned with where marks ask for one."""
    sides = [one for one in (row.new, row.old) if one is not None]
    told = next((one.reused.told for one in sides if one.reused.told), "")
    if told and not any(one.reused.reckoned for one in sides):
        yield from wrapped("  cache  ", visible(told))


def limits(comparison: Comparison, prompt: str | None, paint: Paint) -> Iterator[str]:
    """Yield a line for each limit that a prompt exceeds, or that all of them do together."""
    for line in lines(comparison.verdict, prompt):
        first, *rest = wrapped("  ", line)
        yield paint(first, "bad") if line.startswith("FAIL") else first
        yield from rest


def _line(label: str, *columns: str) -> str:
    old, new, delta, *note = columns
    return f"  {label:10}{old:>12}{new:>12}  {delta:>11}  {''.join(note)}".rstrip()
