"""What is at stake, on the page of an audit: each sin, and what is left after one upon another."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.reporters.audit_words import at_stake, changed, got
from promptops.reporters.figures import dollars
from promptops.reporters.page.bars import bar, scale, whisker
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.audit.report import Audit
    from promptops.audit.sin import Sin
    from promptops.reporters.page.bars import Scale

_ZERO: Final = Decimal(0)
_FARTHEST: Final = Decimal("1.5")  # times the longest bar: a line that goes on is cut


def waterfall(found: Audit) -> Html | None:
    """Return the month, what each change takes off what is left, and what then is left."""
    if not found.steps:
        return None
    drawn = scale([_ZERO, found.facts.month])
    titles = {one.name: one.title for one in found.sins}
    rows = [_row("A month now", _ZERO, found.facts.month, drawn, "total", first=True)]
    for step in found.steps:
        name = el("a", titles[step.name], href=f"#{step.name}")
        rows.append(_row(name, step.before, step.after, drawn, "less"))
    last = found.steps[-1].after
    rows.append(_row("What is left", _ZERO, last, drawn, "total", last=True))
    head = el("tr", *(el("th", one, scope="col") for one in ("Change", "", "Dollars", "Left")))
    caption = el(
        "figcaption",
        "Savings overlap, so each is worked out on what those above it have left. All there is to "
        "gain, at most: what of it is proven stands with each below.",
        class_="soft", id="waterfall-told",
    )  # fmt: skip
    table = el(
        "table",
        el("caption", "Dollars a month, and what is left after each", class_="hidden-text"),
        el("thead", head, class_="hidden-text"),
        el("tbody", join(rows)),
        class_="bridge",
    )
    heading = el("h2", "From this month to what could be left", id="waterfall")
    figure = el("figure", caption, table, aria_describedby="waterfall-told")
    return el("section", heading, figure, aria_labelledby="waterfall")


def _row(  # noqa: PLR0913 - a row is its bar
    name: Html | str,
    before: Decimal,
    after: Decimal,
    drawn: Scale,
    kind: str,
    *,
    first: bool = False,
    last: bool = False,
) -> Html:
    end = first or last
    picture = bar(drawn, before, after, kind, first=first, last=last)
    figure = dollars(after) if end else dollars(after - before)
    return el(
        "tr",
        el("th", name, scope="row"),
        el("td", picture),
        el("td", figure, class_="n"),
        el("td", "" if end else dollars(after), class_="n soft mid"),
        class_="end" if end else None,
    )


def sins(found: Audit) -> Html:
    """Return each sin with its interval, and unfolded its evidence, what to do and what proves."""
    ranked = found.ranked
    most = max((one.stake.high for one in ranked if one.stake), default=_ZERO)
    ends = (one.stake.between.high for one in ranked if one.stake and one.stake.between)
    drawn = scale([_ZERO, most, *(min(end, most * _FARTHEST) for end in ends)])
    items = [_sin(one, drawn, opened=at == 0) for at, one in enumerate(ranked)]
    told = (
        "Seven ways to waste money, the one with most at stake first. A bar is all that its change "
        "would have saved, its full part is proven, and the line through its end is how far "
        "months differ."
    )
    heading = el("h2", "What is at stake", id="sins", tabindex="-1")
    return el("section", heading, el("p", told, class_="soft"), el("div", join(items)),
              aria_labelledby="sins", class_="few")  # fmt: skip


def _sin(one: Sin, drawn: Scale, *, opened: bool) -> Html:
    stake = one.stake
    known = stake is not None and stake.high > 0
    shown = at_stake(one)
    summary = el(
        "summary",
        el("h3", one.title),
        _range(drawn, one),
        el("span", shown, class_="at-stake" if known else "at-stake soft"),
    )
    parts = [
        el("ul", join(el("li", each) for each in one.evidence)) if one.evidence else None,
        el("dl", join(_facts(one)), class_="facts"),
    ]
    return el("details", summary, el("div", join(parts), class_="inside"),
              class_="sin", id=one.name, open=opened)  # fmt: skip


def _range(drawn: Scale, one: Sin) -> Html | None:
    if one.stake is None or not one.stake.high:
        return el("span", class_="bar")
    parts = [bar(drawn, one.stake.low, one.stake.high, "less", first=True, last=True)]
    if one.stake.low:
        parts.append(bar(drawn, _ZERO, one.stake.low, "proven", first=True, last=True))
    if one.stake.between is not None:
        parts.append(whisker(drawn, one.stake.between.low, one.stake.between.high))
    return el("span", *parts, class_="both")


def _facts(one: Sin) -> Iterator[Html]:
    pairs: list[tuple[str, Html | str]] = [("Next step", command(one.step)),
                                           ("Proof", command(one.proof))]  # fmt: skip
    if one.stake is not None and one.stake.high:
        pairs.append(("Paid", f"{dollars(one.stake.paid)} a month for the calls in question"))
        pairs.append(("At stake", f"{dollars(one.stake.high)} a month, if {one.stake.high_is}"))
        between = one.stake.between
        if between is not None:
            ends = f"{dollars(between.low) if between.low else '$0'} to {dollars(between.high)}"
            pairs.append(("Between", f"{ends}: {between.how}"))
        proven = f"{dollars(one.stake.low)} a month, if " if one.stake.low else "$0: "
        pairs.append(("Proven", f"{proven}{one.stake.low_is}"))
    pairs += [("Not known", told) for told in one.unknown]
    for term, said in pairs:
        yield el("dt", term)
        yield el("dd", said)


def command(told: str) -> Html | str:
    """Return a command of promptops as one, and a sentence as one."""
    if not told.startswith("promptops "):
        return told
    line, comma, rest = told.partition(", ")
    return join([el("code", line), comma, rest])


def what_if(found: Audit) -> Html | None:
    """Return the section of levers that were asked about, if any were."""
    if found.what_if is None:
        return None
    before, after = dollars(found.what_if.before), dollars(found.what_if.after)
    items = [
        el("li", changed(one), el("small", f" {got(one)}."),
           el("small", f" Not known: {one.unknown}.") if one.unknown else None)
        for one in found.what_if.changes
    ]  # fmt: skip
    heading = el("h2", f"What if: {before} → {after} a month", id="what-if")
    return el("section", heading, el("ol", join(items)), aria_labelledby="what-if")
