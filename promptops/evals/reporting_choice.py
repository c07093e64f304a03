"""Which variants are worth having, and which of them is recommended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.order import unit
from promptops.evals.report_facts import Front
from promptops.statistics.gate import Cause
from promptops.statistics.pareto import Trial, membership

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from promptops.evals.material import Material
    from promptops.evals.report_comparisons import Comparison
    from promptops.evals.report_variants import Variant as Told
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case

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
    timed = not made.trails.reused and not _batched(made)
    trials: dict[str, list[Trial]] = {one.id: [] for one in asked}
    clusters = []
    for case in made.cases:
        rows = [(one.id, _trial(made, one, case, timed=timed)) for one in asked]
        known = [(name, row) for name, row in rows if row is not None]
        if len(known) < len(rows):
            continue
        clusters.append(unit(case))
        for name, row in known:
            trials[name].append(row)
    if len(asked) < FEWEST or len(clusters) < FEWEST:  # one alone is always on the front
        return ()
    found = membership(trials, clusters, seed=made.plan.run.seed, draws=DRAWS)
    return tuple(Front(name, share) for name, share in found.items())


def _batched(made: Material) -> bool:
    return any(one.batched for each in made.trails.attempts.values() for one in each)


def _trial(made: Material, variant: Variant, case: Case, *, timed: bool) -> Trial | None:
    value, dollars = made.value(variant, case, made.metric), made.attempted(variant, case)
    if isinstance(value, Cause) or dollars is None:
        return None
    taken = [one.completion.latency for one in made.answers(variant, case)
             if one.completion is not None and one.completion.latency is not None]  # fmt: skip
    return Trial(value, value, dollars, max(taken) if timed and taken else 0.0)
