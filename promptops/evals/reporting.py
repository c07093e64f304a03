"""A run's answers -> the report that is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from promptops.evals.costing_reads import reads
from promptops.evals.figures import of_variant
from promptops.evals.figures_metrics import slices
from promptops.evals.lacking import priced
from promptops.evals.looking import outcome
from promptops.evals.material import Material
from promptops.evals.placed import costed, placements
from promptops.evals.report import Report
from promptops.evals.report_facts import EvalFacts, GateFacts
from promptops.evals.reporting_cases import errors, flips, results
from promptops.evals.reporting_choice import front, recommended
from promptops.evals.versus import OUTCOMES, comparisons, ended, taken
from promptops.evals.words import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

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
        facts.run,
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
        notes=(*facts.notes, *_notes(made, look, facts.again)),
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


def _notes(made: Material, look: Look | None, again: Looks | None) -> Iterator[str]:
    """Yield what is to be known of the looks, and of what was not asked or not counted."""
    done = sum(ended(made, case) for case in made.cases)
    if look is not None and look.decided and look.cases < len(made.cases):
        beyond = done - look.cases
        more = f"; {beyond:,} more that were under way are shown, not gated" if beyond > 0 else ""
        yield f"The verdict is of the first {look.cases:,} cases in their order{more}."
    elif done < len(made.cases) and made.plan.gate is None:
        yield f"{len(made.cases) - done:,} cases have not been asked or have no answer."
    if again is not None:
        runs = again.number - 1
        told = f"{runs} earlier runs" if runs > 1 else "an earlier run"
        yield (f"{told.capitalize()} of this eval judged a part of these cases: this is look"
               f" {again.number}, and a false pass has a chance of up to"
               f" {percent(again.level_spent)} %. Plan `gate.looks` instead.")  # fmt: skip
    unknown = sum(one.billed == "unknown" and one.usage is None
                  for each in made.trails.attempts.values() for one in each)  # fmt: skip
    if unknown:
        calls = "1 attempt" if unknown == 1 else f"{unknown:,} attempts"
        yield f"{calls} may have been billed and told no tokens: no cost of production has them."
