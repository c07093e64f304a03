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
    parts,
    several,
    share,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.costs.attribution import Part
    from promptops.costs.comparison import Comparison
    from promptops.costs.diff import Row

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
    yield from _why(row)
    if any(side and side.marked for side in (row.pair.old, row.pair.new)):
        yield "  cache: not modelled yet; all input at the plain rate"


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
        yield f"  {'tokens:' if at == 0 else '     ->'} {method}"
    leading = row.new or row.old
    if leading and leading.unknown == "source":
        yield f"  not estimated: {visible(leading.count.reason)}"
    for model in row.unpriced:
        yield f"  no price is known for {visible(model)}"


def _figures(row: Row, paint: Paint) -> Iterator[str]:
    old, new = row.old, row.new
    counts = (amount(one.count.input if one else None) for one in (old, new))
    more = difference(row.tokens if row.comparable else None)
    attached = next((one.count.attached for one in (new, old) if one and one.count.attached), 0)
    note = f"≈{amount(attached)} of tools, schema" if attached else ""
    yield _line("input", *counts, more, note)
    yield _answers(row)
    calls = (money(one.per_call if one else None) for one in (old, new))
    base = old.per_call if old else None
    yield _line("a call", *calls, change(row.per_call), share(row.per_call, base))
    yield from _month(row, paint)


def _answers(row: Row) -> str:
    held = {"held": "held: front matter", "declared": "declared on each side"}
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
    if ranged and ranged[0] != ranged[1]:
        low, high = map(change, ranged)
        yield f"{'':{_COLUMNS}}{low} ... {high}"
    if calls is None:
        yield " " * _COLUMNS + "calls a month: unknown"
    else:
        yield " " * _COLUMNS + f"{several(calls.expected, 'call')}: {row.calls.origin}"


def _why(row: Row) -> Iterator[str]:
    if row.status in {"added", "removed"} or not row.parts:
        return
    monthly = [part.per_month for part in row.parts]
    known: list[Decimal] = [one for one in monthly if one is not None]
    shown = parts(known if len(known) == len(row.parts) else [p.per_call for p in row.parts])
    for at, (part, figure) in enumerate(zip(row.parts, shown, strict=True)):
        yield f"  {'why' if at == 0 else '':3} {figure:>10}  {_cause(part)}"


def _cause(part: Part) -> str:
    number = part.tokens if part.tokens > 0 else -part.tokens
    more = "more" if part.tokens > 0 else "fewer"
    told: dict[str, str] = {
        "model": "the new model's rates",
        "tokenizer": f"the new model's tokenizer: {several(number, f'{more} token')}",
        "tokens": several(number, f"{more} input token"),
        "output": several(number, f"{more} output token"),
    }
    return told[part.cause]


def _line(label: str, *columns: str) -> str:
    old, new, delta, *note = columns
    return f"  {label:10}{old:>12}{new:>12}  {delta:>11}  {''.join(note)}".rstrip()
