"""The variants of an eval in tables: figures with intervals, cost by part, placements."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.evals.words import change, percent
from promptops.reporters.cost_html_pieces import facts
from promptops.reporters.eval_sentences import failures, latency, reads, repeats
from promptops.reporters.eval_words import (
    UNKNOWN,
    attempts,
    better_baselines,
    gap,
    marked,
    money,
    of,
    price,
    quality,
    role,
    seconds,
    together,
)
from promptops.reporters.page.markup import Html, el, join, text

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_variants import Tokens, Variant
    from promptops.reporters.page.markup import Child

_COLUMNS: Final = 6
_PARTS: Final = {
    "input": "Input", "cache_read": "Cache read", "cache_write": "Cache write",
    "output": "Output", "reasoning": "Reasoning",
}  # fmt: skip
_WIDTH: Final = 1000


def variants(found: Report) -> Html:
    """Return the section with a row for each variant, and what is behind it."""
    heads = [("Variant", None), ("Quality", "n"), ("Difference", "n"), ("$ per 1,000", "n"),
             ("$ per success", "n mid"), ("p95", "n mid")]  # fmt: skip
    caption = el("caption", f"{found.eval.metric}: the mean with its 95 % interval, in percent;"
                 " costs are those of production")  # fmt: skip
    rows = [_variant(found, one) for one in found.variants]
    notes = [el("p", told, class_="note") for told in better_baselines(found)]
    table = el("table", caption, _header(heads), join(rows), class_="variants")
    return el("section", el("h2", "Versions", id="variants"), table, *notes,
              aria_labelledby="variants")  # fmt: skip


def _header(heads: Sequence[tuple[str, str | None]]) -> Html:
    return el("thead", el("tr", *(el("th", told, scope="col", class_=kind)
                                  for told, kind in heads)))  # fmt: skip


def _variant(found: Report, one: Variant) -> Html:
    compared = of(found, one.id)
    mark = el("span", "recommended", class_="status") if one.id == found.recommended else None
    cells = [
        el("th", join([_breakable(one.id), mark], " "), scope="row"),
        figure(quality(one.metrics.get(found.eval.metric))),
        figure(gap(compared) if compared else role(found, one)),
        figure(money(one.cost.per_1000)),
        figure(money(one.cost.per_success), "n mid"),
        figure(seconds(one.latency.p95), "n mid"),
    ]
    more = el("details", el("summary", "Attempts, tokens, other scores"), _behind(found, one))
    behind = el("tr", el("td", more, colspan=str(_COLUMNS)), class_="more-row")
    return el("tbody", el("tr", join(cells)), behind)


def _breakable(name: str) -> Html:
    """Return a name that a line may break behind its colons."""
    return Html(text(name).replace(":", ":<wbr>"))


def figure(told: str, kind: str = "n") -> Html:
    """Return a cell; an interval may stand on a line of its own."""
    value, bracket, ends = told.partition(" [")
    shown = el("span", value, class_="soft") if value == UNKNOWN else value
    interval = el("small", f"[{ends}", class_="soft") if bracket else None
    return el("td", join([shown, interval], " "), class_=kind)


def _behind(found: Report, one: Variant) -> Html:
    front = next((each.probability for each in found.pareto if each.id == one.id), None)
    told: list[tuple[str, Child]] = [
        ("Model", el("code", one.model)),
        ("Served", ", ".join(one.model_served)),
        ("Cases", _counts(one)),
        ("Cost", change(one.cost.ratio)),
        ("Undominated", None if front is None else f"in {percent(front, 0)} % of draws"),
        ("Attempts", attempts(one.attempts)),
        ("$ per success", money(one.cost.per_success)),
        ("Failures", "; ".join(failures(one))),
        ("Latency", latency(one).removeprefix("latency ")),
        ("Tokens a call", _tokens(one.tokens)),
        ("Cache", reads(one.reads) if one.reads else None),
        ("Repeats", "; ".join(repeats(one.repeats)) if one.repeats else None),
    ]  # fmt: skip
    for name, metric in one.metrics.items():
        notes = [f"{metric.invalid:,} invalid" if metric.invalid else None, metric.note]
        told.append((name, ", ".join([quality(metric), *filter(None, notes)])))
    return facts([(name, held(one)) for name, one in told])


def held(told: Child) -> Child:
    """Return a text in which no figure is torn from its sign; what is markup stays as it is."""
    plain = isinstance(told, str) and not isinstance(told, Html)
    return Html(together(text(told))) if plain and told else told


def _counts(one: Variant) -> str:
    told = f"{one.n:,} scored, {one.missing:,} missing"
    told += f", {one.shared:,} with the incumbent's text" if one.shared else ""
    return told + (f", {one.reused:,} answers of earlier runs" if one.reused else "")


def _tokens(found: Tokens) -> str:
    shown = (("input", found.input), ("cache read", found.cache_read),
             ("cache write", found.cache_write), ("output", found.output),
             ("of it reasoning", found.reasoning))  # fmt: skip
    return ", ".join(f"{name} {count:,.1f}" for name, count in shown if count is not None)


def parts(found: Report) -> Html | None:
    """Return the section on what each kind of token costs."""
    some = [one for one in found.variants if sum(part.per_call for part in one.cost.by_part)]
    if not some:
        return None
    most = max(sum(part.per_call for part in one.cost.by_part) for one in some)
    kinds = [kind for kind in _PARTS
             if any(part.part == kind for one in some for part in one.cost.by_part)]  # fmt: skip
    legend = [el("th", el("span", class_=f"key {kind}", aria_hidden="true"), _PARTS[kind],
                 scope="col", class_="n") for kind in kinds]  # fmt: skip
    head = el("thead", el("tr", el("th", "Variant", scope="col"), *legend))
    rows = [row for one in some for row in _part_rows(one, kinds, Decimal(most))]
    caption = el("caption", "Dollars of 1,000 calls by what they go to; bars are to scale")
    table = el("table", caption, head, join(rows), class_="parts")
    return el("section", el("h2", "Cost by part", id="parts"), table, aria_labelledby="parts")


def _part_rows(one: Variant, kinds: Sequence[str], most: Decimal) -> Iterator[Html]:
    costs = {part.part: part.per_call for part in one.cost.by_part}
    cells = [el("td", price(1000 * costs[kind]) if kind in costs else "-", class_="n")
             for kind in kinds]  # fmt: skip
    left, drawn = Decimal(0), []
    for kind in kinds:
        width = costs.get(kind, Decimal(0)) / most * _WIDTH  # type: ignore[call-overload]
        drawn.append(el("rect", x=f"{left:.2f}", y="0", width=f"{max(width - 2, 0):.2f}",
                        height="14", class_=kind))  # fmt: skip
        left += width
    bar = el("svg", join(drawn), viewBox=f"0 0 {_WIDTH} 14", class_="stack",
             preserveAspectRatio="none", aria_hidden="true", focusable="false")  # fmt: skip
    whole = str(len(kinds) + 1)
    yield el("tbody", el("tr", el("th", one.id, scope="row"), *cells),
             el("tr", el("td", bar, colspan=whole), aria_hidden="true"))  # fmt: skip


def _against(ratio: float) -> str:
    shown = f"{100 * (ratio - 1):+.0f} %"
    return "0 %" if shown in {"+0 %", "-0 %"} else shown


def placements(found: Report) -> Html | None:
    """Return the section on other places of cache marks."""
    if not found.placements:
        return None
    heads = [("Marks", None), ("$ per 1,000", "n"), ("At worst", "n"), ("Against shipped", "n"),
             ("Hits", "n mid")]  # fmt: skip
    several = len({one.variant for one in found.placements}) > 1
    rows = []
    for kind, one in marked(found):
        hits = "-" if one.hit_rate is None else f"{percent(one.hit_rate)} %"
        ratio = UNKNOWN if one.ratio is None else _against(one.ratio)
        name = f"{one.variant} {kind}" if several else kind
        rows.append(el("tr", el("th", name, scope="row"), figure(money(one.per_1000)),
                       figure(price(one.pessimistic)), figure(ratio),
                       figure(hits, "n mid")))  # fmt: skip
    caption = el("caption", "Priced over the same answers, never sent: the text is the same")
    table = el("table", caption, _header(heads), el("tbody", join(rows)))
    return el("section", el("h2", "Cache marks", id="marks"), table, aria_labelledby="marks")
