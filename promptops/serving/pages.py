"""The small pages of the server: its links, its lists, and what is shown while figures are made."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from promptops.reporters.answer_html import styles
from promptops.reporters.eval_words import price
from promptops.reporters.page.document import document
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.evals.listed import Listed

_PLACES: Final = (("/", "Audit"), ("/questions", "Questions"), ("/runs", "Eval runs"))


def nav(here: str) -> Html:
    """Return the links to all pages."""
    items = [
        el("li", el("a", name, href=place, aria_current="page" if place == here else None))
        for place, name in _PLACES
    ]
    return el("nav", el("ul", join(items), class_="pages"), aria_label="Pages")


def as_of(begun: float, *, fresh: bool) -> Html:
    """Return when figures are of, and whether something was recorded since."""
    told = time.strftime("%H:%M:%S UTC", time.gmtime(begun))
    if fresh:
        return el("p", f"Figures of {told}; reload for those of now.", class_="soft")
    since = "Something was recorded since, and new figures are being worked out: reload soon."
    return el("p", f"Figures of {told}. {since}", class_="note", role="status")


def waiting(here: str, begun: float) -> str:
    """Return the page that is shown until there are figures; it asks again by itself."""
    seconds = max(int(time.time() - begun), 0)
    body = [
        nav(here),
        el(
            "main",
            el("h1", "The recorded calls are being added up"),
            el("p", f"For {seconds:,} seconds so far; a million calls take several. This page asks "
               "again each second, and the figures are kept until something else is recorded.",
               role="status"),
        ),
    ]  # fmt: skip
    return document("Adding up…", join(body), styles=styles(), again=1)


def failure(here: str, told: str) -> str:
    """Return a page that says what is wrong."""
    body = [nav(here), el("main", el("h1", "That cannot be shown"), el("p", told))]
    return document("That cannot be shown", join(body), styles=styles())


def questions(known: Iterable[tuple[str, str]]) -> str:
    """Return the list of the ready questions."""
    rows = [
        el("tr", el("th", el("a", name, href=f"/questions/{quote(name)}"), scope="row"),
           el("td", told))
        for name, told in known
    ]  # fmt: skip
    table = el("table", el("tbody", join(rows)), class_="listed")
    body = [nav("/questions"), el("main", el("h1", "Questions to the recorded calls"), table)]
    return document("Questions", join(body), styles=styles())


def runs(found: Iterable[Listed]) -> str:
    """Return the list of eval runs, the newest first."""
    rows = [
        el(
            "tr",
            el("th", el("a", one.eval, href=f"/runs/{quote(one.id)}"), scope="row"),
            el("td", one.started[:16].replace("T", " ")),
            el("td", one.state if one.shard == "1/1" else f"{one.state}, part {one.shard}"),
            el("td", f"{one.done:,} of {one.items:,}", class_="n"),
            el("td", price(one.spent), class_="n"),
        )
        for one in found
    ]
    columns = {"Eval": None, "Started (UTC)": None, "State": None, "Answers": "n", "Paid": "n"}
    heads = [el("th", name, scope="col", class_=kind) for name, kind in columns.items()]
    table = el("table", el("thead", el("tr", *heads)), el("tbody", join(rows)), class_="listed")
    shown = table if rows else el("p", "No eval has been run here.")
    body = [nav("/runs"), el("main", el("h1", "Eval runs"), el("div", shown, class_="scroll"))]
    return document("Eval runs", join(body), styles=styles())
