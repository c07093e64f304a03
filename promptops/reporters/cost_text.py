"""A cost comparison as text, 80 columns wide unless a name is longer."""

from __future__ import annotations

from itertools import groupby
from textwrap import wrap
from typing import TYPE_CHECKING, Final

from promptops.costs.side import STATUSES
from promptops.reporters.cost_block import WIDTH, block, plain
from promptops.reporters.cost_figures import amount, change, difference, money, share, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.costs.comparison import Comparison
    from promptops.costs.diff import Row
    from promptops.reporters.cost_block import Paint

_NAMES: Final = 40


def report(comparison: Comparison, paint: Paint = plain) -> str:
    """Return the comparison as lines of text."""
    shown = comparison.shown
    lines = [*comparison.notes, _summary(comparison)]
    priced = any(one.price for row in shown for one in (row.old, row.new) if one)
    if priced:
        lines.append(_prices(comparison))
    tokens_only = [row for row in shown if _tokens_only(row)]
    for row in shown:
        if not _tokens_only(row):
            lines += ["", *block(row, comparison, paint)]
    if tokens_only:
        lines += ["", *_table(tokens_only, comparison)]
    lines += _totals(comparison, paint)
    lines += _left_out(comparison)
    return "\n".join(lines) + "\n"


def _summary(comparison: Comparison) -> str:
    tally = comparison.tally
    ends = f"{visible(comparison.base.short)} -> {visible(comparison.head.short)}"
    changed = tally.get("changed", 0)
    told = [f"{changed} {'prompt' if changed == 1 else 'prompts'} changed"]
    told += [f"{tally[one]} {one}" for one in STATUSES if one != "changed" and tally.get(one)]
    quiet = sum(row.hidden and row.status != "unchanged" for row in comparison.rows)
    if quiet and not comparison.everything:
        told.append(f"{quiet} without effect (--all)")
    return f"{ends}: {', '.join(told)}"


def _prices(comparison: Comparison) -> str:
    prices = comparison.prices
    source = prices.book.source.replace("==", " ")
    given = f"; given: {', '.join(prices.given)}" if prices.given else ""
    return f"prices: bundled ({source}), of {prices.day}{given}"


def _tokens_only(row: Row) -> bool:
    return not any(one.model for one in (row.old, row.new) if one)


def _table(rows: Sequence[Row], comparison: Comparison) -> Iterator[str]:
    counted = dict.fromkeys(one.count.counted for row in rows for one in (row.old, row.new) if one)
    texts = " and ".join("what is sent" if one == "rendered" else "the source" for one in counted)
    yield f"no model is named: o200k_base tokens of {texts}"
    ends = (visible(end.short)[:8] for end in (comparison.base, comparison.head))
    yield f"  {'':{_NAMES - 2}}{next(ends):>9}{next(ends):>9}{'Δ':>9}"
    for row in rows:
        name = visible(row.pair.name)
        counts = [amount(one.count.input if one else None) for one in (row.old, row.new)]
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
            yield f"    {place} does not parse ({row.broken.side})"


def _totals(comparison: Comparison, paint: Paint) -> Iterator[str]:
    totals = comparison.totals
    if totals.delta is None or len(comparison.shown) < 2:  # noqa: PLR2004 - one row is its total
        return
    kind = "bad" if totals.delta > 0 else "good"
    told = f"{money(totals.base)} -> {money(totals.head)}"
    figures = f"{change(totals.delta)}  {share(totals.delta, totals.base)}".strip()
    partly = ", of those that can be estimated" if totals.partial else ""
    yield ""
    yield f"all a month: {told}  {paint(figures, kind)}{partly}"


def _left_out(comparison: Comparison) -> Iterator[str]:
    missing = sorted(comparison.not_compared, key=lambda one: one.reason)
    for reason, some in groupby(missing, key=lambda one: one.reason):
        names = ", ".join(visible(one.name) for one in some)
        yield ""
        yield from wrap(
            f"not compared, {visible(reason)}: {names}", WIDTH, subsequent_indent="  ",
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
