"""What reports of an audit say, in the same words wherever they are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.reporters.figures import dollars

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.ranges import Range
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


def at_stake(sin: Sin) -> str:
    """Return between which dollars a month what is at stake lies, as far as that is known."""
    if sin.stake is None:
        return "not known"
    if not sin.stake.high:
        return "nothing"
    return f"{_between(sin.stake.high, sin.stake.between)} a month"


def methods(sin: Sin) -> list[str]:
    """Return what is at stake, between what it lies, and what of it is proven; how each is got."""
    stake = sin.stake
    if stake is None or not stake.high:
        return []
    told = f"at stake: {dollars(stake.high)} a month, if {stake.high_is}"
    if stake.between is not None:
        told += f"; {_between(stake.high, stake.between)}: {stake.between.how}"
    proven = f"{dollars(stake.low)} a month, if" if stake.low else "$0:"
    return [told, f"proven: {proven} {stake.low_is}"]


def _between(amount: Decimal, known: Range | None) -> str:
    if known is None:
        return dollars(amount)
    low = dollars(known.low) if known.low else "$0"
    return f"{low} to {dollars(known.high)}"


def compound(found: Audit) -> str:
    """Return what all together come to."""
    low = dollars(found.low) if found.low else "$0"
    month, known = dollars(found.facts.month), found.between
    between = f" ({_between(found.high, known)})" if known is not None else ""
    told = f"together {dollars(found.high)}{between} of {month} a month, {low} of it proven"
    return f"{told}; each is applied to what those before it leave"


def changed(change: Change) -> str:
    """Return what a lever of a what-if makes of a month."""
    asked = f"{change.asked.lever}={change.asked.value}"
    return f"{asked}: {dollars(change.before)} -> {dollars(change.after)} a month"


def got(change: Change) -> str:
    """Return how that was got."""
    way = "exact" if change.exact else "by a model"
    return f"{way}: {change.how}"
