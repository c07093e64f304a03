"""``promptops ledger import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, emit, project

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.intake.taking import Taken

KINDS: Final = (
    "opentelemetry", "litellm", "langfuse", "promptops", "responses", "csv", "anthropic-usage",
    "openai-usage", "outcomes",
)  # fmt: skip
_CLEAR: Final = "\r\x1b[K"


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…",
                type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@click.option("--kind", type=click.Choice(KINDS), help="What the files are; else each tells.")
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN",
              help="Where a field is in a CSV, such as at=created_at.")  # fmt: skip
@click.option("--source", type=click.Choice(KINDS[:6]), metavar="KIND",
              help="Outcomes name calls as this kind of file does; else as promptops recorded "
              "them.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are kept.  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text",
              show_default=True)  # fmt: skip
def command(
    *,
    files: tuple[Path, ...],
    kind: str | None,
    columns: tuple[str, ...],
    source: str | None,
    ledger: Path | None,
    form: str,
) -> None:
    """Take in calls that others recorded, what came of them, and what vendors billed.

    \b
    ledger import spans.json generations.jsonl.gz
    ledger import calls.csv --map at=created_at --map output_tokens=out
    ledger import outcomes.csv --source litellm
    ledger import anthropic_usage.json completions_usage.csv

    What is there already is left as it is: importing a file twice changes nothing. A vendor's
    report that counts more than before replaces it. No text of a prompt comes into the ledger.

    Exit codes: 0 imported, and rows that could not be read are counted; 2 a file cannot be read to
    its end, or an option is wrong: what was read before stays, and may be imported again.
    """  # noqa: D301 - \b is click's
    from promptops.intake.reading import reading
    from promptops.intake.taking import take
    from promptops.ledger.place import DEFAULT
    from promptops.registry.records import pricing

    here = project()
    told: list[dict[str, Any]] = []
    price = pricing(here.root)
    opened = [reading(path, kind, columns, source) for path in files]
    error = None
    for path, one in zip(files, opened, strict=True):
        taken = take(one, ledger or here.root / DEFAULT, price, _progress(path))
        told.append(_report(path, taken))
        if form == "text":
            emit(_text(told[-1]))
        error = taken.error
        if error is not None:
            break
    if form == "json":
        emit(as_json({"schema": "promptops.ledger-import/1", "files": told}))
    if error is not None:
        raise error


def _progress(path: Path) -> Callable[[int], None]:
    """Return what shows on a terminal how far a file is."""
    if not sys.stderr.isatty():
        return lambda _: None

    def show(rows: int) -> None:
        told = f"{one_line(path.name)}: {rows:,} row{'s' * (rows != 1)}"
        click.echo(f"{_CLEAR}{told}", nl=False, err=True)

    return show


def _report(path: Path, taken: Taken) -> dict[str, Any]:
    if sys.stderr.isatty():
        click.echo(_CLEAR, nl=False, err=True)
    left = taken.left or {}
    return {
        "file": str(path), "kind": taken.kind, "what": taken.what, "new": taken.new,
        "changed": taken.changed, "known": taken.known,
        "left_out": [
            {"why": why, "rows": one.count, "first_line": one.line, "first": one.said}
            for why, one in left.items()
        ],
        "more_pages": taken.more, "error": taken.error and str(taken.error),
    }  # fmt: skip


def _text(one: dict[str, Any]) -> str:
    new = one["new"]
    counts = [f"{new:,} new {one['what']}{'s' * (new != 1)}"]
    if one["changed"]:
        counts.append(f"{one['changed']:,} with other figures than before")
    counts.append(f"{one['known']:,} already there")
    lines = [f"{one['file']}: {', '.join(counts)} ({one['kind']})"]
    for left in one["left_out"]:
        more = left["first"].removeprefix(left["why"])
        lines.append(
            f"  {left['rows']:,} left out: {left['why']}; the first in line"
            f" {left['first_line']}{more}"
        )
    if one["more_pages"]:
        lines.append("  the last page has a next one, which is not in the file")
    return "\n".join(map(one_line, lines))
