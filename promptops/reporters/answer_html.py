"""The answer to a question as a page: a table that sorts, what it may be narrowed to, its data."""

from __future__ import annotations

from decimal import Decimal
from importlib.resources import files
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.reporters.answer_cells import LEFT, cell
from promptops.reporters.page.document import asset, document
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.audit.question import Answer, Column

_MOST: Final = 1_000  # rows of a page


class Asked(NamedTuple):
    """How a question was asked: what its calls must be, and the links to the answer as data."""

    filters: Mapping[str, str]  # also those that are empty
    data: Sequence[tuple[str, str]]  # what it is called, where it is


def report(found: Answer, asked: Asked, nav: Html, note: Html | None = None) -> str:
    """Return the page of an answer."""
    shown = found.rows[:_MOST]
    rest = len(found.rows) - len(shown)
    notes = [f"and {rest:,} more rows, which the data have"] if rest > 0 else []
    notes += found.notes
    body = [
        nav,
        el("header", el("h1", found.title), note),
        el(
            "main",
            filters(asked.filters),
            _table(found, shown) if shown else el("p", "There is no call to answer it from."),
            el("ul", join(el("li", one) for one in notes)) if notes else None,
            _data(asked.data),
        ),
    ]
    return document(found.title, join(body), styles=styles(), script=asset("table.js"), forms=True)


def styles() -> str:
    """Return the styles of pages with such tables."""
    return files("promptops.reporters").joinpath("audit_html.css").read_text("utf-8")


def filters(given: Mapping[str, str]) -> Html:
    """Return the form that asks again, for other days or for calls that are alike."""
    fields = [
        el("label", name, el("input", name=name, value=value, autocomplete="off",
                             type="date" if name in {"since", "until"} else "text",
                             spellcheck="false"))
        for name, value in given.items()
    ]  # fmt: skip
    return el("form", *fields, el("button", "Show", type="submit"),
              method="get", class_="controls filters", aria_label="Of which calls")  # fmt: skip


def _table(found: Answer, rows: Sequence[tuple[Any, ...]]) -> Html:
    heads = [
        el("th", one.head, scope="col", class_=None if one.kind in LEFT else "n",
           data_number=one.kind not in LEFT)
        for one in found.columns
    ]  # fmt: skip
    lines = []
    for row in rows:
        cells = [_cell(v, column) for v, column in zip(row, found.columns, strict=True)]
        lines.append(el("tbody", el("tr", *cells)))
    table = el("table", el("thead", el("tr", *heads)), join(lines), class_="listed",
               id="answer", data_sortable=len(rows) > 1)  # fmt: skip
    return el("div", table, class_="scroll", tabindex="0", role="region", aria_label=found.title)


def _cell(value: Any, column: Column) -> Html:
    shown = cell(value, column)
    if column.kind in LEFT:
        code = column.kind == "text" and value is not None
        return el("td", el("code", shown) if code else shown, data_v=shown)
    exact = f"{value:f}" if isinstance(value, Decimal) else repr(value)
    return el("td", shown, class_="n", data_v=None if value is None else exact)


def _data(links: Sequence[tuple[str, str]]) -> Html:
    shown = join((el("a", name, href=place) for name, place in links), ", ")
    return el("p", "As data: ", shown, class_="soft")
