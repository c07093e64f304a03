"""A drawing of versions over time with what it draws as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.reporters.page.lines import chart, legend, straight
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from decimal import Decimal

    from promptops.reporters.audit_html_series import Series, Sum


class Measure(NamedTuple):
    """What is drawn of calls: what it is called, its value, and how that is told and shown."""

    what: str
    value: Callable[[Sum], Decimal | float | None]
    tell: Callable[[str, str, Sum], str]
    show: Callable[[Decimal | float | None], str]
    tick: Callable[[float], str]
    most: float | None = None


def figure(prompt: str, found: Series, measure: Measure) -> Iterator[Html]:
    """Yield a drawing of a prompt's versions, unless nothing is known of any."""
    lines = found.lines(measure.value, measure.tell)
    if all(value is None for one in lines for value in one.values):
        return
    title = el("figcaption", el("strong", prompt), el("span", measure.what, class_="soft"))
    by = f"by version and {found.steps.noun}; the table below has the figures"
    label = f"{prompt}, {measure.what}, {by}"
    picture = None
    if any(straight(one.values) for one in lines):
        picture = join([
            chart(lines, found.steps.told, measure.tick, most=measure.most, label=label),
            legend(lines) if len(lines) > 1 else None,
        ])  # fmt: skip
    yield el("figure", title, picture, el("details", el("summary", "The figures"),
             _table(f"{prompt}: {measure.what}", found, measure)))  # fmt: skip


def _table(caption: str, found: Series, measure: Measure) -> Html:
    names = list(found.sums)
    top = [el("th", found.steps.caption, scope="col")]
    top += [el("th", name, scope="col", class_="n") for name in names]
    rows = []
    for at, step in enumerate(found.steps.told):
        sums = [found.sums[name][at] for name in names]
        shown = ("" if one is None else measure.show(measure.value(one)) for one in sums)
        cells = [el("td", one, class_="n") for one in shown]
        rows.append(el("tr", el("th", step, scope="row"), *cells))
    body = el("tbody", join(rows))
    table = el("table", el("caption", caption), el("thead", el("tr", join(top))), body)
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_label=caption)
