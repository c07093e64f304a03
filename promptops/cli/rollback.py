"""``promptops rollback``."""

from __future__ import annotations

import click

from promptops.cli.common import project
from promptops.cli.promote import report


@click.command("rollback")
@click.argument("name")
@click.argument("label")
def command(name: str, label: str) -> None:
    """Have the LABEL of the prompt NAME mean what it meant before.

    That is what labels.yaml said before in git's history; without one, the next lower version that
    is locked. A second rollback undoes the first. One line changes; commit it.
    """
    from promptops.registry.promotion import rollback

    here = project()
    report(name, label, rollback(here.root, here.config, name, label))
