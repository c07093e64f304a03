"""Versions over time: what a good outcome cost, and how much was read from caches."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.audit.days import kinds
from promptops.reporters.audit_html_drawing import Measure, figure
from promptops.reporters.audit_html_series import UNTOLD, grouped, series
from promptops.reporters.audit_html_tables import entry, head, number
from promptops.reporters.figures import dollars
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.audit.days import Daily, Days
    from promptops.audit.facts import Facts
    from promptops.reporters.audit_html_series import Series, Sum

_CHARTS: Final = 6  # prompts, the dearest
_MISSED: Final = 12  # versions, those whose misses cost most


def outcomes(facts: Facts, days: Days) -> Html:
    """Return what each good outcome cost by version, or each call where none is recorded."""
    figures = list(_outcome_figures(facts, days))
    any_kind = bool(kinds(days.rows))
    name = "What a good outcome costs, over time" if any_kind else "What a call costs, over time"
    told = (
        "All calls of a day are paid for, also those that nothing came of; an outcome counts on "
        "the day of its call. Each line is a version of the prompt."
        if any_kind
        else "No outcome is recorded, so this is what a call cost: record outcomes to see what "
        "calls were worth (docs/calls.md). Each line is a version of the prompt."
    )
    return _section("over-time", name, told, figures, _left_out(days.rows))


def _left_out(rows: Sequence[Daily]) -> str | None:
    rest = len({one.key.prompt for one in rows}) - _CHARTS
    return f"The {_CHARTS} dearest prompts; {rest:,} more are in the tables." if rest > 0 else None


def _outcome_figures(facts: Facts, days: Days) -> Iterator[Html]:
    for prompt, rows in _by_prompt(days.rows):
        kind = next(iter(kinds(rows)), None)
        found = _series(facts, rows, kind)
        what = "a call" if kind is None else f"each good outcome, {kind}"

        def value(one: Sum, kind: str | None = kind) -> Decimal | None:
            return one.per_call if kind is None else one.each(kind)

        def tell(version: str, step: str, one: Sum, kind: str | None = kind) -> str:
            amount = value(one, kind)
            of = f"{one.told:,} calls" if kind is None else f"{one.good.get(kind, 0):,} good"
            return f"{version}, {step}: {_money(amount)} ({of})"

        measure = Measure(what, value, tell, _money, _round_money)
        yield from figure(prompt or UNTOLD, found, measure)


def caches(facts: Facts, days: Days) -> Html:
    """Return how many calls read from a cache over time, and what misses cost."""
    figures = list(_cache_figures(facts, days))
    told = (
        "The share of a version's calls that read from its vendor's cache. Missed is what calls "
        "that read nothing paid above reading what the others read on average; first calls, and "
        "those after a prefix's lifetime, must miss."
    )
    if not figures:
        told += " No call read from a cache."
    return _section("caches", "What is read from caches", told, [*figures, _missed(days)], None)


def _cache_figures(facts: Facts, days: Days) -> Iterator[Html]:
    for prompt, rows in _by_prompt(days.rows):
        if not any(one.hits for one in rows):
            continue
        found = _series(facts, rows, None)

        def tell(version: str, step: str, one: Sum) -> str:
            return f"{version}, {step}: {_share(one.hit_share)} of {one.told:,} calls"

        what = "calls that read from the cache"
        measure = Measure(
            what, lambda one: one.hit_share, tell, _share, lambda part: f"{part:.0%}", most=1.0
        )
        yield from figure(prompt or UNTOLD, found, measure)


def _missed(days: Days) -> Html:
    """Return what caches saved and misses cost, by version."""
    found = grouped(days.rows, lambda one: one.key[1:4])
    entries = []
    for one in days.caches[:_MISSED]:
        key = (one.prompt, one.version, one.model)
        of = found[key]
        entries.append(
            entry(
                f"{one.prompt or UNTOLD} {one.version or UNTOLD}", el("td", el("code", one.model)),
                number(of.told, f"{of.told:,}", "n mid"),
                number(of.hit_share, _share(of.hit_share)),
                number(of.read_share, _share(of.read_share), "n mid"),
                number(one.saved, dollars(one.saved)),
                number(one.missed, dollars(one.missed)),
            )
        )  # fmt: skip
    rest = len(days.caches) - _MISSED
    more = el("p", f"and {rest:,} more versions, whose misses cost less", class_="soft")
    columns = (("Version", False), ("Model", False), ("Calls", "n mid"),
               ("Hits", True), ("Read", "n mid"), ("Saved", True), ("Missed", True))  # fmt: skip
    caption = el("caption", "Dollars of the window that reading saved, and that misses cost")
    table = el("table", caption, head(columns), join(entries), id="missed", class_="listed",
               data_sortable=True)  # fmt: skip
    return el("div", table, more if rest > 0 else None, class_="wide scroll")


def _section(name: str, title: str, told: str, figures: Sequence[Html], more: str | None) -> Html:
    return el(
        "section",
        el("h2", title, id=name),
        el("p", told, class_="soft"),
        el("div", join(figures), class_="charts"),
        el("p", more, class_="soft") if more else None,
        aria_labelledby=name,
    )


def _by_prompt(rows: Sequence[Daily]) -> Iterator[tuple[str | None, list[Daily]]]:
    """Yield the dearest prompts with their rows."""
    found: dict[str | None, list[Daily]] = {}
    for one in rows:
        found.setdefault(one.key.prompt, []).append(one)
    for prompt in list(grouped(rows, lambda one: one.key.prompt))[:_CHARTS]:
        yield prompt, found[prompt]


def _series(facts: Facts, rows: Sequence[Daily], kind: str | None) -> Series:
    days = [one.day for one in rows]
    return series(rows, facts.first or min(days), facts.last or max(days), kind)


def _money(amount: object) -> str:
    if amount is None:
        return "-"
    return dollars(amount if isinstance(amount, Decimal) else Decimal(str(amount)))


def _round_money(height: float) -> str:
    told = f"{height:,.9f}".rstrip("0").rstrip(".")
    return f"${told}"


def _share(part: object) -> str:
    return "-" if part is None else f"{float(str(part)):.1%}"
