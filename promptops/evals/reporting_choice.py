"""Which variants are worth having, and which of them is recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.report_facts import Front
from promptops.statistics.gate import Cause
from promptops.statistics.pareto import Trial, membership

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from promptops.evals.gathered import Seen
    from promptops.evals.material import Material
    from promptops.evals.report_comparisons import Comparison
    from promptops.evals.report_variants import Variant as Told
    from promptops.evals.variants import Variant

FEWEST: Final = 2
DRAWS: Final = 1_000


def recommended(found: Sequence[Comparison], variants: Mapping[str, Told]) -> str | None:
    """Return the cheapest variant that is no worse, after Holm: a candidate that passes.

    Where the gate says what a wrong answer costs, that is part of what is cheap. None where a cost
    is not known, or nothing passes.
    """
    gated = [one for one in found if one.verdict is not None]
    failed = {one.candidate for one in gated if one.verdict != "pass"}
    passing = dict.fromkeys(one.candidate for one in gated if one.candidate not in failed)
    costs = {name: _cost(variants[name]) for name in passing}
    known = {name: cost for name, cost in costs.items() if cost is not None}
    return min(known, key=known.__getitem__, default=None) if len(known) == len(costs) else None


def _cost(one: Told) -> Decimal | None:
    return one.cost.with_failures.value if one.cost.with_failures else one.cost.per_call


def front(made: Material) -> tuple[Front, ...]:
    """Return how likely each variant is on the front; nothing where a cost or a score is missing.

    Latency counts where all of it is of this run. Baselines are no contenders.
    """
    asked = [one for one in made.variants if not one.baseline]
    if len(asked) < FEWEST:  # one alone is always on the front
        return ()
    timed = not made.trails.reused and not _batched(made)
    each = [_trials(made, one, timed=timed) for one in asked]
    whole = [at for at, rows in enumerate(zip(*each, strict=True)) if None not in rows]
    if len(whole) < FEWEST:
        return ()
    trials = {
        one.id: [row for at in whole if (row := rows[at]) is not None]
        for one, rows in zip(asked, each, strict=True)
    }
    found = membership(trials, made.units(whole), seed=made.plan.run.seed, draws=DRAWS)
    return tuple(Front(name, share) for name, share in found.items())


def _batched(made: Material) -> bool:
    return any(one.batched for each in made.trails.attempts.values() for one in each)


def _trials(made: Material, variant: Variant, *, timed: bool) -> list[Trial | None]:
    """Return what a variant did with each case; None where a cost or a score is missing."""
    columns = zip(
        made.values(variant, made.metric), made.attempted(variant), made.answers(variant),
        strict=True,
    )  # fmt: skip
    return [
        None if isinstance(value, Cause) or dollars is None
        else Trial(value, value, dollars, _latency(answers) if timed else 0.0)
        for value, dollars, answers in columns
    ]  # fmt: skip


def _latency(answers: Sequence[Seen]) -> float:
    """Return the longest time that an answer to a case took."""
    taken = [one.completion.latency for one in answers
             if one.completion is not None and one.completion.latency is not None]  # fmt: skip
    return max(taken, default=0.0)
