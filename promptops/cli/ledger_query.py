"""``promptops ledger query``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from promptops.cli.common import as_json, emit, project
from promptops.errors import UsageError, nearest

if TYPE_CHECKING:
    from promptops.audit.question import Answer, Question

FORMATS: Final = ("text", "json", "markdown", "csv")


@click.command("query")
@click.argument("question", required=False)
@click.option("--from", "address", metavar="PLACE",
              help="The ledger's file, a folder of Parquet or postgresql://…"
              "  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--since", metavar="DAY", help="From a day on, such as 2026-11-01 (UTC).")
@click.option("--until", metavar="DAY", help="Up to a day, which is included.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=20, show_default=True,
              help="Print so many rows of a text or Markdown.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True)
def command(
    *,
    question: str | None,
    address: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    form: str,
) -> None:
    """Ask recorded calls a ready question; without one, list them.

    Exit codes: 0 answered, 2 there is no such question or no ledger.
    """
    from promptops.audit.questions import questions

    known = questions()
    if question is None:
        emit(_listed(known))
        return
    if question not in known:
        raise UsageError(f"no question {question!r}{nearest(question, known)}: {', '.join(known)}")
    from promptops.audit.question import Window
    from promptops.ledger.ledger import DEFAULT
    from promptops.warehouse.warehouse import opened

    house = opened(address or str(project().root / Path(DEFAULT)))
    found = known[question].ask(house, Window(_day("--since", since), _day("--until", until)))
    emit(_written(found, form, limit))


def _listed(known: dict[str, Question]) -> str:
    wide = max(map(len, known))
    return "\n".join(f"{name:<{wide}}  {one.told}" for name, one in known.items())


def _day(option: str, text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r}: write a day, such as 2026-11-01") from None


def _written(found: Answer, form: str, limit: int) -> str:
    from promptops.reporters import answer_csv, answer_json, answer_markdown, answer_text

    if form == "json":
        return as_json(answer_json.report(found))
    if form == "csv":
        return answer_csv.report(found)
    if form == "markdown":
        return answer_markdown.report(found, limit)
    return answer_text.report(found, limit)
