"""What reports of an audit say, in the same words wherever they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.reporters.figures import dollars

if TYPE_CHECKING:
    from promptops.audit.report import Audit
    from promptops.audit.sin import Sin
    from promptops.audit.what_if import Change


def window(found: Audit) -> str:
    """Return what the dollars are of."""
    facts = found.facts
    if facts.cells is None:
        known = sum(one.month is not None for one in facts.templates)
        told = f"{dollars(facts.month)} a month, of declared traffic"
        return f"{told}: {known:,} of {len(facts.templates):,} prompts have a known month"
    calls = sum(one.calls for one in facts.cells)
    days = f"{facts.days:,} day{'' if facts.days == 1 else 's'}"
    return (
        f"{dollars(facts.month)} a month, of {calls:,} recorded calls "
        f"in {days} ({facts.first} to {facts.last})"
    )


def interval(sin: Sin) -> str:
    """Return what is at stake a month; where that is not known, so."""
    if sin.stake is None:
        return "not known"
    low, high = sin.stake.low, sin.stake.high
    if not high:
        return "nothing"
    return f"{dollars(low) if low else '$0'} to {dollars(high)} a month"


def methods(sin: Sin) -> list[str]:
    """Return how both ends of an interval were got."""
    if sin.stake is None or not sin.stake.high:
        return []
    low = sin.stake.low_is if sin.stake.low else f"$0: {sin.stake.low_is}"
    return [f"high: {sin.stake.high_is}", f"low: {low}"]


def compound(found: Audit) -> str:
    """Return what all together come to."""
    low = dollars(found.low) if found.low else "$0"
    high, month = dollars(found.high), dollars(found.facts.month)
    return f"together {low} to {high} of {month} a month, each applied to what is left"


def changed(change: Change) -> str:
    """Return what a lever of a what-if makes of a month."""
    asked = f"{change.asked.lever}={change.asked.value}"
    return f"{asked}: {dollars(change.before)} -> {dollars(change.after)} a month"


def got(change: Change) -> str:
    """Return how that was got."""
    way = "exact" if change.exact else "by a model"
    return f"{way}: {change.how}"
