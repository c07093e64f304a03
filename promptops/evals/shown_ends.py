"""How a run ended that is shown again, and what it lacks to be whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.resuming import SHORT
from promptops.evals.runs import parts_of
from promptops.evals.scope import Scope
from promptops.evals.told import Ran
from promptops.ledger.totals import Total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.prepared import Setting
    from promptops.ledger.rows import Run
    from promptops.ledger.state import Outcome as Row


def ran(runs: tuple[Run, ...], rows: Sequence[Row], setting: Setting, notes: Sequence[str]) -> Ran:
    """Return how a run, or the parts of one, ended."""
    ledger, first = setting.ledger, runs[0]
    ends = [row.result.ended_at for row in rows if row.result and row.from_run is None]
    ids = tuple(run.run_id for run in runs)
    total = sum(map(ledger.total, ids), Total())
    parts = parts_of(first)
    together = [f"{len(runs)} of {parts} parts are put together"] if parts > 1 else []
    return Ran(
        first.run_id, min(run.started for run in runs),
        max(ends, default=max(run.started for run in runs)), total,
        next(_open(runs, rows, setting), None), (*together, *notes), ids[1:],
    )  # fmt: skip


def _open(runs: tuple[Run, ...], rows: Sequence[Row], setting: Setting) -> Iterator[str]:
    """Yield what a run lacks to be whole."""
    parts = parts_of(runs[0])
    if len(runs) < parts:
        there = {run.shard for run in runs}
        gone = [f"{at}/{parts}" for at in range(1, parts + 1) if f"{at}/{parts}" not in there]
        yield f"{'part' if len(gone) == 1 else 'parts'} {', '.join(gone)} not in this ledger"
    for run in runs:
        if holder := setting.ledger.holder(run.run_id):
            yield f"the run is under way: {holder}"
        items = Scope.of(run).items
        left = items - sum(row.result is not None for row in rows
                           if row.item.run_id == run.run_id)  # fmt: skip
        if items and left:
            yield (f"the run has not ended: {left:,} of {items:,} answers were not asked for, or"
                   f" are lost; `promptops eval resume {run.run_id[:SHORT]}` goes on")  # fmt: skip
