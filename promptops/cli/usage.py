"""``promptops usage``."""

from __future__ import annotations

from typing import Final

import click

from promptops.cli.parts import Part, Parts

_PARTS: Final = {"sync": Part("usage_sync", "Measure recorded calls and write the usage file.")}


@click.group("usage", cls=Parts, parts=_PARTS)
def command() -> None:
    """Keep the usage file: how often prompts are called, and what for.

    It is usage.yml at the project's root, or what [tool.promptops.cost] usage names.
    """
