"""An eval's report as a page that opens from a file, asks for nothing and reads unscripted."""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final

from promptops.evals.headline import decisive
from promptops.evals.words import change
from promptops.reporters import (
    eval_html_cases,
    eval_html_chart,
    eval_html_judges,
    eval_html_notes,
    eval_html_table,
)
from promptops.reporters.eval_words import VERDICTS, gap, price, together
from promptops.reporters.page.document import document
from promptops.reporters.page.markup import Html, el, join, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.report import Report

_ASSETS: Final = ("eval_diff.js", "eval_html.js")


def report(found: Report) -> str:
    """Return the report as a page."""
    sections = [
        eval_html_chart.front(found),
        eval_html_table.variants(found),
        eval_html_cases.cases(found),
        eval_html_notes.verdicts(found),
        eval_html_table.parts(found),
        eval_html_table.placements(found),
        eval_html_notes.slices(found),
        eval_html_judges.judges(found),
        eval_html_notes.errors(found),
        eval_html_notes.how(found),
    ]
    body = [
        el("a", "Skip to the cases", class_="skip", href="#cases") if found.cases else None,
        _head(found),
        el("main", join(sections)),
        eval_html_notes.foot(found),
    ]
    script = "".join(map(_asset, _ASSETS)) if found.cases else ""
    title = f"{VERDICTS[found.verdict]}: {found.eval.name}" if found.verdict else found.eval.name
    return document(title, join(body), styles=_asset("eval_html.css"), script=script)


def _asset(name: str) -> str:
    return files("promptops.reporters").joinpath(name).read_text("utf-8")


def _head(found: Report) -> Html:
    return el(
        "header",
        el("p", "Eval ", el("code", found.eval.name), ", run ", el("code", found.run.id),
           class_="eyebrow"),
        el("h1", Html(together(text(found.headline)))),
        el("dl", join(_figures(found)), class_="figures"),
    )  # fmt: skip


def _figures(found: Report) -> Iterator[Html]:
    if found.verdict is not None:
        shown = el("span", VERDICTS[found.verdict], class_=f"verdict {found.verdict}")
        yield _figure("Verdict", shown)
    one = decisive(found)
    if one is not None:
        yield _figure(f"{one.candidate} - {one.incumbent}, points", gap(one))
        yield _figure(f"Cost of {one.candidate}", change(one.cost) or _calls(found, one.candidate))
    done, planned = found.run.done, found.run.planned
    yield _figure("Cases", f"{done:,}" if done >= planned else f"{done:,} of {planned:,}")
    budget = found.spent.budget
    limit = None if budget is None else el("small", f" of {price(budget)}", class_="soft")
    yield _figure("Spent by this run", join([price(found.spent.now), limit]))


def _calls(found: Report, name: str) -> str | None:
    """Return the dollars of 1,000 calls, for where no ratio is: beside nothing there is none."""
    cost = next((one.cost.per_1000.value for one in found.variants if one.id == name), None)
    return None if cost is None else join([price(cost), el("small", " for 1,000", class_="soft")])


def _figure(label: str, shown: str | None) -> Html:
    told = el("span", "unknown", class_="soft") if shown is None else shown
    return el("div", el("dt", label), el("dd", told))
