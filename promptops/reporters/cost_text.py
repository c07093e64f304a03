"""A cost comparison as text, 80 columns wide unless a name is longer."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from promptops.costs.sharing import shared
from promptops.costs.side import STATUSES
from promptops.reporters.cost_block import WIDTH, block, limits, plain
from promptops.reporters.cost_figures import (
    amount,
    change,
    column,
    difference,
    money,
    share,
    visible,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.costs.comparison import Comparison
    from promptops.costs.row import Row
    from promptops.reporters.cost_block import Paint

_NAMES: Final = 40
_FEWEST: Final = 1_000  # blocks that are worth a process
_TEXTS: Final = {
    "rendered": "what is sent",
    "variables": "the text and its inputs",
    "source": "the source",
}


def report(comparison: Comparison, paint: Paint = plain) -> str:
    """Return the comparison as lines of text."""
    shown = [row for row in comparison.shown if comparison.everything or not row.pair.moved]
    lines = [line for remark in comparison.remarks for line in _wrapped(visible(remark))]
    lines.append(_summary(comparison))
    priced = any(one.call for row in shown for one in (row.old, row.new) if one)
    if priced:
        lines.append(_prices(comparison))
    tokens_only = [row for row in shown if _tokens_only(row)]
    lines += _blocks([row for row in shown if not _tokens_only(row)], comparison, paint)
    if tokens_only:
        lines += ["", *_table(tokens_only, comparison, paint)]
    if len(shown) > 1:  # one row is its total
        lines += _totals(comparison, paint)
    together = list(limits(comparison, None, paint))
    if together or comparison.price_change:
        lines += ["", *together, *_price_change(comparison)]
    if comparison.moved and not comparison.everything:
        lines += ["", *_moved(comparison)]
    lines += _left_out(comparison)
    return "\n".join(lines) + "\n"


def _blocks(rows: Sequence[Row], comparison: Comparison, paint: Paint) -> list[str]:
    def told(some: Sequence[Row]) -> list[str]:
        return ["\n".join(["", *block(row, comparison, paint)]) for row in some]

    return shared(rows, told, _FEWEST)


def _summary(comparison: Comparison) -> str:
    tally = comparison.tally
    ends = f"{visible(comparison.base.short)} -> {visible(comparison.head.short)}"
    changed = tally.get("changed", 0)
    told = [f"{changed} {'prompt' if changed == 1 else 'prompts'} changed"]
    moved = len(comparison.moved)
    counts: dict[str, int] = {"moved": moved, **{one: tally.get(one, 0) for one in STATUSES[1:]}}
    counts["renamed"] -= moved
    told += [f"{count} {status}" for status, count in counts.items() if count]
    quiet = sum(row.hidden and row.status != "unchanged" for row in comparison.rows)
    if quiet and not comparison.everything:
        told.append(f"{quiet} without effect (--all)")
    return f"{ends}: {', '.join(told)}"


def _prices(comparison: Comparison) -> str:
    prices = comparison.prices
    source = prices.book.source.replace("==", " ")
    own = [one.model for one in prices.overrides(comparison.models)]
    given = f"; not the list's: {', '.join(own)}" if own else ""
    day = "" if prices.day == prices.book.as_of else f", for {prices.day}"
    return f"prices: {prices.layer} ({source}), of {prices.book.as_of}{day}{given}"


def _price_change(comparison: Comparison) -> Iterator[str]:
    found = comparison.price_change
    if found is None:
        return
    days = f"the prices of {found.after} instead of those of {found.before}"
    cost = "an unknown amount" if found.per_month is None else f"{change(found.per_month)} a month"
    told = f"{days} make {cost} for {', '.join(found.models)}; in no figure above"
    yield from _wrapped(visible(told))


def _tokens_only(row: Row) -> bool:
    return not any(one.model for one in (row.old, row.new) if one)


def _table(rows: Sequence[Row], comparison: Comparison, paint: Paint) -> Iterator[str]:
    counted = dict.fromkeys(one.count.counted for row in rows for one in (row.old, row.new) if one)
    texts = " and ".join(_TEXTS[one] for one in counted)
    yield f"no model is named: o200k_base tokens of {texts}"
    ends = (column(end, 8) for end in (comparison.base, comparison.head))
    yield f"  {'':{_NAMES - 2}}{next(ends):>9}{next(ends):>9}{'Δ':>9}"
    for row in rows:
        name = visible(row.pair.name)
        counts = [amount(one.input if one else None) for one in (row.old, row.new)]
        label = f"  {name:{_NAMES - 2}}"
        if len(label) > _NAMES:
            yield label
            label = " " * _NAMES
        delta = difference(row.tokens if row.comparable else None)
        yield f"{label}{counts[0]:>9}{counts[1]:>9}{delta:>9}  {row.status}".rstrip()
        if row.pair.origin:
            yield f"    from {visible(row.pair.origin)}"
        if row.broken:
            place = f"{visible(row.broken.path)}, line {row.broken.line}"
            yield f"    {place} {row.broken.told} ({row.broken.side})"
        yield from limits(comparison, row.pair.name, paint)


def _totals(comparison: Comparison, paint: Paint) -> Iterator[str]:
    totals = comparison.totals
    if totals.delta is None or totals.base is None:
        return
    told = f"{money(totals.base)} -> {money(totals.head)}"
    figures = f"{change(totals.delta)}  {share(totals.delta, totals.base)}".strip()
    if totals.delta:
        figures = paint(figures, "bad" if totals.delta > 0 else "good")
    partly = ", of those that can be estimated" if totals.partial else ""
    yield ""
    yield f"all a month: {told}  {figures}{partly}"


def _left_out(comparison: Comparison) -> Iterator[str]:
    missing = sorted(comparison.not_compared, key=lambda one: one.reason)
    for reason, some in groupby(missing, key=lambda one: one.reason):
        names = ", ".join(visible(one.name) for one in some)
        yield ""
        yield from _wrapped(f"not compared, {visible(reason)}: {names}")


def _moved(comparison: Comparison) -> Iterator[str]:
    for row in comparison.moved:
        yield f"moved: {visible(row.pair.origin or '')} -> {visible(row.pair.name)}"


def _wrapped(text: str) -> list[str]:
    from textwrap import wrap

    return wrap(
        text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False
    )  # fmt: skip
