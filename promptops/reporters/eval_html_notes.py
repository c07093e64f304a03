"""What a page on an eval says of the verdict, of slices and errors, and of its figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.words import change, percent, plain_points
from promptops.reporters.cost_html_pieces import facts
from promptops.reporters.eval_html_table import figure, held
from promptops.reporters.eval_sentences import asked_again, if_lost, lacking, looked
from promptops.reporters.eval_words import (
    TESTS,
    UNKNOWN,
    VERDICTS,
    assumed,
    gap,
    quality,
    spent,
)
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_comparisons import Comparison
    from promptops.reporters.page.markup import Child

_FIRST: Final = 20  # errors; the others are folded away


def verdicts(found: Report) -> Html | None:
    """Return the section on what each verdict rests on, and on the metrics that decided nothing."""
    if not found.comparisons and not found.reasons:
        return None
    gated = [one for one in found.comparisons if one.verdict is not None]
    parts = [el("p", reason) for reason in found.reasons]
    for one in gated or found.comparisons:
        told = f": {VERDICTS[one.verdict]}" if one.verdict else ""
        parts.append(el("h3", f"{one.candidate} against {one.incumbent} on {one.metric}{told}"))
        parts.append(facts(_facts(one)))
        if one.b is not None:
            parts.append(_table(one))
    if gated and len(gated) < len(found.comparisons):
        parts.append(_others([one for one in found.comparisons if one.verdict is None]))
    title = "What the verdict rests on" if gated else "Differences"
    heading = el("h2", title, id="verdict")
    return el("section", heading, *parts, aria_labelledby="verdict")


def _others(some: Sequence[Comparison]) -> Html:
    heads = (("Other scores", None), ("Pairs", "n"), ("Difference, points", "n"))
    head = el("tr", *(el("th", told, scope="col", class_=kind) for told, kind in heads))
    rows = [el("tr", el("th", f"{one.candidate} on {one.metric}", scope="row"),
               el("td", f"{one.n:,}", class_="n"), figure(gap(one))) for one in some]  # fmt: skip
    caption = el("caption", "Differences on scores that decided nothing")
    return el("table", caption, el("thead", head), el("tbody", join(rows)))


def _facts(one: Comparison) -> list[tuple[str, Child]]:
    asked = None
    if one.margin is not None and one.test is not None:
        sure = "" if one.confidence is None else f", {(100 * one.confidence).normalize():f} % sure"
        asked = f"{TESTS[one.test]} of {plain_points(one.margin)}{sure}"
    p = asked_again(one)
    bounds = None
    if one.bound is not None and one.ceiling is not None:
        bounds = f"above {percent(one.bound)}, below {percent(one.ceiling)} points, each one-sided"
    return [
        ("Asked", asked),
        ("Difference", f"{gap(one)} points" if one.difference is not None else UNKNOWN),
        ("Bounds", bounds),
        ("Why", "; ".join(one.reasons)),
        ("Pairs", f"{one.n:,} complete, {one.missing:,} missing, {one.clusters:,} clusters"),
        ("p", p.removeprefix("p ") if p else None),
        ("Look", (looked(one) or "").removeprefix("look ")),
        ("Cost", change(one.cost) or UNKNOWN),
        ("More cases", lacking(one)),
        ("If lost", held(if_lost(one))),
        ("Methods", ", ".join(filter(None, dict.fromkeys((one.test_method, one.interval_method))))),
    ]


def _table(one: Comparison) -> Html:
    head = el("tr", el("td"), el("th", f"{one.incumbent} right", scope="col", class_="n"),
              el("th", f"{one.incumbent} wrong", scope="col", class_="n"))  # fmt: skip
    rows = [("right", one.both, one.b), ("wrong", one.c, one.neither)]
    body = [el("tr", el("th", f"{one.candidate} {told}", scope="row"),
               *(el("td", UNKNOWN if count is None else f"{count:,}", class_="n")
                 for count in counts)) for told, *counts in rows]  # fmt: skip
    caption = el("caption", "Pairs by who was right", class_="hidden-text")
    return el("table", caption, el("thead", head), el("tbody", join(body)), class_="pairs")


def slices(found: Report) -> Html | None:
    """Return the section on parts of the cases."""
    some = found.dataset.slices
    if not some:
        return None
    names = [one.id for one in found.variants if any(one.id in each.metrics for each in some)]
    head = el("tr", el("th", "Slice", scope="col"), el("th", "Cases", scope="col", class_="n"),
              *(el("th", name, scope="col", class_="n") for name in names))  # fmt: skip
    rows = []
    for one in some:
        cells = [figure(quality(one.metrics.get(name))) for name in names]
        rows.append(el("tr", el("th", f"{one.name} {one.value}", scope="row"),
                       el("td", f"{one.cases:,}", class_="n"), *cells))  # fmt: skip
    caption = el("caption", f"{found.eval.metric} of parts of the cases, reported and not gated")
    table = el("table", caption, el("thead", head), el("tbody", join(rows)), class_="slices")
    scroll = el("div", table, class_="scroll", tabindex="0", role="group", aria_label="Slices")
    return el("section", el("h2", "Slices", id="slices"), scroll, aria_labelledby="slices")


def errors(found: Report) -> Html | None:
    """Return the section on cases without an answer or a score, failures of the prompt first."""
    if not found.errors:
        return None
    order = sorted(found.errors, key=lambda one: one.kind)
    items = [el("li", el("strong", "Scored 0" if one.kind == "failed" else "Missing"), " ",
                el("code", one.case), f", {one.variant}: {one.cause}, {one.message}")
             for one in order]  # fmt: skip
    heading = el("h2", "Without an answer or a score", id="errors")
    return el("section", heading, *_folded(items), aria_labelledby="errors")


def _folded(items: Sequence[Html]) -> list[Html]:
    listed = [el("ul", join(items[:_FIRST]), class_="errors")]
    if len(items) > _FIRST:
        rest = el("ul", join(items[_FIRST:]), class_="errors")
        listed.append(el("details", el("summary", f"{len(items) - _FIRST:,} more"), rest))
    return listed


def how(found: Report) -> Html:
    """Return the section on what was spent and what the figures rest on."""
    items = [el("li", note) for note in assumed(found)]
    data = found.dataset
    independent = "taken to be independent"
    clusters = independent if data.clusters is None else f"in {data.clusters:,} clusters"
    told: list[tuple[str, Child]] = [
        ("Spent", spent(found)),
        ("Stopped", found.run.stopped),
        ("Cases", join([el("code", data.path), f", {data.cases:,}, {clusters}"])),
        ("Eval, SHA-256", el("code", found.eval.sha256)),
        ("Cases, SHA-256", el("code", data.sha256)),
        ("Seed", str(found.run.seed)),
    ]
    return el("section", el("h2", "How this was computed", id="how"), facts(told),
              el("ul", join(items)), aria_labelledby="how")  # fmt: skip


def foot(found: Report) -> Html:
    """Return the page's footer."""
    when = found.generated_at.removesuffix("+00:00").replace("T", " ")
    commit = join([" Commit ", el("code", found.run.commit), "."]) if found.run.commit else None
    told = f"Written by promptops {found.run.promptops_version}, {when} UTC."
    kept = " It holds inputs and answers of the cases: share it as you would share those."
    return el("footer", el("p", el("small", told, commit, kept if found.cases else None)))
