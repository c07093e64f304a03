"""``promptops prices``."""

from __future__ import annotations

from typing import Final

import click

from promptops.cli.parts import Part, Parts

_PARTS: Final = {
    "sync": Part(
        "prices_sync", "Write today's prices of the project's models into its price lock."
    ),
    "show": Part("prices_show", "Print what models cost, and where each price is from."),
    "check": Part(
        "prices_check",
        "Check the price lock: its hash, its age, models it lacks, rates due to change.",
    ),
}


@click.group("prices", cls=Parts, parts=_PARTS)
def command() -> None:
    """Say what models cost, and pin those prices in the repository.

    A price is the first that is known of: --price on the command line, the project's settings
    ([tool.promptops.prices]), its price lock (promptops.prices.lock.json), the list that came with
    promptops. Only `sync` uses a network.
    """
