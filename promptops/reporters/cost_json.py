"""A cost comparison as JSON, ``promptops.cost-diff/1``.

Money, rates and factors are decimal strings, unknown is null, and every key is always there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.costs.side import STATUSES
from promptops.reporters.cost_figures import percent

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.costs.comparison import Comparison, End
    from promptops.costs.diff import Row
    from promptops.costs.estimate import Estimate
    from promptops.costs.side import Broken

SCHEMA: Final = "promptops.cost-diff/1"


def report(comparison: Comparison, generated_at: str) -> dict[str, Any]:
    """Return the comparison as plain data."""
    totals, tally = comparison.totals, comparison.tally
    changed = [row for row in comparison.rows if not row.hidden]
    months = {"base": _text(totals.base), "head": _text(totals.head), "delta": _text(totals.delta)}
    return {
        "schema": SCHEMA,
        "generated_at": generated_at,
        "base": _end(comparison.base),
        "head": _end(comparison.head),
        "prices": _prices(comparison),
        "prompts": [_row(row) for row in comparison.shown],
        "totals": {
            "per_call": None,
            "per_month": months,
            "partial": totals.partial,
            **{status: tally.get(status, 0) for status in STATUSES},
        },
        "not_compared": [one._asdict() for one in comparison.not_compared],
        "unpriced": [{"name": row.pair.name, "models": list(row.unpriced)}
                     for row in changed if row.unpriced],
        "unparsable": [{"name": row.pair.name, **_broken(row.broken)}
                       for row in comparison.rows if row.broken],
        "notes": comparison.remarks,
        "policy": {"verdict": None, "findings": []},
    }  # fmt: skip


def _end(end: End) -> dict[str, Any]:
    return {"ref": end.ref, "kind": end.kind, "sha": end.sha}


def _prices(comparison: Comparison) -> dict[str, Any]:
    prices = comparison.prices
    given = [
        {
            "model": name,
            "input": f"{price.rates.input:f}",
            "output": f"{price.rates.output:f}",
            "cache_read": None if price.rates.cache_read is None else f"{price.rates.cache_read:f}",
        }
        for name, price in prices.given.items()
    ]
    return {
        "source": prices.book.source,
        "as_of": prices.book.as_of.isoformat(),
        "on": prices.day.isoformat(),
        "sha256": prices.book.sha256,
        "layer": "bundled",
        "overrides": given,
        "change": None,
    }


def _row(row: Row) -> dict[str, Any]:
    pair = row.pair
    return {
        "name": pair.name,
        "status": row.status,
        "from": pair.origin,
        "via": list(pair.via),
        "path": {"base": pair.old.prompt.path if pair.old else None,
                 "head": pair.new.prompt.path if pair.new else None},
        "model": {"base": row.old.model if row.old else None,
                  "head": row.new.model if row.new else None},
        "tokens": _tokens(row),
        "cache": {"ttl": None, "min_tokens": None, "stable": {"base": None, "head": None},
                  "hit_rate": {"base": None, "head": None}, "broken_at": None},
        "per_call": _per_call(row),
        "per_month": _per_month(row),
        "why": [{"part": part.cause, "delta": _text(part.per_month),
                 "per_call": _text(part.per_call)} for part in row.parts],
        "fix": None,
        "assumptions": _assumptions(row),
        "error": _broken(row.broken) if row.broken else None,
    }  # fmt: skip


def _tokens(row: Row) -> dict[str, Any]:
    """Return both sides' tokens; the method is the new side's, each side also has its own."""
    leading = row.new or row.old
    assert leading is not None  # noqa: S101 - a pair has a side
    return {
        **_method(leading),
        "n": None,
        "base": _side(row.old) if row.old else None,
        "head": _side(row.new) if row.new else None,
    }


def _method(side: Estimate) -> dict[str, Any]:
    method = side.count.method
    return {
        "counted": side.count.counted,
        "method": method.method,
        "encoding": method.encoding,
        "factor": _text(method.factor),
        "band": [_text(edge) for edge in method.band] if method.band else None,
    }


def _side(side: Estimate) -> dict[str, Any]:
    return {
        "input": side.count.input,
        "prefix": None,
        "variable": None,
        "output": _number(side.output),
        "messages": side.count.messages,
        "attached": side.count.attached,
        "encoded": side.count.encoded,
        **_method(side),
    }


def _per_call(row: Row) -> dict[str, Any]:
    base = row.old.per_call if row.old else None
    return {
        "base": _text(base),
        "head": _text(row.new.per_call if row.new else None),
        "delta": _text(row.per_call),
        "percent": _text(percent(row.per_call, base)),
    }


def _per_month(row: Row) -> dict[str, Any]:
    calls = row.calls.amount
    base = row.old.per_month(calls) if row.old else None
    low, high = row.month_range or (None, None)
    return {
        "calls": _number(calls.expected if calls else None),
        "base": _text(base),
        "head": _text(row.new.per_month(calls) if row.new else None),
        "delta": _text(row.per_month),
        "low": _text(low),
        "high": _text(high),
        "percent": _text(percent(row.per_month, base)),
    }


def _assumptions(row: Row) -> list[dict[str, Any]]:
    """Return what the texts do not tell and was taken from elsewhere, or left out."""
    leading = row.new or row.old
    found: list[tuple[str, str, str | None]] = [
        ("calls", "given" if row.calls.amount else "unknown", row.calls.origin),
        ("output", row.output or "not counted", "front matter" if row.output else None),
        ("cache", "not modelled", None),
        ("framing", "not counted", None),
    ]
    if any(side and side.count.attached for side in (row.old, row.new)):
        found.append(("tools", "heuristic: minified JSON", None))
    if leading is not None and leading.count.reason:
        found.append(("input", f"source: {leading.count.reason}", None))
    return [{"key": key, "value": value, "from": origin} for key, value, origin in found]


def _broken(broken: Broken) -> dict[str, Any]:
    return {"side": broken.side, "path": broken.path, "line": broken.line, "reason": broken.reason}


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else f"{amount:f}"


def _number(amount: Decimal | None) -> int | float | None:
    if amount is None:
        return None
    return int(amount) if amount == amount.to_integral_value() else float(amount)
