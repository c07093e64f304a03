"""Verdicts -> what a report says of each candidate against the incumbent."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.evals.findings import Asked, Sides, verdict
from promptops.evals.looking import looked, prefix, watched
from promptops.evals.plan import Gate
from promptops.evals.report_comparisons import Comparison, Looks, More, Sensitivity
from promptops.evals.report_variants import Figure

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.evals.looking import Look
    from promptops.evals.material import Material
    from promptops.evals.report_comparisons import LooksKind, Outcome
    from promptops.evals.variants import Variant
    from promptops.statistics.inference import Interval
    from promptops.statistics.outcome import Outcome as Found
    from promptops.statistics.outcome import Verdict

OUTCOMES: Final[Mapping[Found, Outcome]] = {
    "PASS": "pass", "FAIL": "fail", "INCONCLUSIVE": "inconclusive",
}  # fmt: skip
_NO_GATE: Final = Decimal("0.02")  # a margin that nobody asked for, and nobody is told


def taken(made: Material) -> Look | None:
    """Return the look that the gate's verdicts are of; None without a gate or a candidate."""
    gate = made.plan.gate
    if gate is None or not made.candidates:
        return None
    judged = Asked(gate, made.plan.run.seed)
    done = prefix(made.drawn, lambda one: one.id not in made.unended)
    return looked(made.drawn, sides(made), judged, done)


def sides(made: Material) -> Sides:
    """Return both sides of the comparisons."""
    return Sides(made.seen, made.incumbent, made.candidates)


def comparisons(made: Material, look: Look | None, again: Looks | None = None) -> list[Comparison]:
    """Return the gated comparisons, then those on other metrics.

    ``again`` are the looks of earlier runs over a part of the cases, where there were any.
    """
    gate = made.plan.gate
    found: list[Comparison] = []
    if gate is not None and look is not None:
        judged = Asked(gate, made.plan.run.seed)
        for candidate, verdicts in zip(made.candidates, look.verdicts, strict=True):
            for metric, one in zip(gate.margins, verdicts, strict=True):
                told = _gated(_told(candidate, made.incumbent, metric, one), one, gate, metric)
                found.append(_looked(told, look, judged, again))
    gated = set(gate.margins) if gate else set()
    others = [metric for metric in made.metrics if metric not in gated]
    return [*found, *_shown(made, others)]


def _shown(made: Material, metrics: Sequence[str]) -> Iterator[Comparison]:
    """Yield the differences on metrics that nothing was asked of."""
    both = sides(made)
    for metric in metrics:
        judged = Asked(Gate(metric, _NO_GATE), made.plan.run.seed)
        for candidate in made.candidates:
            one = verdict(made.drawn, both, candidate, metric, judged)
            if one.difference is not None:
                yield _told(candidate, made.incumbent, metric, one)


def _told(candidate: Variant, incumbent: Variant, metric: str, found: Verdict) -> Comparison:
    table = found.table
    cost = None if found.cost is None else figure(found.cost.interval(found.gate.confidence))
    return Comparison(
        candidate.id,
        incumbent.id,
        metric,
        found.n,
        found.missing,
        found.clusters,
        table.b if table else None,
        table.c if table else None,
        table.both if table else None,
        table.neither if table else None,
        found.difference,
        found.low,
        found.high,
        interval_method=found.interval_method,
        cost=cost,
        sensitivity=_sensitivity(found),
    )


def _gated(told: Comparison, found: Verdict, gate: Gate, metric: str) -> Comparison:
    more, first = found.more_cases, metric == gate.metric
    return replace(
        told,
        bound=found.bound,
        ceiling=found.ceiling,
        margin=gate.margins[metric],
        confidence=gate.confidence,
        p=found.p,
        p_holm=found.p_holm,
        test=gate.test,
        test_method=found.test_method,
        max_ratio=gate.cost.max_ratio if gate.cost and first else None,
        verdict=OUTCOMES[found.verdict],
        reasons=found.reasons,
        more_cases=More(more.at_zero, more.at_observed) if more else None,
        looks=Looks(level_spent=found.look.level_spent),
    )


def _looked(one: Comparison, look: Look, judged: Asked, again: Looks | None) -> Comparison:
    """Return a comparison with the look that it is of."""
    gate = judged.gate
    if not watched(judged):
        return replace(one, looks=again) if again else one
    if gate.stop is not None:
        return replace(one, looks=replace(one.looks, kind="any_time"))
    kind: LooksKind = "planned"
    if look.wanted:
        told = f"the first look takes {look.wanted:,} cases in their order: {look.cases:,} are done"
        return replace(one, verdict="inconclusive", reasons=(told,), more_cases=None,
                       looks=Looks(0, gate.looks, 0.0, kind))  # fmt: skip
    return replace(one, looks=Looks(look.number, gate.looks, one.looks.level_spent, kind))


def _sensitivity(found: Verdict) -> Sensitivity | None:
    if found.sensitivity is None:
        return None
    three = (found.sensitivity.complete, found.sensitivity.best, found.sensitivity.worst)
    return Sensitivity(*map(figure, three))


def figure(interval: Interval) -> Figure:
    """Return an interval as reports hold it."""
    return Figure(interval.value, interval.low, interval.high)
