"""What a run would do, as JSON, ``promptops.eval-plan/1``.

Money is decimal strings; every figure stands beside how it was got, and is null where unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.evals.foretold_values import Dollars, Foretold, Got, Line, Power

SCHEMA: Final = "promptops.eval-plan/1"


def report(found: Foretold) -> dict[str, Any]:
    """Return the plan as plain data."""
    answers = found.answers
    return {
        "schema": SCHEMA,
        "eval": {"name": found.name, "sha256": found.sha256},
        "dataset": {
            "path": found.dataset,
            "sha256": found.dataset_sha256,
            "cases": found.cases,
            "clusters": found.clusters,
            "part": list(found.part),
        },
        "answers": {
            "items": answers.items,
            "shared": answers.shared,
            "reused": answers.reused,
            "calls": answers.calls,
            "free": answers.free,
            "stale": dict(answers.stale),
        },
        "variants": [_line(one) for one in found.lines],
        "judges": [
            {"scorer": one.scorer, "models": list(one.models), "calls": one.calls,
             "live": _dollars(one.live)}
            for one in found.judges
        ],
        "live": _dollars(found.live),
        "batch": None if found.batch is None else _dollars(found.batch),
        "goes_on": found.goes_on
        and {"run": found.goes_on.run, "spent": f"{found.goes_on.spent:f}"},
        "budget": None if found.budget is None else f"{found.budget:f}",
        "minutes": _got(found.minutes),
        "power": [_power(one) for one in found.power],
        "notes": list(found.notes),
    }  # fmt: skip


def _line(one: Line) -> dict[str, Any]:
    return {
        "id": one.variant,
        "model": one.model,
        "paid": one.paid,
        "items": one.items,
        "calls": one.calls,
        "input_tokens": _got(one.input_tokens),
        "output_tokens": _got(one.output_tokens),
        "live": _dollars(one.live),
        "batch": None if one.batch is None else _dollars(one.batch),
    }


def _power(one: Power) -> dict[str, Any]:
    return {
        "metric": one.metric,
        "test": one.test,
        "margin": None if one.margin is None else f"{one.margin:f}",
        "confidence": one.confidence,
        "needed": [
            {"discordance": each.discordance, "cases": each.cases, "margin": each.margin,
             "how": each.how}
            for each in one.needed
        ],
    }  # fmt: skip


def _dollars(one: Dollars) -> dict[str, Any]:
    return {"expected": _money(one.expected), "worst": _money(one.worst)}


def _money(one: Got[Decimal]) -> dict[str, Any]:
    return {"value": None if one.value is None else f"{one.value:f}", "how": one.how}


def _got(one: Got[int] | Got[float]) -> dict[str, Any]:
    return {"value": one.value, "how": one.how}
