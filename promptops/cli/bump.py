"""``promptops bump``."""

from __future__ import annotations

import click

from promptops.cli.common import emit, project


@click.command("bump")
@click.argument("name")
def command(name: str) -> None:
    """Raise the version number in the file of the prompt NAME, and nothing else.

    Edit the prompt under its new number, then freeze it with `promptops lock`.
    """
    from promptops.registry.release import bump

    here = project()
    done = bump(here.root, here.config, name)
    emit(f"{done.path}: version {done.before} -> {done.after}")
