"""An audit as JSON, ``promptops.audit/1``: dollars are text, what is not known is null."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.ranges import Range
    from promptops.audit.report import Audit
    from promptops.audit.sin import Sin
    from promptops.audit.what_if import Change

SCHEMA: Final = "promptops.audit/1"


def report(found: Audit) -> dict[str, Any]:
    """Return the audit as plain data; every key is always there."""
    facts = found.facts
    return {
        "schema": SCHEMA,
        "basis": "declared" if facts.cells is None else "recorded",
        "window": {
            "since": facts.first and facts.first.isoformat(),
            "until": facts.last and facts.last.isoformat(),
            "days": facts.days or None,
            "calls": None if facts.cells is None else sum(one.calls for one in facts.cells),
        },
        "usd_per_month": _text(facts.month),
        "sins": [_sin(one) for one in found.ranked],
        "together": {
            "low": _text(found.low),
            "high": _text(found.high),
            "between": _between(found.between),
            "steps": [
                {"sin": one.name, "saves": _text(one.saved), "left": _text(one.after)}
                for one in found.steps
            ],
        },
        "what_if": None
        if found.what_if is None
        else {
            "before": _text(found.what_if.before),
            "after": _text(found.what_if.after),
            "levers": [_change(one) for one in found.what_if.changes],
        },
        "notes": list(found.notes),
    }


def _sin(one: Sin) -> dict[str, Any]:
    stake = one.stake
    return {
        "name": one.name,
        "title": one.title,
        "usd_per_month": None
        if stake is None
        else {
            "paid": _text(stake.paid),
            "low": _text(stake.low),
            "high": _text(stake.high),
            "low_is": stake.low_is,
            "high_is": stake.high_is,
            "between": _between(stake.between),
        },
        "evidence": list(one.evidence),
        "unknown": list(one.unknown),
        "next_step": one.step,
        "proof": one.proof,
    }


def _between(known: Range | None) -> dict[str, str] | None:
    return known and {"low": _text(known.low), "high": _text(known.high), "how": known.how}


def _change(one: Change) -> dict[str, Any]:
    return {
        "lever": one.asked.lever,
        "value": one.asked.value,
        "before": _text(one.before),
        "after": _text(one.after),
        "exact": one.exact,
        "how": one.how,
        "unknown": one.unknown or None,
    }


def _text(amount: Decimal) -> str:
    # Months are quotients: a millionth of a dollar is what they are told to.
    return f"{amount:.6f}"
