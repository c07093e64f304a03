"""``promptops ledger import``."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import click

from promptops.cli import one_line
from promptops.cli.common import as_json, emit, project

KINDS: Final = ("opentelemetry", "litellm", "langfuse", "promptops", "responses", "csv")


@click.command("import")
@click.argument("files", nargs=-1, required=True, metavar="FILE…",
                type=click.Path(path_type=Path, dir_okay=False))  # fmt: skip
@click.option("--kind", type=click.Choice(KINDS), help="What the files are; else each tells.")
@click.option("--map", "columns", multiple=True, metavar="FIELD=COLUMN",
              help="Where a field of a call is in a CSV, such as at=created_at.")  # fmt: skip
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are kept.  [default: .promptops/ledger.db]")  # fmt: skip
@click.option("--format", "form", type=click.Choice(("text", "json")), default="text",
              show_default=True)  # fmt: skip
def command(
    *, files: tuple[Path, ...], kind: str | None, columns: tuple[str, ...], ledger: Path | None,
    form: str,
) -> None:  # fmt: skip
    """Take recorded calls into the ledger: traces, logs, CSV.

    What is there already is left as it is: importing a file twice changes nothing. No text comes
    into the ledger.

    Exit codes: 0 imported, 2 a file cannot be read.
    """
    from promptops.intake.calls import calls_of
    from promptops.intake.reading import reading
    from promptops.ledger.call_store import CallStore
    from promptops.ledger.place import DEFAULT
    from promptops.registry.records import pricing

    here = project()
    told: list[dict[str, Any]] = []
    price = pricing(here.root)
    opened = [reading(path, kind, columns) for path in files]
    with CallStore.open(ledger or here.root / DEFAULT) as store:
        for path, one in zip(files, opened, strict=True):
            added = store.add(calls_of(one, one.kind, price))
            told.append(
                {"file": str(path), "kind": one.kind, "new": added.new,
                 "known": added.known + one.repeated, "left_out": dict(one.left_out)}
            )  # fmt: skip
    report = {"schema": "promptops.ledger-import/1", "files": told}
    emit(as_json(report) if form == "json" else "\n".join(map(_line, told)))


def _line(one: dict[str, Any]) -> str:
    new, known = one["new"], one["known"]
    told = f"{new:,} new call{'s' * (new != 1)}, {known:,} already there ({one['kind']})"
    text = f"{one['file']}: {told}"
    left = [f"  {rows:,} left out: {why}" for why, rows in one["left_out"].items()]
    return "\n".join(one_line(line) for line in (text, *left))
