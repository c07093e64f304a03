"""Tables of shares on the page of an audit: features, users, versions, models, tenants; prompts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.reporters.audit_html_series import UNTOLD, Sum, grouped
from promptops.reporters.cost_html_pieces import breakable
from promptops.reporters.figures import dollars
from promptops.reporters.page.bars import WIDTH
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from decimal import Decimal

    from promptops.audit.days import Daily, Days
    from promptops.audit.facts import Facts

MOST: Final = 25  # rows of a table
_COLUMNS: Final = (("Name", False), ("Cost", True), ("Share", "share"), ("Calls", True),
                   ("A call", True))  # fmt: skip


def breakdowns(days: Days) -> Html:
    """Return who spent what: a table for each way to share out the window's dollars."""
    ways: tuple[tuple[str, Callable[[Daily], tuple[str | None, ...]]], ...] = (
        ("feature", lambda one: (one.key.feature,)),
        ("group of users", lambda one: (one.key.segment,)),
        ("version", lambda one: one.key[1:3]),
        ("model", lambda one: (one.key.model,)),
    )
    tables = [_table(noun, grouped(days.rows, key)) for noun, key in ways]
    tenants = [((name,), Sum(one)) for name, one in days.tenants.items()]
    tenants.sort(key=lambda one: (-one[1].spent.usd, -one[1].spent.calls, str(one[0])))
    tables.append(_table("tenant", dict(tenants)))
    told = "Dollars of the window, of calls whose price is known."
    return el(
        "section",
        el("h2", "Who spends it", id="breakdowns"),
        el("p", told, class_="soft"),
        el("div", join(tables), class_="charts"),
        aria_labelledby="breakdowns",
    )


def _table(noun: str, found: Mapping[tuple[str | None, ...], Sum]) -> Html:
    total = sum((one.spent.usd for one in found.values()), Sum().spent.usd)
    shown, rest = list(found.items())[:MOST], list(found.values())[MOST:]
    entries = [_row(name, one, total) for name, one in shown]
    more = None
    if rest:
        usd = sum((one.spent.usd for one in rest), Sum().spent.usd)
        calls = sum(one.spent.calls for one in rest)
        part = f", {usd / total:.1%}" if total else ""
        more = el("p", f"and {len(rest):,} more: {dollars(usd)}{part}, {calls:,} calls",
                  class_="soft")  # fmt: skip
    caption = el("caption", f"Cost by {noun}")
    columns = ((noun.capitalize(), False), *_COLUMNS[1:])
    table = el("table", caption, head(columns), join(entries), class_="listed",
               id=f"by-{noun.partition(' ')[0]}", data_sortable=len(shown) > 1)  # fmt: skip
    return el("div", table, more, class_="scroll")


def _row(name: tuple[str | None, ...], one: Sum, total: Decimal) -> Html:
    part = one.usd / total if one.usd is not None and total else None
    return entry(
        " ".join(UNTOLD if each is None else each for each in name),
        number(one.usd, "unknown" if one.usd is None else dollars(one.usd)),
        el("td", None if part is None else portion(part), class_="share",
           data_v=None if part is None else f"{part:f}"),
        number(one.spent.calls, f"{one.spent.calls:,}"),
        number(one.per_call, "unknown" if one.per_call is None else dollars(one.per_call)),
    )  # fmt: skip


def portion(part: Decimal) -> Html:
    """Return a share as a bar and its figure."""
    rect = el("rect", width=f"{float(part) * WIDTH:.1f}", height="10", class_="portion")
    picture = el("svg", rect, viewBox=f"0 0 {WIDTH} 10", preserveAspectRatio="none",
                 aria_hidden="true", focusable="false")  # fmt: skip
    return join([picture, el("span", f"{part:.1%}")])


def head(columns: Iterable[tuple[str, bool | str]]) -> Html:
    """Return the head of a table; a column is of figures, and may have a class of its own."""
    cells = [
        el("th", name, scope="col", data_number=bool(kind),
           class_=kind if isinstance(kind, str) else "n" if kind else None)
        for name, kind in columns
    ]  # fmt: skip
    return el("thead", el("tr", join(cells)))


def entry(name: str, *cells: Html) -> Html:
    """Return a row that the page's script can sort."""
    row = el("tr", el("th", el("code", breakable(name)), scope="row", data_v=name), *cells)
    return el("tbody", row)


def number(value: Decimal | float | None, shown: str, kind: str = "n") -> Html:
    """Return a cell of a figure."""
    known = None if value is None else f"{value:f}" if not isinstance(value, int) else str(value)
    return el("td", shown, class_=kind, data_v=known)


def prompts(facts: Facts) -> Html | None:
    """Return what each prompt costs by its declared traffic; None where there are no prompts."""
    if not facts.templates:
        return None
    ranked: Sequence[tuple[str, Decimal | None]] = sorted(
        ((one.name, one.month) for one in facts.templates),
        key=lambda one: (one[1] is None, -(one[1] or 0), one[0]),
    )
    entries = []
    for name, month in ranked[: 8 * MOST]:
        part = month / facts.month if month is not None and facts.month else None
        entries.append(
            entry(
                name,
                number(month, "unknown" if month is None else dollars(month)),
                el("td", None if part is None else portion(part), class_="share"),
            )
        )
    rest = len(ranked) - 8 * MOST
    more = el("p", f"and {rest:,} more, which cost less", class_="soft") if rest > 0 else None
    caption = el("caption", "Dollars a month of declared traffic")
    columns = (("Prompt", False), ("A month", True), ("Share", "share"))
    table = el("table", caption, head(columns), join(entries), class_="listed", id="by-prompt",
               data_sortable=len(ranked) > 1)  # fmt: skip
    heading = el("h2", "Who spends it", id="breakdowns")
    return el("section", heading, table, more, aria_labelledby="breakdowns")
