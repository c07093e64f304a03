"""``promptops audit``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import as_json, deliver, emit, project
from promptops.cli.diff_cost import cost_options

if TYPE_CHECKING:
    from datetime import datetime

    from promptops.audit.report import Audit
    from promptops.tokens.remote import Choice

FORMATS = ("text", "json", "markdown")


@click.command("audit")
@click.option("--from", "address", metavar="PLACE",
              help="The ledger's file, a folder of Parquet or postgresql://…"
              "  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--since", metavar="DAY", help="From a day on, such as 2026-11-01 (UTC).")
@click.option("--until", metavar="DAY", help="Up to a day, which is included.")
@click.option("--what-if", "levers", metavar="KEY=VALUE,…",
              help="Say what the calls would have cost: retries=0.05, max_tokens=p99, cache=best, "
              "batch=0.4, model=PROVIDER:NAME, chunks=3, turns=8.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print it.")  # fmt: skip
@click.option("--html", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Write it as a page to look into, and print nothing.")  # fmt: skip
@cost_options
def command(  # noqa: PLR0913 - one for each option
    *,
    address: str | None,
    since: str | None,
    until: str | None,
    levers: str | None,
    form: str,
    html: Path | None,
    usage: Path | None,
    calls: str | None,
    given: tuple[str, ...],
    at: datetime | None,
    counting: Choice,
    allow_unpriced: bool,
    allow_source: bool,
) -> None:
    """Say where the money goes, and what would change that.

    \b
    audit
    audit --since 2026-11-01 --until 2026-11-30
    audit --what-if retries=0.05,max_tokens=p99,cache=best
    audit --html audit.html

    Exit codes: 0 fine, 2 the call or a file is wrong, 3 nothing has a known price.
    """  # noqa: D301 - \b is click's
    from datetime import UTC, datetime

    from promptops.audit.report import audited
    from promptops.audit.what_if import parse, recosted
    from promptops.cli.audit_facts import Wanted, facts
    from promptops.cli.audit_page import facts_and_days
    from promptops.cli.diff_cost_terms import Given, terms

    here, now = project(), datetime.now(UTC)
    asked = parse(levers) if levers is not None else ()
    own = terms(
        here,
        Given(None, calls, given, at.date() if at else None, usage, allow_source, counting),
        now.date(),
    )
    wanted = Wanted(address, since, until, counting)
    days = None
    if html is None:
        found, notes = facts(here, own, wanted, now.date())
    else:
        found, notes, days = facts_and_days(here, own, wanted, now.date())
    what = recosted(found, asked, own.prices) if asked else None
    audit = audited(found, notes, what)
    if html is None:
        _report(audit, form)
    else:
        from promptops.reporters import audit_html

        deliver(audit_html.report(audit, days), html)
    if not found.month and not allow_unpriced:
        raise SystemExit(3)


def _report(found: Audit, form: str) -> None:
    if form == "json":
        from promptops.reporters import audit_json

        emit(as_json(audit_json.report(found)))
    elif form == "markdown":
        from promptops.reporters import audit_markdown

        emit(audit_markdown.report(found))
    else:
        from promptops.reporters import audit_text

        emit(audit_text.report(found))
