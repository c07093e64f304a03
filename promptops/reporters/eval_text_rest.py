"""The lower half of an eval's text: marks, slices, flips, errors, what was spent."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from promptops.evals.words import percent
from promptops.reporters.cost_figures import visible
from promptops.reporters.eval_words import (
    assumed,
    marked,
    money,
    price,
    quality,
    sides,
    spent,
    together,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_cases import Flip

WIDTH: Final = 80
_NAMED: Final = 30  # columns
_WIDE: Final = 21  # columns of a figure with its interval
_FLIPS: Final = 10  # of each kind; the others are in the other formats
_ERRORS: Final = 5
_SLICES: Final = 8  # values of a column
_LONGEST: Final = 600  # characters of a sentence


def placements(found: Report) -> Iterator[str]:
    """Yield the costs with cache marks elsewhere; one line where no place makes a difference."""
    if not found.placements:
        return
    yield f"{'Cache marks, priced, not sent':<33}{'$ per 1,000':<28}{'at worst':<10}hits"
    for kind, one in marked(found):
        hits = "-" if one.hit_rate is None else f"{percent(one.hit_rate)} %"
        name = _fitted(f"{kind}  {one.variant}", _NAMED)
        row = f"  {name:<31}{money(one.per_1000):<28}{price(one.pessimistic):<10}{hits}"
        yield row if len(row) <= WIDTH else f"  {name:<31}{money(one.per_1000)}"


def slices(found: Report) -> Iterator[str]:
    """Yield the metric over parts of the cases, of the incumbent and the candidate to look at."""
    some = found.dataset.slices
    if not some:
        return
    names = _two(found)
    heads = "".join(f"{_fitted(name, _WIDE):<{_WIDE + 2}}" for name in names).rstrip()
    yield f"{'Slices, not gated':<26}{'cases':>5}  {heads}"
    for column in dict.fromkeys(one.name for one in some):
        values = [one for one in some if one.name == column]
        for one in values[:_SLICES]:
            cells = "".join(f"{quality(one.metrics.get(name)):<{_WIDE + 2}}" for name in names)
            yield f"  {_fitted(f'{column} {one.value}', 22):<24}{one.cases:>5,}  {cells}".rstrip()
        if len(values) > _SLICES:
            yield f"  … and {len(values) - _SLICES:,} more values of {_fitted(column, 40)}"


def _two(found: Report) -> Sequence[str]:
    """Return the incumbent and the candidate that is recommended, else the first."""
    others = [one.id for one in found.variants if one.role == "candidate"]
    best = [name for name in others if name == found.recommended]
    first = [found.incumbent] if found.incumbent else []
    return [*first, *(best or others)[:1]] or [one.id for one in found.variants[:1]]


def _fitted(text: str, width: int) -> str:
    shown = visible(text)
    return shown if len(shown) <= width else f"{shown[: width - 1]}…"


def flips(found: Report) -> Iterator[str]:
    """Yield what candidates broke, then what they fixed."""
    for title, some in zip(("Broke", "Fixed"), sides(found), strict=True):
        if some:
            yield f"{title}: {len(some):,}"
            yield from _flipped(some)


def _flipped(some: Sequence[Flip]) -> Iterator[str]:
    for one in some[:_FLIPS]:
        reason = one.after.reason if one.broke else one.before.reason
        told = f"{': ' if one.broke else ', before: '}{reason}" if reason else ""
        yield from wrapped(f"{one.case} by {one.candidate}{told}", "  ")
    if len(some) > _FLIPS:
        yield f"  … and {len(some) - _FLIPS:,} more"


def errors(found: Report) -> Iterator[str]:
    """Yield the cases without an answer or a score."""
    if not found.errors:
        return
    yield f"Without an answer or a score: {len(found.errors):,}"
    order = sorted(found.errors, key=lambda one: one.kind)  # failed comes first
    for one in order[:_ERRORS]:
        scored = "scored 0" if one.kind == "failed" else "missing"
        yield from wrapped(f"{one.case} {one.variant}: {one.cause}, {one.message} ({scored})", "  ")
    if len(order) > _ERRORS:
        yield f"  … and {len(order) - _ERRORS:,} more"


def rest(found: Report) -> Iterator[str]:
    """Yield what was done, spent and assumed."""
    done, planned = found.run.done, found.run.planned
    told = f"{done:,} of {planned:,} cases done. " if done < planned else ""
    yield from wrapped(f"{told}{spent(found)}")
    for note in assumed(found):
        yield from wrapped(note)


def wrapped(text: str, indent: str = "") -> list[str]:
    """Return lines; no figure is torn from its percent sign, no interval in two."""
    held = together(visible(text)[:_LONGEST])
    lines = wrap(held, WIDTH, initial_indent=indent, subsequent_indent=indent,
                 break_on_hyphens=False)  # fmt: skip
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
