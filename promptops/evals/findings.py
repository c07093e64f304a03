"""Answers and their scores -> verdicts on each candidate against the incumbent."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from promptops.evals.order import unit
from promptops.model.values import dataclass
from promptops.statistics import gate as asked
from promptops.statistics.family import corrected
from promptops.statistics.gate import Cause, Pair
from promptops.statistics.verdict import judge, settled

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.evals.gathered import Seen
    from promptops.evals.plan import Gate
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case, Score
    from promptops.statistics.outcome import Outcome, Verdict

    Costs = list[tuple[float, float] | None]


@dataclass(frozen=True, slots=True)
class Asked:
    """What candidates are judged by: the gate, and the seed of bootstraps."""

    gate: Gate
    seed: int

    def statistics(self, metric: str) -> asked.Gate:
        """Return the gate on a metric as the statistics take it; costs count once, with the first.

        Where the gate says nothing of a metric, only its interval is of use.
        """
        gate = self.gate
        first = metric == gate.metric
        return asked.Gate(
            float(gate.margins.get(metric, gate.margin)),
            gate.test,
            float(gate.confidence),
            gate.looks,
            gate.stop or "looks",
            float(gate.max_errors),
            float(gate.cost.max_ratio) if gate.cost and first else None,
        )


@dataclass(frozen=True)
class Sides:
    """The incumbent and the candidates, with what they answered; ``known`` are costs by then."""

    seen: Mapping[str, Mapping[str, Sequence[Seen]]]  # by variant and case
    incumbent: Variant
    candidates: Sequence[Variant]
    known: dict[tuple[str, int], Costs] = field(default_factory=dict)

    def pairs(self, cases: Sequence[Case], candidate: Variant, metric: str) -> list[Pair]:
        """Return the scores of both sides on each case, in the order of the cases."""
        after, before = self.seen.get(candidate.id, {}), self.seen.get(self.incumbent.id, {})
        return [
            Pair(
                value_of(after.get(case.id, ()), metric),
                value_of(before.get(case.id, ()), metric),
                unit(case) if case.cluster else None,
            )
            for case in cases
        ]

    def costs(self, cases: Sequence[Case], candidate: Variant) -> Costs:
        """Return the dollars of both sides on each case; None where one is not known."""
        place = (candidate.id, len(cases))  # cases are always the first so many of their order
        if place not in self.known:
            after, before = self.seen.get(candidate.id, {}), self.seen.get(self.incumbent.id, {})
            both = ((dollars_of(after.get(case.id, ())), dollars_of(before.get(case.id, ())))
                    for case in cases)  # fmt: skip
            self.known[place] = [None if mine is None or theirs is None else (mine, theirs)
                                 for mine, theirs in both]  # fmt: skip
        return self.known[place]


def compared(
    cases: Sequence[Case], sides: Sides, judged: Asked, look: int = 1
) -> list[tuple[Verdict, ...]]:
    """Return each candidate's verdicts on the gate's metrics, corrected for how many there are.

    ``cases`` are in the order in which they were drawn.
    """
    return list(
        corrected(
            [
                [
                    verdict(cases, sides, candidate, metric, judged, look)
                    for metric in judged.gate.margins
                ]
                for candidate in sides.candidates
            ]
        )
    )


def verdict(
    cases: Sequence[Case],
    sides: Sides,
    candidate: Variant,
    metric: str,
    judged: Asked,
    look: int = 1,
) -> Verdict:
    """Return the verdict on one candidate and one metric."""
    return judge(
        sides.pairs(cases, candidate, metric),
        judged.statistics(metric),
        costs=sides.costs(cases, candidate),
        look=look,
        seed=judged.seed,
    )


def decided(cases: Sequence[Case], sides: Sides, judged: Asked) -> bool:
    """Return whether an e-process has an answer on some candidate: it fails, or passes on all."""

    def outcomes(candidate: Variant) -> set[Outcome]:
        return {
            settled(sides.pairs(cases, candidate, metric), judged.statistics(metric))
            for metric in judged.gate.margins
        }

    found = map(outcomes, sides.candidates)
    return any("FAIL" in one or one == {"PASS"} for one in found)


def value_of(answers: Sequence[Seen], metric: str) -> float | Cause:
    """Return the mean of a case's repeats on a metric, or why there is none."""
    if len(answers) == 1:  # most cases have one, and reports ask often
        one = answers[0]
        found = one.scores.get(metric)
        if found is None or found.value is None:
            return _without(one.missing, found)
        return found.value
    if not answers or all(one.missing for one in answers):
        return Cause.INFRASTRUCTURE
    scores = [one.scores[metric] for one in answers if metric in one.scores]
    if any(score.error is not None for score in scores):
        return Cause.SCORER
    values = [score.value for score in scores if score.value is not None]
    return sum(values) / len(values) if values else Cause.NOT_APPLICABLE


def _without(missing: bool, score: Score | None) -> Cause:
    """Return why an answer has no value."""
    if missing:
        return Cause.INFRASTRUCTURE
    failed = score is not None and score.error is not None
    return Cause.SCORER if failed else Cause.NOT_APPLICABLE


def dollars_of(answers: Sequence[Seen]) -> float | None:
    """Return the mean dollars of a case's repeats; None where one is not known."""
    if len(answers) == 1:
        one = answers[0]
        return None if one.completion is None or one.dollars is None else float(one.dollars)
    known = [one.dollars for one in answers if one.completion is not None]
    if not known or None in known:
        return None
    return float(sum(one for one in known if one is not None) / len(known))
