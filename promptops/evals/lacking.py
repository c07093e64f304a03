"""What the cases that a verdict lacks would cost, live and in a batch."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.evals.report_comparisons import MoreDollars
from promptops.model.money import PER_CALL

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.evals.material import Material
    from promptops.evals.report_comparisons import Comparison
    from promptops.evals.report_variants import Variant

NOTHING: Final = Decimal(0)


def priced(
    found: Sequence[Comparison], variants: Mapping[str, Variant], made: Material
) -> tuple[Comparison, ...]:
    """Return comparisons with what the cases that they lack would cost; both sides answer each."""
    return tuple(
        replace(one, more_usd=_dollars(one.more_cases.equal * made.plan.repeats,
                                       (variants[one.candidate], variants[one.incumbent]), made))
        if one.more_cases is not None and one.more_cases.equal is not None else one
        for one in found
    )  # fmt: skip


def _dollars(calls: int, sides: Sequence[Variant], made: Material) -> MoreDollars:
    """Return the dollars of so many calls of each side; None where a price is not known."""
    live = [one.cost.per_call for one in sides]
    batch = [_batched(one, made) for one in sides]
    return MoreDollars(_sum(live, calls), _sum(batch, calls))


def _sum(each: Sequence[Decimal | None], calls: int) -> Decimal | None:
    known = [one for one in each if one is not None]
    return (sum(known, NOTHING) * calls).quantize(PER_CALL) if len(known) == len(each) else None


def _batched(one: Variant, made: Material) -> Decimal | None:
    """Return a call's dollars in its vendor's batch service; None where it has no such price."""
    if one.cost.per_call == NOTHING:
        return NOTHING
    price = made.prices.get(one.model)
    if price is None or price.batch is None or not one.cost.by_part:
        return None
    now, then = price.rates, price.batch.rates
    rates = {
        "input": (then.input, now.input),
        "cache_read": (then.cache_read or then.input, now.cache_read or now.input),
        "cache_write": (then.input, now.input),
        "output": (then.output, now.output),
        "reasoning": (then.output, now.output),
    }
    total = NOTHING
    for part in one.cost.by_part:
        batched, live = rates[part.part]
        total += part.per_call * (batched / live if live else Decimal(1))
    return total
