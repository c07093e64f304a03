"""Horizontal bars, one picture a row of a table, all rows drawn to one scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Final

from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Iterable

WIDTH: Final = 1000  # of the drawing; the page stretches it
_HEIGHT: Final = 32
_INSET: Final = 7  # of a bar within its row
_THIN: Final = 2  # what is next to nothing is still seen
_SMALL: Final = Decimal("0.25")  # of the whole: what happens in less is looked at closely


@dataclass(frozen=True, slots=True)
class Scale:
    """What the left and the right edge stand for."""

    low: Decimal
    high: Decimal

    @property
    def cut(self) -> bool:
        """Whether it begins above zero, so that long bars are shown without their beginning."""
        return self.low > 0

    def across(self, amount: Decimal) -> float:
        """Return how far from the left edge an amount is drawn."""
        return float((amount - self.low) / (self.high - self.low)) * WIDTH


def scale(amounts: Iterable[Decimal]) -> Scale:
    """Return a scale from zero, or from just below amounts that differ by little."""
    seen = list(amounts)
    low, high = min([*seen, Decimal(0)]), max([*seen, Decimal(0)])
    nearest = min(seen, default=Decimal(0))
    spread = high - nearest
    if 0 < spread < _SMALL * high:
        step = Decimal(1).scaleb(spread.adjusted())
        low = ((nearest - spread / 2) / step).to_integral_value(ROUND_FLOOR) * step
    return Scale(low, high if high > low else low + 1)


def bar(
    drawn: Scale,
    start: Decimal,
    end: Decimal,
    kind: str,
    *,
    first: bool = False,
    last: bool = False,
) -> Html:
    """Return the bar from one amount to another; lines lead to the rows above and below.

    It says nothing to a screen reader: the row's own cells have the label and the figure.
    """
    whole = start == 0 and (first or last)
    begin, finish = (0.0 if whole and drawn.cut else drawn.across(start)), drawn.across(end)
    left, width = min(begin, finish), max(abs(finish - begin), _THIN)
    zero = drawn.across(Decimal(0))
    rect = el("rect", x=_round(left), y=str(_INSET), width=_round(width),
              height=str(_HEIGHT - 2 * _INSET), class_=kind)  # fmt: skip
    parts = [
        None if drawn.cut else _line("axis", zero, 0, _HEIGHT),
        None if first else _line("lead", finish if last else begin, 0, _INSET),
        rect,
        None if last else _line("lead", finish, _HEIGHT - _INSET, _HEIGHT),
        _break() if whole and drawn.cut else None,
    ]
    return el("svg", join(parts), viewBox=f"0 0 {WIDTH} {_HEIGHT}", class_="bar",
              preserveAspectRatio="none", aria_hidden="true", focusable="false")  # fmt: skip


def whisker(drawn: Scale, low: Decimal, high: Decimal) -> Html:
    """Return a line between two amounts, with its ends; what is beyond the scale is cut."""
    left, right = drawn.across(low), drawn.across(min(high, drawn.high))
    middle, end = _HEIGHT // 2, 5
    ends = [left] if high > drawn.high else [left, right]
    marks = "".join(f"M{_round(x)} {middle - end}V{middle + end}" for x in ends)
    path = el("path", d=f"M{_round(left)} {middle}H{_round(right)}{marks}", class_="whisker")
    return el("svg", path, viewBox=f"0 0 {WIDTH} {_HEIGHT}", class_="bar",
              preserveAspectRatio="none", aria_hidden="true", focusable="false")  # fmt: skip


def _line(kind: str, x: float, top: int, bottom: int) -> Html:
    return el("path", d=f"M{_round(x)} {top}V{bottom}", class_=kind)


def _break() -> Html:
    """Return the mark of a bar whose beginning is not shown."""
    return el("path", d=f"M30 {_HEIGHT}L42 0M42 {_HEIGHT}L54 0", class_="cut")


def _round(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
