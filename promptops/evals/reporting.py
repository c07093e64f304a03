"""A run's answers -> the report that is written."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promptops.evals.costing_reads import reads
from promptops.evals.figures import of_variant
from promptops.evals.figures_metrics import slices
from promptops.evals.findings import Asked
from promptops.evals.lacking import priced
from promptops.evals.looking import decided_by, outcome
from promptops.evals.material import Material
from promptops.evals.placed import costed, placements
from promptops.evals.report import Report
from promptops.evals.report_facts import EvalFacts, GateFacts
from promptops.evals.reporting_cases import errors, flips, results
from promptops.evals.reporting_choice import front, recommended
from promptops.evals.reporting_notes import misread, notes, unpriced
from promptops.evals.versus import OUTCOMES, comparisons, taken
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.evals.costing_reads import Reads
    from promptops.evals.costing_values import Costed
    from promptops.evals.looking import Look
    from promptops.evals.report_comparisons import Comparison, Looks
    from promptops.evals.report_comparisons import Outcome as Judged
    from promptops.evals.report_facts import DatasetFacts, PriceFacts, RunFacts, Spent, TrafficFacts
    from promptops.evals.report_variants import Variant as Told

__all__ = ["Facts", "Material", "report"]


@dataclass(frozen=True)
class Facts:
    """What is said of the run beside its answers; ``again`` are looks that earlier runs took."""

    generated_at: str
    run: RunFacts
    dataset: DatasetFacts
    spent: Spent
    prices: PriceFacts | None = None
    traffic: TrafficFacts | None = None
    notes: tuple[str, ...] = ()
    again: Looks | None = None


def report(material: Material, facts: Facts) -> Report:
    """Return the report of a run, of whatever it got done."""
    made = material.with_total()
    look = taken(made)
    found = comparisons(made, look, facts.again)
    by_variant = _reads(made)
    placed = costed(made)
    variants = _variants(made, found, placed, by_variant)
    gated = priced(found, variants, made)
    verdict, reasons = _verdict(made, look, facts.run.stopped)
    calls = [one for name, each in by_variant.items() for one in each.of(name).calls]
    return Report(
        facts.generated_at,
        _run(made, look, facts.run),
        _eval(made),
        replace(facts.dataset, slices=tuple(slices(made))),
        tuple(variants.values()),
        verdict,
        reasons,
        made.incumbent.id,
        recommended(gated, variants),
        facts.prices,
        facts.traffic,
        gated,
        placements(made, placed),
        pareto=front(made),
        spent=facts.spent,
        errors=tuple(errors(made)),
        flips=tuple(flips(made)),
        notes=(
            *facts.notes,
            *notes(made, look, facts.again),
            *unpriced(placed),
            *misread(by_variant),
        ),
        cases=list(results(made, calls)),
    )


def _variants(
    made: Material,
    found: Sequence[Comparison],
    placed: Mapping[str, Costed],
    by_variant: Mapping[str, Reads],
) -> dict[str, Told]:
    """Return what is said of each variant, with its cost over the incumbent's."""
    ratios = {one.candidate: one.cost for one in reversed(found)}
    told = {}
    for one in made.variants:
        mine = of_variant(made, one, placed.get(one.id), by_variant.get(one.id))
        told[one.id] = replace(mine, cost=replace(mine.cost, ratio=ratios.get(one.id)))
    return told


def _reads(made: Material) -> dict[str, Reads]:
    """Return what the calls of this run read from caches, by variant."""
    if made.costing is None:
        return {}
    found: dict[str, Reads] = {}
    for each in reads(made.costing, made.trails.sent(made.variants)):
        found |= dict.fromkeys((one.variant for one in each.calls), each)
    return found


def _run(made: Material, look: Look | None, run: RunFacts) -> RunFacts:
    """Return what is said of a run; a look that ended it is what stopped it, whoever asks later."""
    gate = made.plan.gate
    if gate is None or look is None or not look.decided or look.cases == len(made.cases):
        return run
    if run.done == run.planned:
        return run
    judged = Asked(gate, made.plan.run.seed)
    return replace(run, stopped=decided_by(judged, look.number, look.cases, len(made.cases)))


def _eval(made: Material) -> EvalFacts:
    plan, gate = made.plan, made.plan.gate
    asked = None
    if gate is not None:
        asked = GateFacts(
            gate.metric, gate.margin, gate.confidence, gate.test, gate.max_errors,
            gate.cost.max_ratio if gate.cost else None, gate.any, dict(gate.also), gate.looks,
            gate.stop, gate.failure_cost,
        )  # fmt: skip
    return EvalFacts(plan.name, plan.prompt, plan.sha256, made.metric, asked)


def _verdict(
    made: Material, look: Look | None, stopped: str | None
) -> tuple[Judged | None, tuple[str, ...]]:
    """Return the verdict of all candidates together, and what no comparison says of it.

    A run that something stopped passes nothing, unless a look had decided by then.
    """
    gate = made.plan.gate
    if gate is None:
        return None, ()
    if look is None or not look.verdicts:
        return "inconclusive", ("there is nothing to compare: name a second version or model",)
    verdict = OUTCOMES[outcome(look.verdicts, one_is_enough=gate.any)]
    if look.wanted:
        verdict = "inconclusive"
    if stopped and verdict == "pass" and not look.decided:
        return "inconclusive", (stopped,)
    return verdict, (stopped,) if stopped and not look.decided else ()
