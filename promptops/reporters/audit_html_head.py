"""What the page of an audit says first and last: the month, what is at stake, what is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.audit.days import kinds
from promptops.reporters.audit_html_series import Sum
from promptops.reporters.figures import dollars
from promptops.reporters.page.markup import Html, el, join, text

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.audit.days import Days
    from promptops.audit.report import Audit


def title(found: Audit) -> str:
    """Return the page's title."""
    known = found.facts.month
    return f"Audit: {dollars(known)} a month" if known else "Audit: no known cost"


def sentence(found: Audit) -> str:
    """Return the month's dollars, and what mending all would save of them."""
    month = found.facts.month
    if not month:
        return "What prompts cost a month is not known."
    what = "Prompts cost" if found.facts.cells is not None else "Declared traffic costs"
    told = f"{what} {dollars(month)} a month"
    if not found.high:
        return f"{told}; nothing was found that would save any of it."
    known = found.between
    high = dollars(found.high) if known is None else f"{_usd(known.low)} to {_usd(known.high)}"
    proven = (
        f"{dollars(found.low)} of that is proven" if found.low else "none of that is proven yet"
    )
    return f"{told}. Mending all that was found would save {high} of it; {proven}."


def _usd(amount: Decimal) -> str:
    return dollars(amount) if amount else "$0"


def head(found: Audit, days: Days | None, note: Html | None) -> Html:
    """Return the page's header."""
    return el(
        "header",
        el("p", _window(found), class_="eyebrow"),
        el("h1", sentence(found)),
        el("dl", join(_figures(found, days)), class_="figures"),
        note,
    )


def _window(found: Audit) -> Html | str:
    facts = found.facts
    if facts.cells is None:
        return "Where the money goes, by the prompts as they stand and their declared traffic"
    first, last = (el("span", f"{day}", class_="whole") for day in (facts.first, facts.last))
    return join(["Where the money goes: recorded calls from ", first, " to ", last, " (UTC)"])


def _figures(found: Audit, days: Days | None) -> Iterator[Html]:
    if found.facts.month:
        yield _figure("A month", dollars(found.facts.month))
        share = found.high / found.facts.month
        yield _figure("At stake", dollars(found.high), f"{share:.0%} of it")
    if days is None:
        known = sum(one.month is not None for one in found.facts.templates)
        yield _figure("Prompts", f"{known:,}", f"of {len(found.facts.templates):,} with a month")
        return
    every = Sum()
    for one in days.rows:
        every.add(one)
    yield _figure("Calls", f"{every.spent.calls:,}", f"in {found.facts.days:,} days")
    if every.per_call is not None:
        yield _figure("A call", dollars(every.per_call))
    for kind in kinds(days.rows)[:1]:
        each = every.each(kind)
        if each is not None:
            yield _figure(f"Each good outcome, {kind}", dollars(each),
                          f"{every.good[kind]:,} of them")  # fmt: skip
    if every.read_share is not None:
        yield _figure("Read from caches", f"{every.read_share:.0%}", "of the requests' tokens")


def _figure(label: str, shown: str, small: str | None = None) -> Html:
    more = el("small", small) if small else None
    return el("div", el("dt", label), el("dd", join([shown, more], " ")))


def unknown(found: Audit) -> Html | None:
    """Return the section of what the figures leave out."""
    if not found.notes:
        return None
    items = [el("li", note) for note in found.notes]
    heading = el("h2", "What is not known", id="unknown")
    return el("section", heading, el("ul", join(items)), aria_labelledby="unknown")


def foot(found: Audit) -> Html:
    """Return what the figures are."""
    if found.facts.cells is None:
        told = "Dollars are those of declared traffic at today's prices."
    else:
        told = (
            "Dollars are those that were paid, at each call's own rates; a month is the window's"
            " dollars × 30.4375 / its days. What is at stake is what the calls would have cost"
            " less: all there is to gain, not what you will gain."
        )
    return el("footer", el("p", text(told), class_="soft"))
