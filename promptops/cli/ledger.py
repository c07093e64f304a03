"""``promptops ledger``."""

from __future__ import annotations

from typing import Final

import click

from promptops.cli.parts import Part, Parts

_PARTS: Final[dict[str, Part]] = {
    "import": Part("ledger_import", "Take in calls that others recorded."),
    "outcome": Part("ledger_outcome", "Say what came of a call or a session."),
    "query": Part("ledger_query", "Ask recorded calls a ready question."),
    "export": Part("ledger_export", "Copy recorded calls to Parquet or into PostgreSQL."),
    "prune": Part("ledger_prune", "Delete what is older than a day."),
}


@click.group("ledger", cls=Parts, parts=_PARTS)
def command() -> None:
    """Keep recorded calls, and say where the money goes."""
