"""All that a report is made of: answers by variant and case, what they score and cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence  # noqa: TC003 - fields of a frozen value
from dataclasses import field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from promptops.evals.findings import dollars_of, value_of
from promptops.evals.order import drawn, unit
from promptops.evals.trails import Trails
from promptops.model.evaluation import Completion, Score
from promptops.model.values import dataclass
from promptops.scorers.scorer import total

if TYPE_CHECKING:
    from promptops.evals.costing import Costing
    from promptops.evals.gathered import Seen
    from promptops.evals.plan import EvalPlan
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case
    from promptops.model.money import Price
    from promptops.scorers.scorer import Scorer
    from promptops.statistics.gate import Cause

TOTAL = "total"  # the weighted mean of all scorers


@dataclass(frozen=True)
class Material:
    """The answers of a run with all that is needed to judge them."""

    plan: EvalPlan
    variants: Sequence[Variant]
    cases: Sequence[Case]
    seen: Mapping[str, Mapping[str, Sequence[Seen]]]  # by variant and case
    scorers: Sequence[Scorer]
    costing: Costing | None = None
    trails: Trails = field(default_factory=Trails)
    prices: Mapping[str, Price | None] = field(default_factory=dict)

    @cached_property
    def metric(self) -> str:
        """The gated metric, or the first that is of a case."""
        if self.plan.gate:
            return self.plan.gate.metric
        each = (one.name for one in self.scorers if one.kind.scope != "run")
        return next(each, self.scorers[0].name)

    @cached_property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that single cases have."""
        named = tuple(one.name for one in self.scorers if one.kind.scope != "run")
        return (*named, TOTAL) if self.totalled else named

    @cached_property
    def totalled(self) -> bool:
        """Whether the gate asks for the weighted mean of all scorers."""
        return self.plan.gate is not None and TOTAL in self.plan.gate.margins

    @property
    def incumbent(self) -> Variant:
        """The variant that others are compared with."""
        return self.variants[0]

    @property
    def candidates(self) -> list[Variant]:
        """The variants that are compared with it."""
        return [one for one in self.variants[1:] if not one.baseline]

    @cached_property
    def drawn(self) -> list[Case]:
        """The cases in the order in which they were asked."""
        return drawn(self.cases, self.plan.run.seed)

    def answers(self, variant: Variant) -> Sequence[Sequence[Seen]]:
        """Return a variant's answers to each of the cases, in their order."""
        known = self._answers.get(variant.id)
        if known is None:
            mine = self.seen.get(variant.id, {})
            known = self._answers[variant.id] = [mine.get(one.id, ()) for one in self.cases]
        return known

    @cached_property
    def _answers(self) -> dict[str, Sequence[Sequence[Seen]]]:
        return {}

    @cached_property
    def unended(self) -> frozenset[str]:
        """The cases of which something is neither answered nor lost for good."""
        return frozenset(
            case.id
            for variant in (self.incumbent, *self.candidates)
            for case, answers in zip(self.cases, self.answers(variant), strict=True)
            if len(answers) < self.plan.repeats or any(map(_stopped, answers))
        )

    def values(self, variant: Variant, metric: str) -> Sequence[float | Cause]:
        """Return what a variant scores on each of the cases, or why that is not known."""
        place = (variant.id, metric)
        known = self._values.get(place)
        if known is None:
            known = [value_of(each, metric) for each in self.answers(variant)]
            self._values[place] = known
        return known

    @cached_property
    def _values(self) -> dict[tuple[str, str], Sequence[float | Cause]]:
        return {}

    def dollars(self, variant: Variant) -> Sequence[float | None]:
        """Return what an answer to each of the cases costs; None where that is not known."""
        known = self._dollars.get(variant.id)
        if known is None:
            known = self._dollars[variant.id] = [*map(dollars_of, self.answers(variant))]
        return known

    @cached_property
    def _dollars(self) -> dict[str, Sequence[float | None]]:
        return {}

    def attempted(self, variant: Variant) -> Sequence[float | None]:
        """Return the same with all attempts at it that were billed for an answer nobody got."""
        known = self.dollars(variant)
        if self.costing is None or not self.trails.in_vain:
            return known
        return [
            None if one is None else one + self._in_vain(self.costing, variant, case, answers)
            for one, case, answers in zip(known, self.cases, self.answers(variant), strict=True)
        ]

    def _in_vain(
        self, costing: Costing, variant: Variant, case: Case, answers: Sequence[Seen]
    ) -> float:
        more = [
            costing.dollars(variant, case, Completion("", one.usage))
            for each in answers
            for one in self.trails.others(variant, case.id, each.repeat)
        ]
        return sum(float(one) for one in more if one is not None) / max(len(answers), 1)

    def units(self, places: Iterable[int]) -> list[str] | None:
        """Return what some of the cases were drawn with; None where each stands for itself."""
        if not self._clustered:
            return None
        some = [self.cases[at] for at in places]
        return [unit(case) for case in some] if any(case.cluster for case in some) else None

    @cached_property
    def _clustered(self) -> bool:
        return any(case.cluster for case in self.cases)

    def with_total(self) -> Material:
        """Return the same, its answers with their weighted mean where the gate asks for it."""
        if not self.totalled:
            return self
        seen = {
            variant: {
                case: [replace(one, scores=self._and_total(one)) for one in answers]
                for case, answers in cases.items()
            }
            for variant, cases in self.seen.items()
        }
        return replace(self, seen=seen)

    def _and_total(self, one: Seen) -> dict[str, Score]:
        if not one.scores or TOTAL in one.scores:
            return one.scores
        weighed = [(scorer, one.scores[scorer.name]) for scorer in self.scorers
                   if scorer.name in one.scores]  # fmt: skip
        value = total(weighed)
        failed = next((f"{scorer.name} failed: {score.error}" for scorer, score in weighed
                       if scorer.weight and score.error is not None), None)  # fmt: skip
        return {**one.scores, TOTAL: Score(value, error=failed)}


def _stopped(one: Seen) -> bool:
    return one.lost is not None and one.lost.leaves == "stopped"
