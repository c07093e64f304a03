"""Between which dollars a month at stake lies, by how much the recorded days differ.

What a change takes off is summed day by day. A window is one draw of what its days could have been:
its variance is taken from the differences between neighbouring days (von Neumann 1941), which
neither a trend nor a new version makes large, as a spread around one mean would be. Where what
happens on a day lasts longer, stretches of days differ more than days do: the widest counts. And
calls come one by one: what few of them come to varies at least as their number does.
"""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from math import exp, sqrt
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.audit.cells import NOTHING
from promptops.model.money import MILLION
from promptops.statistics.distributions import student_quantile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.audit.cells import Cell

CONFIDENCE: Final = 0.95
_WIDEST: Final = 7.0  # of the factor's logarithm: a thousand times more or less
FEWEST: Final = 7  # days: of fewer their differences say too little


class Range(NamedTuple):
    """Dollars a month, and how both ends were got."""

    low: Decimal
    high: Decimal
    how: str


def lies_between(
    before: Sequence[Cell], after: Sequence[Cell], days: range, monthly: Decimal
) -> Range | None:
    """Return between which dollars a month what a change takes off lies.

    Of fewer than seven days, or of a change that takes nothing off, that is not known.

    Args:
        before: The recorded calls.
        after: The same after the change.
        days: The days of the window, by number.
        monthly: What dollars of the window are multiplied by to be those of a month.
    """
    if len(days) < FEWEST:
        return None
    saved, drawn = _daily(before, after)
    each = [saved.get(day, 0.0) for day in days]
    total = sum(each)
    if total <= 0:
        return None
    # Of few dear calls a month may have far more, and not less than none: their factor is even.
    factor = exp(min(max(_half(stretch, drawn) for stretch in _stretches(each)) / total, _WIDEST))
    how = f"{CONFIDENCE:.0%} sure, by how {len(days)} days differ from one to the next"
    return Range(_dollars(total / factor) * monthly, _dollars(total * factor) * monthly, how)


def _stretches(each: Sequence[float]) -> Iterator[list[float]]:
    """Yield the sums of days, then of stretches of two, four, … of which there are enough.

    Days that fill no stretch are left out, and the others stand for them.
    """
    length = 1
    while (number := len(each) // length) >= FEWEST:
        scale = len(each) / (number * length)
        yield [scale * sum(each[at * length : (at + 1) * length]) for at in range(number)]
        length *= 2


def _half(each: Sequence[float], drawn: float) -> float:
    """Return half the width of the interval of a sum; ``drawn`` is the least that it varies."""
    number = len(each)
    squares = sum((one - other) ** 2 for one, other in pairwise(each))
    variance = number * squares / (2 * (number - 1))
    # Differences of neighbours overlap: they have two thirds of the degrees of freedom.
    degrees = 2 * (number - 1) ** 2 / (3 * number - 4)
    return student_quantile((1 + CONFIDENCE) / 2, degrees) * sqrt(max(variance, drawn))


def _daily(before: Sequence[Cell], after: Sequence[Cell]) -> tuple[dict[int, float], float]:
    """Return the dollars that are taken off by day, and the variance of them if calls are draws.

    Of a cell each day loses the same share of its requests' dollars and of its answers'. How much
    of an answer is beyond a limit differs between answers alike.
    """
    left: dict[int, list[Cell]] = {}
    for one in after:
        left.setdefault(id(one.daily), []).append(one)
    found: dict[int, float] = {}
    drawn = 0.0
    for one in before:
        others = left.get(id(one.daily), [])
        sent = _lost(one.prompt_usd, sum((each.prompt_usd for each in others), NOTHING))
        said = _lost(one.output_usd, sum((each.output_usd for each in others), NOTHING))
        if not sent and not said:
            continue
        whole = 0.0
        for day, (prompt, output) in one.daily.items():
            saved = sent * prompt + said * output
            found[day] = found.get(day, 0.0) + saved
            whole += saved
        drawn += _beyond(one, others) or whole**2 / max(float(one.told), 1.0)
    return found, drawn


def _lost(before: Decimal, after: Decimal) -> float:
    return float((before - after) / before) if before else 0.0


def _beyond(one: Cell, others: Sequence[Cell]) -> float:
    """Return the variance of the dollars of answers beyond a limit, each answer one draw."""
    if one.rates is None or len(others) != 1 or others[0].lengths is one.lengths:
        return 0.0
    limit = max(others[0].lengths, default=0)
    rate = float(one.rates.output / MILLION * one.share)
    return sum(n * ((length - limit) * rate) ** 2 for length, n in one.lengths.items()
               if length > limit)  # fmt: skip


def _dollars(amount: float) -> Decimal:
    return Decimal(repr(amount))
