"""What a probe of a vendor's prompt cache found, as JSON, ``promptops.eval-probe/1``.

Money is decimal strings, null where unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.evals.probing_values import Compared, Probed
    from promptops.model.money import Usage

SCHEMA: Final = "promptops.eval-probe/1"


def report(found: Probed) -> dict[str, Any]:
    """Return the calls, the claims and the correction as plain data."""
    task, own = found.task, found.override
    return {
        "schema": SCHEMA,
        "run": found.run_id,
        "day": found.day.isoformat(),
        "model": task.model,
        "rules": {
            "model": task.rules.model,
            "surface": task.rules.surface,
            "as_of": task.rules.as_of.isoformat(),
            "minimum": task.minimum,
            "lifetime": task.seconds,
        },
        "calls": [_call(one) for one in found.calls],
        "claims": [
            {"name": one.name, "says": one.says, "verdict": one.verdict, "seen": one.seen}
            for one in found.claims
        ],
        "override": own
        and {
            "model": own.model,
            "minimum": own.minimum,
            "not_cached": own.above,
            "cached": own.cached,
        },
        "budget": f"{task.budget:f}",
        "spent": f"{found.spent:f}",
        "possible": f"{found.possible:f}",
        "stopped": found.stopped or None,
    }


def _call(one: Compared) -> dict[str, Any]:
    call = one.call
    return {
        "text": call.part,
        "moment": call.moment,
        "seconds": round(call.started, 3),
        "attempts": call.attempts,
        "predicted": _usage(one.predicted, one.predicted_usd),
        "observed": _usage(call.usage, one.usd),
        "error": call.error or None,
    }


def _usage(usage: Usage | None, usd: Decimal | None) -> dict[str, Any] | None:
    if usage is None:
        return None
    return {
        "input": usage.input_tokens,
        "read": usage.cache_read_tokens,
        "written": sum(usage.cache_write_tokens.values()),
        "usd": None if usd is None else f"{usd:f}",
    }
