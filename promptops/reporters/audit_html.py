"""The audit as a page: where the money goes, what would change that, and what calls are made of.

It opens from a file, asks for nothing and reads unscripted; the script sorts and looks closer.
"""

from __future__ import annotations

from importlib.resources import files
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.reporters import (
    audit_html_closer,
    audit_html_head,
    audit_html_sins,
    audit_html_tables,
    audit_html_time,
)
from promptops.reporters.page.document import asset, document
from promptops.reporters.page.markup import Html, el, join

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.audit.days import Days
    from promptops.audit.report import Audit


class Around(NamedTuple):
    """What a server puts around the page: links to its other pages, and a line of its own."""

    nav: Html | None = None
    note: Html | None = None


_NOTHING: Final = Around()


def report(found: Audit, days: Days | None = None, around: Around = _NOTHING) -> str:
    """Return the page of an audit; without days, as there are no recorded calls, of prompts."""
    sections: Sequence[Html | None]
    if days is None:
        sections = (audit_html_tables.prompts(found.facts),)
    else:
        sections = (
            audit_html_time.outcomes(found.facts, days),
            audit_html_time.caches(found.facts, days),
            audit_html_closer.closer(found.facts, days),
            audit_html_tables.breakdowns(days),
        )
    main = [
        audit_html_sins.waterfall(found),
        audit_html_sins.sins(found),
        audit_html_sins.what_if(found),
        *sections,
        audit_html_head.unknown(found),
    ]
    body = [
        el("a", "Skip to what is at stake", class_="skip", href="#sins"),
        around.nav,
        audit_html_head.head(found, days, around.note),
        el("main", join(main)),
        audit_html_head.foot(found),
    ]
    script = asset("table.js") + asset("open.js")
    if days is not None and days.rows:
        script += _asset("audit_html.js")
    return document(
        audit_html_head.title(found), join(body), styles=_asset("audit_html.css"), script=script,
        forms=around.nav is not None,
    )  # fmt: skip


def _asset(name: str) -> str:
    return files("promptops.reporters").joinpath(name).read_text("utf-8")
