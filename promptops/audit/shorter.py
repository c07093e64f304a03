"""What recorded calls would cost with shorter requests: fixed text, retrieved texts, turns."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import FIXED, NOTHING, by_line

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.audit.cells import Cell

Cells = tuple["Cell", ...]
_RETRIEVED: Final = ("retrieved",)


def shortened(cell: Cell, part: Sequence[str], tokens: Decimal) -> Cell:
    """Return a cell whose requests have so many tokens less, all of them of some parts.

    What was cached of them stays so: each kind of tokens loses the same share.
    """
    whole = cell.prompt_tokens
    if tokens <= 0 or not whole:
        return cell
    left = 1 - tokens / whole
    chars = dict(cell.chars)
    total = sum(chars.values(), NOTHING)
    of_part = sum((chars.get(name, NOTHING) for name in part), NOTHING)
    for name in part:
        if of_part and name in chars:
            chars[name] *= max(NOTHING, 1 - total * tokens / whole / of_part)
    kinds = {name: getattr(cell, name) * left for name in ("input", "read", "short", "long")}
    return replace(cell, chars=chars, **kinds)


def trimmed(cells: Cells, least: Callable[[Cell], Decimal], lean: int) -> Cells:
    """Return the calls with at most so many tokens of fixed parts, on average of a line.

    ``least`` is what each call of a cell can spare in any case, in tokens.
    """
    found = []
    for line in by_line(cells).values():
        told = [one for one in line if one.chars]
        usual = _average(told, FIXED)
        over = 1 - lean / usual if usual > lean else NOTHING
        for one in line:
            spare = one.prompt_tokens * one.part(FIXED) * over
            spare = max(spare, least(one) * (one.calls - one.untold))
            found.append(shortened(one, FIXED, min(spare, one.prompt_tokens)))
    return tuple(found)


def _average(cells: Sequence[Cell], part: Sequence[str] = ()) -> Decimal:
    """Return the tokens of a request, or of some parts of it; 0 of no calls."""
    calls = sum((one.told for one in cells), NOTHING)
    tokens = (one.prompt_tokens * one.share * (one.part(part) if part else 1) for one in cells)
    return sum(tokens, NOTHING) / calls if calls else NOTHING


def fewer_chunks(cells: Cells, most: int) -> Cells:
    """Return the calls with at most so many retrieved texts each, each as long as they are."""
    found = []
    for one in cells:
        if one.chunks is None or one.chunks <= most:
            found.append(one)
            continue
        share = one.part(_RETRIEVED) * (1 - Decimal(most) / one.chunks)
        found.append(shortened(one, _RETRIEVED, one.prompt_tokens * share))
    return tuple(found)


def flat_turns(cells: Cells) -> Cells:
    """Return the calls with turns whose requests are no longer than a first turn's on average.

    What a turn has more on average of its line is taken from all its calls, by their length.
    """
    found = []
    for line in by_line(cells).values():
        turns: dict[int | None, list[Cell]] = {}
        for one in line:
            turns.setdefault(one.turn, []).append(one)
        usual = _average(turns.get(1, []))
        for turn, of in turns.items():
            long = _average(of)
            grown = turn is not None and turn > 1 and usual and long > usual
            over = 1 - usual / long if grown else NOTHING
            found += [shortened(one, ("history",), one.prompt_tokens * over) for one in of]
    return tuple(found)


def fewer_turns(cells: Cells, most: int) -> Cells:
    """Return the calls without those of later turns."""
    return tuple(one for one in cells if one.turn is None or one.turn <= most)
