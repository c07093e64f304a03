"""What a variant's answers cost in production, with intervals; nothing unknown is nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.evals import report_variants as said
from promptops.statistics.clusters import grouped, reach
from promptops.statistics.gate import Cause
from promptops.statistics.ratios import cost_per_success, expected_cost, success_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.costing_values import Costed
    from promptops.evals.material import Material
    from promptops.evals.variants import Variant

FEWEST: Final = 2
THOUSAND: Final = 1_000
TRIES: Final = (2, 3, 5)  # attempts of which it is said how often one succeeds
_SIDE: Final = 0.975  # confidence of one end of an interval of 95 %
_STEP: Final = Decimal("1E-9")


def cost(made: Material, variant: Variant, placed: Costed | None) -> said.Cost:
    """Return the dollars of a call; nothing is said where those of one case are not known.

    A case whose call was refused for its own fault costs nothing, and is no success.
    """
    scored, answers = _scored(made, variant), made.answers(variant)
    tried, paid = made.attempted(variant), made.dollars(variant)
    spoken = [paid[at] is not None or any(one.completion is not None for one in answers[at])
              for at in scored]  # fmt: skip
    answered = [at for at, spoke in zip(scored, spoken, strict=True) if spoke]
    dollars = [tried[at] if spoke else 0.0 for at, spoke in zip(scored, spoken, strict=True)]
    every = [one for one in dollars if one is not None]
    known = [one for at in answered if (one := paid[at]) is not None]
    if not known or len(known) < len(answered) or len(every) < len(scored):
        return said.Cost()
    units = made.units(scored)
    per_call = _exact(sum(known) / len(known))
    won = _successes(made, variant, scored)
    ends = thousandfold(known, made.units(answered))
    return said.Cost(
        per_call,
        said.Money(per_call * THOUSAND, *ends),
        _per_success(every, won, units, made.plan.run.seed),
        by_part=_parts(placed),
        with_failures=_with_failures(made, every, won, units),
    )


def _scored(made: Material, variant: Variant) -> list[int]:
    """Return the places of the cases that have a score."""
    values = made.values(variant, made.metric)
    return [at for at, value in enumerate(values) if not isinstance(value, Cause)]


def _successes(made: Material, variant: Variant, scored: Sequence[int]) -> list[float]:
    values = made.values(variant, made.metric)
    return [0.0 if isinstance(value := values[at], Cause) else value for at in scored]


def thousandfold(
    dollars: Sequence[float], units: Sequence[str] | None
) -> tuple[Decimal | None, Decimal | None]:
    """Return the ends of the interval of a mean, of 1,000 calls."""
    groups = grouped(dollars, units)
    if len(groups.sums) < FEWEST or not any(dollars):
        return None, None
    half = reach(_SIDE, len(groups.sums) - 1, 0.0) * groups.error
    low, high = max(groups.mean - half, 0.0), groups.mean + half
    return _exact(low) * THOUSAND, _exact(high) * THOUSAND


def _per_success(
    dollars: Sequence[float], won: Sequence[float], units: Sequence[str] | None, seed: int
) -> said.Money:
    if not sum(won):
        return said.Money()
    found = cost_per_success(dollars, won, units, seed=seed)
    ends = [_exact(end) if end < float("inf") else None for end in (found.low, found.high)]
    return said.Money(_exact(found.value), *ends)


def _with_failures(
    made: Material, dollars: Sequence[float], won: Sequence[float], units: Sequence[str] | None
) -> said.Money | None:
    gate = made.plan.gate
    if gate is None or gate.failure_cost is None:
        return None
    found = expected_cost(dollars, won, float(gate.failure_cost), units)
    if found is None:
        return said.Money()
    return said.Money(_exact(found.value), _exact(max(found.low, 0.0)), _exact(found.high))


def within(made: Material, variant: Variant, told: said.Repeats | None) -> tuple[said.Within, ...]:
    """Return how often one of several attempts succeeds, where the gate says what failures cost.

    With repeats that is measured, as far as they go: a case that one answer fails is failed by
    others more often than chance would have it.
    """
    gate = made.plan.gate
    if gate is None or gate.failure_cost is None or variant.baseline:
        return ()
    known = [(one.k, one.one.value) for one in told.rates if one.k > 1] if told else []
    if known:
        return tuple(said.Within(k, one, measured=True) for k, one in known if one is not None)
    won = _successes(made, variant, _scored(made, variant))
    rate = sum(won) / len(won) if won else None
    if rate is None:
        return ()
    return tuple(said.Within(tries, success_within(rate, tries)) for tries in TRIES)


def _parts(placed: Costed | None) -> tuple[said.Part, ...]:
    mean = placed.shipped.mean if placed else None
    if mean is None:
        return ()
    each: tuple[tuple[said.CostPart, Decimal], ...] = (
        ("input", mean.input_usd), ("cache_read", mean.read_usd), ("cache_write", mean.write_usd),
        ("output", mean.output_usd), ("reasoning", mean.reasoning_usd),
    )  # fmt: skip
    return tuple(said.Part(part, dollars.quantize(_STEP)) for part, dollars in each if dollars)


def _exact(dollars: float) -> Decimal:
    return Decimal(repr(dollars)).quantize(_STEP)
