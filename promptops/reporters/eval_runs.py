"""The runs of a ledger as lines of text, and as JSON, ``promptops.eval-runs/1``."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from promptops.reporters.cost_figures import visible
from promptops.reporters.eval_words import price

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.listed import Listed

SCHEMA: Final = "promptops.eval-runs/1"
_SHORT: Final = 12  # characters of an id, which is its millisecond
_COMMIT: Final = 7


def as_text(runs: Sequence[Listed]) -> str:
    """Return a line for each run, the newest first."""
    if not runs:
        return "No eval has been run here.\n"
    head = f"{'run':<14}{'started (UTC)':<18}{'state':<11}{'answers':>13}  {'paid':<9}eval\n"
    return head + "".join(map(_line, runs))


def as_data(runs: Sequence[Listed]) -> dict[str, Any]:
    """Return the runs as plain data, money as decimal strings."""
    rows = [asdict(one) for one in runs]
    for row in rows:
        row["spent"] = None if row["spent"] is None else f"{row['spent']:f}"
    return {"schema": SCHEMA, "runs": rows}


def _line(one: Listed) -> str:
    started = one.started[:16].replace("T", " ")
    answers = f"{one.done:,}/{one.items:,}"
    told = visible(one.eval)
    told += f" part {one.shard}" if one.shard != "1/1" else ""
    if one.commit:
        commit, dirty, _ = one.commit.partition("-dirty")
        told += f" at {commit[:_COMMIT]}{'+' if dirty else ''}"
    paid = price(one.spent)
    return f"{one.id[:_SHORT]:<14}{started:<18}{one.state:<11}{answers:>13}  {paid:<9}{told}\n"
