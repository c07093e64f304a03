"""``promptops export``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import emit_json, project
from promptops.errors import UsageError
from promptops.exchange.formats import FORMATS


@click.command("export")
@click.argument("form", metavar="FORMAT", type=click.Choice(FORMATS))
@click.argument("reference")
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
              help="Where to write it; it must not exist yet.")  # fmt: skip
@click.option("--format", "shown", type=click.Choice(["text", "json"]), default="text",
              show_default=True, help="The file's text, or JSON with what is lost.")  # fmt: skip
def command(form: str, reference: str, output: Path | None, shown: str) -> None:
    """Write a prompt in another tool's format.

    FORMAT is prompty, dotprompt, github, langfuse, promptfoo or mlflow; a REFERENCE is NAME,
    NAME@v3, NAME@work or NAME@git:REV. What the format cannot hold is listed on stderr.
    """
    from promptops.cli import one_line
    from promptops.exchange.formats import format_of
    from promptops.exchange.head import of_prompt
    from promptops.registry.runtime import Registry
    from promptops.templates.files import write_file

    handle = Registry.load(project().root).get(reference)
    prompt = of_prompt(handle.prompt)
    written = format_of(form).write(prompt)
    lost = list(dict.fromkeys((*prompt.lost, *written.lost)))
    if output is not None:
        if output.exists():
            raise UsageError(f"{output} is there already and is not overwritten")
        write_file(output, written.text.encode())
    if shown == "json":
        emit_json({"schema": "promptops.export/1", "format": form, "name": handle.ref.name,
                   "version": handle.ref.version, "lost": lost, "text": written.text})  # fmt: skip
        return
    if output is None:
        click.echo(written.text, nl=False)
    for said in lost:
        click.echo(f"{handle.ref.name}: not carried over: {one_line(said)}", err=True)
