"""``promptops promote``."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from promptops.cli.common import emit, project
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.registry.promotion import Moved


@click.command("promote")
@click.argument("name")
@click.argument("version")
@click.argument("label")
def command(name: str, version: str, label: str) -> None:
    """Have the LABEL of the prompt NAME mean a VERSION, such as v4.

    One line of labels.yaml changes; commit it. The version must be locked. Inputs that calls have
    to be changed for are named.
    """
    from promptops.registry.promotion import promote
    from promptops.registry.references import VERSION

    number = VERSION.match(version)
    if number is None:
        raise UsageError(f"{version!r}: write a version as v4")
    here = project()
    report(name, label, promote(here.root, here.config, name, int(number[1]), label))


def report(name: str, label: str, moved: Moved) -> None:
    """Print what a label means now."""
    from promptops.registry.label_edit import written

    after = written(moved.after)
    why = f", {moved.why}" if moved.why else ""
    if moved.before == moved.after:
        emit(f"{name}@{label} is {after} already")
        return
    before = "nothing" if moved.before is None else written(moved.before)
    emit(f"{moved.path}: {name}@{label}: {before} -> {after}{why}")
    for told in moved.refused:
        click.echo(f"promptops: {told}", err=True)
