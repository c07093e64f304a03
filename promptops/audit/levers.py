"""What recorded calls would cost if something were another way: cells in, cells out.

Each lever changes one thing and leaves the others as they were, so levers can be applied one
after another: each then works on what those before it have left.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import FIXED, NOTHING, ONE, by_line
from promptops.errors import NotEstimable
from promptops.statistics.counted import quantile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from promptops.audit.cells import Cell, Line
    from promptops.model.money import Price

Cells = tuple["Cell", ...]
SECOND: Final = 2
_MISSED: Final = ("short", "long", "input")  # what a miss would have read first, second, third
# Failures that vendors do not bill: nothing was answered. What was answered and is unfit is billed.
UNBILLED: Final = frozenset(
    ("rate_limited", "overloaded", "server", "unreachable", "denied", "exhausted", "invalid")
)


def retried(cells: Cells, share: Decimal) -> Cells:
    """Return the calls with as many later attempts as are that share of all calls.

    The attempts that remain cost what later attempts cost on average.

    Raises:
        NotEstimable: No later attempt is recorded, and so none is known to scale.
    """
    later = sum((one.calls * one.share for one in cells if one.later), NOTHING)
    first = sum((one.calls * one.share for one in cells if not one.later), NOTHING)
    if not later:
        if share:
            raise NotEstimable("no attempt after a first is recorded: what one costs is not known")
        return cells
    factor = first * share / (1 - share) / later
    return tuple(replace(one, share=one.share * factor) if one.later else one for one in cells)


def spared(cells: Cells) -> Cells:
    """Return the calls without attempts after a first, but for those that were the only one paid.

    A second attempt after a failure that is not billed is paid once, as the first would have been.
    """
    return tuple(
        one for one in cells
        if not one.later or (one.attempt == SECOND and one.cause in UNBILLED)
    )  # fmt: skip


def capped(cells: Cells, limits: Mapping[Line, int]) -> Cells:
    """Return the calls with answers no longer than a limit by line; longer ones cost the limit."""
    return tuple(_capped(one, limits[one.line]) if one.line in limits else one for one in cells)


def _capped(cell: Cell, limit: int) -> Cell:
    over = sum(
        number * (length - limit) for length, number in cell.lengths.items() if length > limit
    )
    if not over:
        return cell
    shorter: Counter[int] = Counter()
    for length, number in cell.lengths.items():
        shorter[min(length, limit)] += number
    return replace(cell, output=cell.output - over, lengths=shorter)


def lengths_at(cells: Iterable[Cell], share: float) -> dict[Line, int]:
    """Return the length of answers that a share of them do not pass, of each line."""
    counted: dict[Line, Counter[int]] = {}
    for one in cells:
        counted.setdefault(one.line, Counter()).update(one.lengths)
    return {line: quantile(of, share) for line, of in counted.items() if of}


def found_again(cells: Cells) -> Cells:
    """Return the calls with misses that read what hits of their line read on average.

    What a miss wrote is read first, then what it sent as plain input. A line without a hit stays.
    """
    return tuple(one for of in by_line(cells).values() for one in _found_again(of))


def _found_again(line: Sequence[Cell]) -> list[Cell]:
    hits = [one for one in line if one.reads]
    reading = sum((one.told for one in hits), NOTHING)
    if not reading:
        return list(line)
    usual = sum((one.read * one.share for one in hits), NOTHING) / reading
    sides: dict[object, list[Cell]] = {}
    for one in line:
        kept = one.reads or one.rates is None or one.rates.cache_read is None
        sides.setdefault(None if kept else one.paid[5:], []).append(one)
    found = sides.pop(None, [])
    for side in sides.values():
        found += _reading(side, usual)
    return found


def _reading(side: Sequence[Cell], usual: Decimal) -> list[Cell]:
    """Return misses at one price; what all of them lack is taken from each by what it has."""
    lacking = usual * sum((one.told for one in side), NOTHING)
    moved: dict[str, Decimal] = {}
    there: dict[str, Decimal] = {
        name: sum((getattr(one, name) * one.share for one in side), NOTHING) for name in _MISSED
    }
    for name, part in zip(_MISSED, given(lacking, there.values()), strict=True):
        moved[name] = part / there[name] if there[name] else NOTHING
    found = []
    for one in side:
        taken = {name: getattr(one, name) * share for name, share in moved.items()}
        left = {name: getattr(one, name) - tokens for name, tokens in taken.items()}
        found.append(replace(one, read=one.read + sum(taken.values(), NOTHING), **left))
    return found


def given(lacking: Decimal, there: Iterable[Decimal]) -> list[Decimal]:
    """Return what each of some amounts gives to one that is lacking, the first first."""
    found = []
    for amount in there:
        found.append(min(lacking, amount))
        lacking -= found[-1]
    return found


def kept(cells: Cells, shortest: Mapping[str, int]) -> Cells:
    """Return the calls of lines that never read with their fixed parts read from the cache.

    Of calls that tell no parts, or whose price has no reading, nothing is known. ``shortest`` says
    by model how many tokens its vendor keeps at least.
    """
    found = []
    reading = {one.line for one in cells if one.reads}
    for one in cells:
        fixed = one.part(FIXED)
        least = shortest.get(one.paid.model, 0) * (one.calls - one.untold)
        able = fixed and one.prompt_tokens * fixed >= least
        if one.line in reading or not able or one.rates is None or one.rates.cache_read is None:
            found.append(one)
            continue
        move = {name: getattr(one, name) * fixed for name in ("input", "short", "long")}
        left = {name: getattr(one, name) - tokens for name, tokens in move.items()}
        found.append(replace(one, read=one.read + sum(move.values(), NOTHING), **left))
    return tuple(found)


def on_price(cells: Cells, price_of: Callable[[Cell], Price | None]) -> Cells:
    """Return the calls with the same tokens at other prices; None: a cell stays as it is.

    The length tier is that of the cell's requests on average. Where the price has no rate for what
    a call wrote to the cache, writing costs as plain input.
    """
    found = []
    for one in cells:
        price = price_of(one)
        if price is None or one.rates is None:
            found.append(one)
            continue
        calls = one.calls - one.untold
        rates = price.rates_for(int(one.prompt_tokens / calls) if calls else 0)
        extra = {
            ttl: rates.input if (rate := rates.write(ttl)) is None else rate
            for ttl in (one.paid.short, one.paid.long)
            if ttl
        }
        found.append(replace(one, rates=replace(rates, cache_write={**rates.cache_write, **extra})))
    return tuple(found)


def split(cells: Cells, share: Decimal) -> tuple[Cells, Cells]:
    """Return the calls in two: those that are the share of all, and the rest."""
    some = tuple(replace(one, share=one.share * share) for one in cells)
    return some, tuple(replace(one, share=one.share * (ONE - share)) for one in cells)
