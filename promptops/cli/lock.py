"""``promptops lock``."""

from __future__ import annotations

import click

from promptops.cli.common import count_tokens, emit, project


@click.command("lock")
@click.argument("names", nargs=-1)
def command(names: tuple[str, ...]) -> None:
    """Freeze the versions of prompts (default: all) that are not locked yet.

    Each gets a line in promptops.lock and a copy under .versions/; commit both. A locked version
    whose text has changed is an error: `promptops bump` gives the new text a number of its own.
    """
    from promptops.registry.catalog import Catalog
    from promptops.registry.release import lock
    from promptops.templates.files import Folder

    here = project()
    wanted = names or tuple(Catalog(Folder(here.root), here.config).names)
    made = lock(here.root, here.config, wanted, count_tokens)
    for locked in made:
        emit(f"{locked.name}@v{locked.number} {locked.closure[:19]}")
    if not made:
        emit("every version is locked already")
