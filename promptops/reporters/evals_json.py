"""Several evals as JSON, ``promptops.eval-all/1``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.evals.together import Done, Together
from promptops.reporters import eval_json

if TYPE_CHECKING:
    from promptops.reporters.contracts.eval_all import EvalAllReport

SCHEMA: Final = "promptops.eval-all/1"


def report(found: Together) -> dict[str, Any]:
    """Return the report as plain data."""
    return {
        "schema": SCHEMA,
        "generated_at": found.generated_at,
        "headline": found.headline,
        "verdict": found.verdict,
        "changed": found.changed,
        "commit": found.commit,
        "spent": {
            "now": _money(found.now),
            "possible": _money(found.possible),
            "budget": _money(found.budget),
        },
        "evals": [_done(one) for one in found.evals],
        "unchanged": list(found.unchanged),
    }


def read(data: EvalAllReport) -> Together:
    """Return the evals that JSON of the contract's shape holds, without their cases."""
    evals = tuple(
        Done(one.file, None if one.report is None else eval_json.read(one.report), one.error)
        for one in data.evals
    )
    budget = None if data.spent.budget is None else Decimal(data.spent.budget)
    return Together(
        data.generated_at, evals, data.changed, tuple(data.unchanged), data.commit, budget
    )


def _done(one: Done) -> dict[str, Any]:
    whole = None if one.report is None else eval_json.report(one.report)
    return {"file": one.file, "error": one.error, "report": whole}


def _money(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"
