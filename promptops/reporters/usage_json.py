"""What was measured of recorded calls as ``promptops.usage-sync/1``."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.model.prompt import Amount

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.usage import Calibration
    from promptops.usage.measure import Figure, Measured
    from promptops.usage.recording import Recording
    from promptops.usage.sync import Calibrated, Entry, Plan


def report(
    where: str, planned: Plan, found: Measured, calls: Recording, *, wrote: bool
) -> dict[str, Any]:
    """Return a measurement and what it changes as plain data."""
    silent = {name: one.calls for name, one in found.prompts.items() if not one.figures}
    first, last = str(found.window).split("..")
    return {
        "schema": "promptops.usage-sync/1",
        "path": where,
        "changed": planned.changed,
        "written": wrote,
        "window": {
            "first": first,
            "last": last,
            "hours": round(found.window.hours, 3),
            "calls": found.window.calls,
        },
        "prompts": [_entry(one) for one in planned.entries],
        "calibration": [_model(one) for one in planned.calibration],
        "too_few": _counted(silent),
        "unknown": _counted(found.unknown),
        "unnamed": found.unnamed,
        "uncalibrated": _counted(found.uncalibrated),
        "implausible": [
            {"name": name, "factor": f"{factor:f}"} for name, factor in found.implausible.items()
        ],
        "untold": list(found.untold),
        "left_out": _counted(calls.left_out),
        "repeated": calls.repeated,
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "name": entry.name,
        "state": entry.state,
        "calls": entry.calls,
        "from": entry.origin,
        "changes": [
            {
                "key": one.key,
                "before": None if one.before is None else _figure(one.before),
                "after": _figure(one.after),
            }
            for one in entry.changes
        ],
        "calibration": [_model(one) for one in entry.calibrated],
        "text": entry.text or None,
        "notes": list(entry.notes),
    }


def _model(one: Calibrated) -> dict[str, Any]:
    return {
        "model": one.model,
        "before": None if one.before is None else _calibration(one.before),
        "after": _calibration(one.after),
    }


def _figure(figure: Figure) -> dict[str, str | None]:
    amount = Amount(figure) if isinstance(figure, Decimal) else figure
    edges = {"low": amount.low, "expected": amount.expected, "high": amount.high}
    edges["p99"] = amount.most
    return {key: None if one is None else f"{one:f}" for key, one in edges.items()}


def _calibration(one: Calibration) -> dict[str, Any]:
    figures = {"factor": one.factor, "low": one.low, "high": one.high}
    told = {key: f"{figure:f}" for key, figure in figures.items()}
    until = None if one.until is None else one.until.isoformat()
    return {**told, "calls": one.calls, "encoded": one.encoded, "until": until}


def _counted(numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    return [{"name": name, "count": count} for name, count in sorted(numbers.items())]
