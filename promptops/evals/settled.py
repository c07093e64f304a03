"""A run that a look has decided: it has ended, though not all of it was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.findings import Asked
from promptops.evals.looking import watched
from promptops.evals.material import Material
from promptops.evals.resuming import SHORT, complete
from promptops.evals.versus import taken

if TYPE_CHECKING:
    from promptops.evals.prepared import Prepared
    from promptops.evals.report import Report
    from promptops.ledger.rows import Run


async def settled(made: Prepared, run: Run) -> Report | None:
    """Return the report of a run that a look has decided; None where it is to go on.

    Nobody is asked. What is in a vendor's batch, or was on its way, is for a run that goes on.
    """
    gate, ledger = made.plan.gate, made.setting.ledger
    if gate is None or made.setting.part != (1, 1):
        return None
    if not watched(Asked(gate, made.plan.run.seed)) or complete(ledger, run):
        return None
    if ledger.run_state(run.run_id).in_flight:
        return None
    from promptops.evals.shown import read

    found = await read((run,), made.setting)
    of = found.made
    seen = Material(made.plan, of.variants, of.cases, found.seen, of.scorers).with_total()
    look = taken(seen)
    return found.report if look is not None and look.decided else None


def ended_told(run: Run, found: Report) -> str:
    """Return in a sentence that a run has ended, and how another one is had."""
    return (
        f"run {run.run_id[:SHORT]} has ended: {found.run.stopped}; nothing is sent, and --fresh"
        " begins anew"
    )
