"""Quality against the cost of a success, with intervals, as a drawing."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from promptops.evals.plan import PLACEMENTS
from promptops.evals.words import dollars, percent
from promptops.reporters.eval_html_axes import HEIGHT, Scales, grid
from promptops.reporters.eval_words import marked, money, price, quality
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_variants import Variant

PALE: Final = 0.2  # undominated in fewer draws than this
_FAR: Final = 2.0  # baselines further below than this many spans are named, not drawn
_PLACES: Final = tuple((dx, dy) for dx in (10, -10) for dy in (-9, 19, -26, 36))
_NAMED: Final = frozenset({"none", "best"})  # placements
_NAME: Final = 24  # characters
_WIDTH: Final = 700  # pixels that names are placed for
_LETTER: Final = 8

_Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Point:
    one: Variant
    cost: float
    mean: float
    pale: bool
    probability: float | None


def front(found: Report) -> Html | None:
    """Return the section with the drawing; None where nothing has a known cost and quality."""
    every = list(_points(found))
    if not any(point.one.role != "baseline" for point in every):
        return None
    scales, drawn = _scaled(found, every)
    parts = [*grid(scales), *_front_line(drawn, scales), *_placements(found, drawn, scales)]
    for point in drawn:
        parts += _mark(found, point, scales)
    parts += _labels(drawn, scales)
    svg = el("svg", join(parts), class_="front", height=str(HEIGHT), role="img",
             aria_label=_told(every))  # fmt: skip
    below = [point for point in every if point not in drawn]
    left = "".join(f" {point.one.id} is below the drawing, at {percent(point.mean)} %."
                   for point in below)  # fmt: skip
    heading = el("h2", "Quality against cost", id="front")
    marks = (" Short strokes are the same answers with cache marks elsewhere."
             if found.placements else "")  # fmt: skip
    sure = (" The share beside a name is that of draws of the cases in which no other is better"
            " and cheaper; below 20 % a point is pale." if found.pareto else "")  # fmt: skip
    caption = el("figcaption", "Up is better, left is cheaper. Lines through a point are its 95 %"
                 f" intervals.{sure}{marks}{left}", class_="soft")  # fmt: skip
    return el("section", heading, el("figure", caption, svg), aria_labelledby="front")


def _points(found: Report) -> Iterator[_Point]:
    surely = {one.id: one.probability for one in found.pareto}
    for one in found.variants:
        metric, cost = one.metrics.get(found.eval.metric), one.cost.per_success.value
        if metric is not None and metric.mean is not None and cost is not None:
            share = surely.get(one.id)
            pale = share is not None and share < PALE
            yield _Point(one, float(cost), metric.mean, pale, share)


def _scaled(found: Report, every: Sequence[_Point]) -> tuple[Scales, list[_Point]]:
    """Return the scales, and the points within them."""
    models = [point for point in every if point.one.role != "baseline"]
    ends = [end for point in models for end in _ends(found, point)]
    span = max(max(ends) - min(ends), 0.01)
    drawn = [point for point in every if point.mean > min(ends) - _FAR * span]
    ends = [end for point in drawn for end in _ends(found, point)]
    room = 0.08 * max(max(ends) - min(ends), 0.01)
    costs = [point.cost for point in drawn]
    costs += [float(one.one.cost.per_success.high) for one in drawn
              if one.one.cost.per_success.high is not None]  # fmt: skip
    costs += [float(one.per_success) for one in found.placements if one.per_success is not None]
    most = max(costs) or 1.0
    return Scales(most, max(min(ends) - room, 0), min(max(ends) + room, 1.0)), drawn


def _ends(found: Report, point: _Point) -> list[float]:
    metric = point.one.metrics[found.eval.metric]
    return [point.mean, *(end for end in (metric.low, metric.high) if end is not None)]


def _front_line(drawn: Sequence[_Point], scales: Scales) -> Iterator[Html]:
    """Yield the steps between those that nothing is better and cheaper than."""
    best: list[_Point] = []
    for point in sorted(drawn, key=lambda one: (one.cost, -one.mean)):
        if not best or point.mean > best[-1].mean:
            best.append(point)
    for one, after in pairwise(best):
        y, then = f"{scales.y(one.mean):.1f}", f"{scales.y(after.mean):.1f}"
        x, there = scales.x(one.cost), scales.x(after.cost)
        yield el("line", x1=x, x2=there, y1=y, y2=y, class_="step")
        yield el("line", x1=there, x2=there, y1=y, y2=then, class_="step")


def _placements(found: Report, drawn: Sequence[_Point], scales: Scales) -> Iterator[Html]:
    heights = {point.one.id: scales.y(point.mean) for point in drawn}
    for kind, one in marked(found):
        if one.per_success is not None and one.variant in heights and kind in PLACEMENTS:
            x, y = scales.x(float(one.per_success)), heights[one.variant]
            told = el("title", f"{one.variant}, marks {one.kind}: {dollars(one.per_success)}")
            yield el("line", told, x1=x, x2=x, y1=f"{y - 9:.1f}", y2=f"{y + 9:.1f}", class_="place")
            if one.kind in _NAMED:
                anchor = "end" if scales.across(float(one.per_success)) > 90 else "middle"  # noqa: PLR2004
                yield el("text", one.kind, x=x, y=f"{y:.1f}", dy="22", text_anchor=anchor,
                         class_="tick")  # fmt: skip


def _mark(found: Report, point: _Point, scales: Scales) -> list[Html]:
    one, pale = point.one, " pale" if point.pale else ""
    x, y = scales.x(point.cost), f"{scales.y(point.mean):.1f}"
    metric, cost, parts = one.metrics[found.eval.metric], one.cost.per_success, []
    if metric.low is not None and metric.high is not None:
        parts.append(el("line", x1=x, x2=x, y1=f"{scales.y(metric.low):.1f}",
                        y2=f"{scales.y(metric.high):.1f}", class_=f"range{pale}"))  # fmt: skip
    if cost.low is not None and cost.high is not None:
        parts.append(el("line", x1=scales.x(float(cost.low)), x2=scales.x(float(cost.high)),
                        y1=y, y2=y, class_=f"range{pale}"))  # fmt: skip
    sure = (
        "" if point.probability is None else f"; undominated in {percent(point.probability, 0)} %"
    )
    told = el("title", f"{one.id}: {quality(metric)}, {money(cost)} a success{sure}")
    parts.append(el("circle", told, cx=x, cy=y, r="6", class_=f"dot {one.role}{pale}"))
    return parts


def _labels(drawn: Sequence[_Point], scales: Scales) -> Iterator[Html]:
    """Yield the names beside their points, where they cover least of the others."""
    taken = [box for point in drawn for box in _boxes(point, scales)]
    for point in sorted(drawn, key=lambda one: one.pale):
        name = point.one.id if len(point.one.id) <= _NAME else f"{point.one.id[: _NAME - 1]}…"
        share = "" if point.probability is None else f" {percent(point.probability, 0)} %"
        x, y = scales.across(point.cost) * _WIDTH / 100, scales.y(point.mean)
        places = [(_box(x, y, name + share, dx, dy), dx, dy) for dx, dy in _PLACES]
        inside = [one for one in places if one[0][0] >= 0 and one[0][2] <= _WIDTH] or places
        box, dx, dy = min(inside, key=lambda one: sum(_cover(one[0], other) for other in taken))
        taken.append(box)
        yield el("text", name, el("tspan", share, class_="share") if share else None,
                 x=scales.x(point.cost), y=f"{y:.1f}", dx=str(dx), dy=str(dy),
                 text_anchor="start" if dx > 0 else "end",
                 class_="name pale" if point.pale else "name")  # fmt: skip


def _boxes(point: _Point, scales: Scales) -> Iterator[_Box]:
    """Yield what a point covers, in pixels of a page of middling width."""
    x, y = scales.across(point.cost) * _WIDTH / 100, scales.y(point.mean)
    yield x - 7, y - 7, x + 7, y + 7
    cost = point.one.cost.per_success
    if cost.low is not None and cost.high is not None:
        left, right = (scales.across(float(one)) * _WIDTH / 100 for one in (cost.low, cost.high))
        yield left, y - 2, right, y + 2
    yield x - 2, y - 60, x + 2, y + 60


def _box(x: float, y: float, name: str, dx: int, dy: int) -> _Box:
    width = _LETTER * len(name)
    left = x + dx if dx > 0 else x + dx - width
    return left, y + dy - 13, left + width, y + dy + 4


def _cover(one: _Box, other: _Box) -> float:
    """Return the pixels that two boxes share."""
    across = min(one[2], other[2]) - max(one[0], other[0])
    down = min(one[3], other[3]) - max(one[1], other[1])
    return across * down if across > 0 and down > 0 else 0


def _told(every: Sequence[_Point]) -> str:
    """Return the drawing in a sentence; the table below it has the figures."""
    told = [f"{point.one.id} {percent(point.mean)} % at {price(point.one.cost.per_success.value)}"
            for point in every]  # fmt: skip
    return f"Quality against the dollars of a success: {'; '.join(told)}"
