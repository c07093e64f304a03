"""The runs that a ledger holds, a line each."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Literal

from promptops.evals.resuming import OWN
from promptops.evals.scope import Scope
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.ledger.ledger import Ledger
    from promptops.ledger.rows import Run

MOST: Final = 20  # runs, the newest

State = Literal["under way", "complete", "not ended", "unknown"]


@dataclass(frozen=True, slots=True)
class Listed:
    """A run: how far it came, of how many answers, and what it paid; None: a price is not known."""

    id: str
    started: str  # UTC, as 2026-11-22T09:00:00+00:00
    eval: str
    shard: str
    commit: str | None
    state: State
    done: int
    items: int
    spent: Decimal | None


def listed(ledger: Ledger, most: int = MOST) -> list[Listed]:
    """Return the newest runs, the very newest first."""
    runs = sorted(ledger.runs(), key=lambda run: (run.started, run.run_id), reverse=True)
    return [_listed(ledger, run) for run in runs[:most]]


def _listed(ledger: Ledger, run: Run) -> Listed:
    progress, items = ledger.progress(run.run_id, OWN), Scope.of(run).items
    state: State = "complete" if progress.ended >= items else "not ended"
    if not items:
        state, items = "unknown", progress.items
    if ledger.holder(run.run_id):
        state = "under way"
    total = ledger.total(run.run_id)
    begun = datetime.fromtimestamp(run.started, UTC).replace(microsecond=0).isoformat()
    return Listed(
        run.run_id, begun, json.loads(run.plan).get("name", "?"), run.shard, run.commit, state,
        progress.ended, items, None if total.unpriced else total.spent,
    )  # fmt: skip
