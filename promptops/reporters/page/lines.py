"""Lines over time: widths are shares of the page, heights are pixels, and no text is stretched."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from math import floor, log10
from typing import TYPE_CHECKING, Final

from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MOST: Final = 6  # lines that can be told apart in a drawing
_HEIGHT: Final = 208
_TOP: Final = 22
_BOTTOM: Final = 176
_TICKS: Final = 3
_DOTS: Final = 70  # periods whose points are drawn as dots
_LEFT: Final = 13.0  # percent of the width, where heights are named
_WIDTH: Final = 460  # pixels that names are placed for
_LETTER: Final = 7.5
_NAME: Final = 18  # characters
_PLACES: Final = (-8, 18, -15, 25, -22, 32, -36, 46, -50, 60)
_Taken = tuple[float, float, float]  # from, to, and the height of its foot


@dataclass(frozen=True, slots=True)
class Line:
    """A line's name, its value in each period or None, and what is said of each."""

    name: str
    values: tuple[float | None, ...]
    told: tuple[str, ...]


def chart(
    lines: Sequence[Line],
    periods: Sequence[str],
    show: Callable[[float], str],
    *,
    most: float | None = None,
    label: str,
) -> Html:
    """Return a drawing of lines from zero up.

    Args:
        lines: At most ``MOST`` of them.
        periods: What the steps of time are called.
        show: What a height is called.
        most: What the upper edge stands for; None is the highest value.
        label: What the drawing shows, for those who cannot see it.
    """
    high = most or max((v for one in lines for v in one.values if v is not None), default=0) or 1
    parts = [*_grid(high), *_days(periods)]
    drawn = [_drawn(one, at, len(periods), high) for at, one in enumerate(lines)]
    parts.append(
        el("svg", join(drawn), viewBox=f"0 0 100 {_HEIGHT}", width="100%", height=str(_HEIGHT),
           preserveAspectRatio="none")
    )  # fmt: skip
    if len(periods) <= _DOTS:
        parts += [dot for at, one in enumerate(lines) for dot in _dots(one, at, high)]
    parts += _heights(high, show)
    parts += _names(lines, high)
    return el("svg", join(parts), class_="lines", height=str(_HEIGHT), role="img",
              aria_label=label)  # fmt: skip


def _x(at: int, count: int) -> float:
    return 50.0 if count == 1 else _LEFT + (97 - _LEFT) * at / (count - 1)


def _y(value: float, high: float) -> float:
    return _BOTTOM - min(value / high, 1) * (_BOTTOM - _TOP)


def _grid(high: float) -> Iterator[Html]:
    for value in ticks(high):
        y = f"{_y(value, high):.1f}"
        yield el("line", x1="0", x2="100%", y1=y, y2=y, class_="grid" if value else "axis")


def _heights(high: float, show: Callable[[float], str]) -> Iterator[Html]:
    for value in ticks(high):
        yield el("text", show(value), x="0", y=f"{_y(value, high):.1f}", dy="-4", class_="tick")


def ticks(high: float) -> list[float]:
    """Return round numbers from zero to another."""
    rough = high / _TICKS
    power = 10.0 ** floor(log10(rough))
    step = next((power * each for each in (1, 2, 2.5, 5) if power * each >= rough), 10 * power)
    return [step * at for at in range(floor(high / step + 1e-9) + 1)]


def _days(periods: Sequence[str]) -> Iterator[Html]:
    count = len(periods)
    for at in sorted({0, count // 2, count - 1}) if count > 2 else range(count):  # noqa: PLR2004
        anchor = "start" if at == 0 < count - 1 else "end" if at == count - 1 > 0 else "middle"
        x = f"{_x(at, count):.2f}%"
        yield el("line", x1=x, x2=x, y1=str(_BOTTOM), y2=str(_BOTTOM + 5), class_="axis")
        yield el("text", periods[at], x=x, y=str(_BOTTOM), dy="20", text_anchor=anchor,
                 class_="tick")  # fmt: skip


def _drawn(line: Line, at: int, count: int, high: float) -> Html:
    """Return what connects points of one period after another; a gap stays one."""
    path, before = [], False
    for place, value in enumerate(line.values):
        if value is not None:
            step = "L" if before else "M"
            path.append(f"{step}{_x(place, count):.2f} {_y(value, high):.1f}")
        before = value is not None
    return el("path", d="".join(path), class_=f"line s{at}")


def _dots(line: Line, at: int, high: float) -> Iterator[Html]:
    for place, value in enumerate(line.values):
        if value is not None:
            x, y = _x(place, len(line.values)), _y(value, high)
            yield el("circle", el("title", line.told[place]), r="3", class_=f"dot s{at}",
                     cx=f"{x:.2f}%", cy=f"{y:.1f}")  # fmt: skip


def _names(lines: Sequence[Line], high: float) -> Iterator[Html]:
    """Yield each name where its line ends, moved off the points and names that are there."""
    count = max((len(one.values) for one in lines), default=0)
    points = [
        (_x(place, count), _y(value, high))
        for one in lines for place, value in enumerate(one.values) if value is not None
    ]  # fmt: skip
    taken: list[_Taken] = [(x - 1, x + 1, y + 4) for x, y in points]
    for at, line in enumerate(lines):
        known = [place for place, value in enumerate(line.values) if value is not None]
        if not known:
            continue
        x = _x(known[-1], len(line.values))
        y = _y(line.values[known[-1]] or 0, high)
        name = line.name if len(line.name) <= _NAME else f"{line.name[: _NAME - 1]}…"
        wide = 100 * _LETTER * len(name) / _WIDTH
        left = x - wide if x > 100 - wide else x
        dy = next((one for one in _PLACES if _free(taken, left, wide, y + one)), None)
        if dy is None:
            continue  # the legend has it
        taken.append((left, left + wide, y + dy))
        anchor = "end" if left < x else "start"
        yield el("text", name, x=f"{x:.2f}%", y=f"{y:.1f}", dy=str(dy), text_anchor=anchor,
                 class_=f"name s{at}")  # fmt: skip


def _free(taken: list[_Taken], left: float, wide: float, y: float) -> bool:
    inside = 10 < y < _BOTTOM - 2  # noqa: PLR2004 - the letters' own height
    return inside and all(
        left > end or left + wide < start or abs(y - at) > 10  # noqa: PLR2004
        for start, end, at in taken
    )


def legend(lines: Sequence[Line]) -> Html:
    """Return what stands for which line."""
    sample = [
        el("svg", el("path", d="M0 6H28", class_=f"line s{at}"), class_="sample", width="28",
           height="12", aria_hidden="true", focusable="false")
        for at, _ in enumerate(lines)
    ]  # fmt: skip
    rows = [el("li", one, " ", line.name) for one, line in zip(sample, lines, strict=True)]
    return el("ul", join(rows), class_="legend")


def straight(values: Sequence[float | None]) -> bool:
    """Return whether two values follow one another, so that there is a line to draw."""
    return any(one is not None and other is not None for one, other in pairwise(values))
