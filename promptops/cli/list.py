"""``promptops list``."""

from __future__ import annotations

from typing import Any

import click

from promptops.cli.common import emit, emit_json, project
from promptops.errors import UsageError


@click.command("list")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="How to print it.")  # fmt: skip
def command(form: str) -> None:
    """List the prompts and their versions.

    A version in brackets is the head's and not locked yet.
    """
    from promptops.registry.versions import Versions
    from promptops.templates.files import Folder

    here = project()
    versions = Versions(Folder(here.root), here.config)
    rows: list[dict[str, Any]] = []
    for name in versions.catalog.names:
        prompt = versions.catalog.head(name)
        locked = [number for known, number in versions.locked if known == name]
        rows.append(
            {
                "name": name,
                "path": prompt.path,
                "model": prompt.metadata.model,
                "head": prompt.metadata.version,
                "locked": sorted(locked),
                "description": prompt.metadata.description,
            }
        )
    if not rows:
        raise UsageError(
            f"there are no prompts in {here.root}; `promptops lint PATH` reads any file"
        )
    if form == "json":
        emit_json({"schema": "promptops.list/1", "prompts": rows})
        return
    table = [
        (row["name"], _versions(row["head"], row["locked"]), row["model"] or "-") for row in rows
    ]
    widths = [max(len(str(line[at])) for line in table) for at in (0, 1)]
    for name, numbers, model in table:
        emit(f"{name:<{widths[0]}}  {numbers:<{widths[1]}}  {model}")


def _versions(head: int | None, locked: list[int]) -> str:
    shown = [f"v{number}" for number in locked]
    if head is not None and head not in locked:
        shown.append(f"(v{head})")
    return " ".join(shown) or "-"
