"""``promptops ledger query``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from promptops.cli.common import as_json, emit, project
from promptops.errors import UsageError, nearest

if TYPE_CHECKING:
    from promptops.audit.question import Answer, Question, Window

FORMATS: Final = ("text", "json", "markdown", "csv")
DIALECTS: Final = (
    "sqlite", "duckdb", "postgres", "bigquery", "clickhouse", "databricks", "snowflake", "trino",
)  # fmt: skip


@click.command("query")
@click.argument("question", required=False)
@click.option("--from", "address", metavar="PLACE",
              help="The ledger's file, a folder of Parquet or postgresql://…"
              "  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--since", metavar="DAY", help="From a day on, such as 2026-11-01 (UTC).")
@click.option("--until", metavar="DAY", help="Up to a day, which is included.")
@click.option("--limit", metavar="N", type=click.IntRange(1), default=20, show_default=True,
              help="Print so many rows of a text or Markdown.")  # fmt: skip
@click.option("--format", "form", type=click.Choice(FORMATS), default="text", show_default=True,
              help="How to print the answer.")  # fmt: skip
@click.option("--sql", type=click.Choice(DIALECTS), metavar="DIALECT",
              help="Print only the SQL that is asked, for a database of your own.")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *,
    question: str | None,
    address: str | None,
    since: str | None,
    until: str | None,
    limit: int,
    form: str,
    sql: str | None,
) -> None:
    """Ask recorded calls a ready question; without one, list them.

    Exit codes: 0 answered, 2 there is no such question or no ledger.
    """
    import gc

    gc.disable()  # ibis makes thousands of classes, and looking for litter among them takes a fifth
    known = _questions()
    if question is None:
        emit(_listed(known))
        return
    if question not in known:
        raise UsageError(f"no question {question!r}{nearest(question, known)}: {', '.join(known)}")
    from dataclasses import replace

    from promptops.audit.losses import losses
    from promptops.audit.question import Window as Days
    from promptops.ledger.place import DEFAULT
    from promptops.warehouse.warehouse import opened

    window = Days(parse_day("--since", since), parse_day("--until", until))
    if sql is not None:
        if address is not None:
            raise UsageError("--sql asks no database, so that --from means nothing beside it")
        emit(_sql(known[question], window, sql))
        return
    house = opened(address or str(project().root / Path(DEFAULT)))
    found = known[question].ask(house, window)
    found = replace(found, notes=(*found.notes, *losses(house, window)))
    emit(_written(found, form, limit))


def _questions() -> dict[str, Question]:
    from promptops.audit.questions import questions

    try:
        return questions()
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("promptops"):
            raise
        told = f"questions need {error.name}: pip install 'promptops-toolkit[audit]'"
        raise UsageError(told) from None


def _listed(known: dict[str, Question]) -> str:
    wide = max(map(len, known))
    return "\n".join(f"{name:<{wide}}  {one.told}" for name, one in known.items())


def _sql(question: Question, window: Window, dialect: str) -> str:
    from promptops.warehouse.warehouse import Written

    house = Written(dialect)
    question.ask(house, window)
    return ";\n\n".join(house.asked) + ";"


def parse_day(option: str, text: str | None) -> date | None:
    """Return the day of an option, if it was given.

    Raises:
        UsageError: It is none.
    """
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
