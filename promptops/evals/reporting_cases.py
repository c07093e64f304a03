"""A run's answers -> the cases of its report: what was said, what was lost, what flipped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from promptops.evals.alike import Alike
from promptops.evals.figures import split
from promptops.evals.report_cases import Answered, CaseError, CaseResult, Flip, FlipSide
from promptops.evals.report_cases import Seen as Said
from promptops.scorers.reading import as_text
from promptops.statistics.gate import Cause

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.caching.requests import Billed
    from promptops.evals.costing_reads import Call
    from promptops.evals.gathered import Seen
    from promptops.evals.material import Material
    from promptops.evals.report_variants import Split
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case, Score


def errors(made: Material) -> Iterator[CaseError]:
    """Yield what was lost or failed; what was never asked about is no error of a case."""
    for variant in made.variants:
        for case in made.cases:
            for one in made.answers(variant, case):
                if one.lost is not None and one.lost.error is not None:
                    kind: Literal["missing", "failed"] = "failed" if one.own else "missing"
                    yield CaseError(case.id, variant.id, one.lost.error.cause, str(one.lost.error),
                                    kind, _attempts(made, variant, case, one))  # fmt: skip
                for name, score in one.scores.items():
                    if score.error is not None and name in {each.name for each in made.scorers}:
                        yield CaseError(case.id, variant.id, f"scorer {name}", score.error)


def flips(made: Material) -> Iterator[Flip]:
    """Yield the cases that a candidate broke, then those that it fixed."""
    found = []
    for candidate in made.candidates:
        for case in made.cases:
            before, after = (_side(made, one, case) for one in (made.incumbent, candidate))
            if None not in {before.value, after.value} and before.value != after.value:
                found.append(Flip(case.id, candidate.id, before, after))
    yield from sorted(found, key=lambda one: not one.broke)


def _side(made: Material, variant: Variant, case: Case) -> FlipSide:
    value = made.value(variant, case, made.metric)
    scores = (one.scores.get(made.metric) for one in made.answers(variant, case))
    first = next((one for one in scores if one is not None), None)
    return FlipSide(
        None if isinstance(value, Cause) else value,
        first.label if first else None,
        first.reason if first else "",
    )


def results(made: Material, calls: Iterable[Call]) -> Iterator[CaseResult]:
    """Yield every case with all its answers; ``calls`` say what became of their input."""
    by_item = {(one.variant, one.case, one.repeat): one for one in calls}
    parts = _Parts()
    for case in made.cases:
        answers = [
            _answered(made, (variant, case, one), by_item.get((variant.id, case.id, one.repeat)),
                      parts)
            for variant in made.variants
            for one in made.answers(variant, case)
        ]  # fmt: skip
        expected = None if case.expected is None else as_text(case.expected)
        yield CaseResult(case.id, _texts(case.inputs), expected, case.cluster, case.slices,
                         tuple(answers))  # fmt: skip


def _texts(inputs: Mapping[str, Any]) -> Mapping[str, str]:
    """Return inputs as people read them: mostly they are texts as they are."""
    if all(isinstance(value, str) for value in inputs.values()):
        return inputs
    return {name: as_text(value) for name, value in inputs.items()}


class _Parts:
    """Parts of answers, each made once."""

    def __init__(self) -> None:
        self._scores: Alike[Mapping[str, Said]] = Alike()
        self._splits: Alike[Split] = Alike()

    def scores(self, given: Mapping[str, Score]) -> Mapping[str, Said]:
        """Return an answer's scores as reports hold them."""
        told = {name: Said(one.value, one.label, one.reason, one.error)
                for name, one in given.items()}  # fmt: skip
        return self._scores.one(tuple(told.items()), told)

    def split(self, billed: Billed | None) -> Split | None:
        """Return an answer's input as reports hold it."""
        if billed is None:
            return None
        found = split(billed)
        return self._splits.one(found, found)


def _answered(
    made: Material, what: tuple[Variant, Case, Seen], call: Call | None, parts: _Parts
) -> Answered:
    variant, case, one = what
    done, lost = one.completion, one.lost
    usage = done.usage if done else None
    return Answered(
        variant.id,
        done.text if done else None,
        parts.scores(one.scores),
        one.repeat,
        done.finish if done else None,
        lost.error.cause if lost and lost.error else None,
        str(lost.error) if lost and lost.error else None,
        one.dollars,
        done.latency if done else None,
        _attempts(made, variant, case, one),
        usage.prompt_tokens if usage else None,
        usage.output_tokens if usage else None,
        made.trails.from_run(variant, case.id, one.repeat),
        parts.split(call.observed) if call else None,
        parts.split(call.predicted) if call else None,
    )


def _attempts(made: Material, variant: Variant, case: Case, one: Seen) -> int:
    """Return how often this run asked; an answer of an earlier run took one attempt then."""
    counted = len(made.trails.made(variant, case.id, one.repeat))
    return max(counted or (len(one.lost.attempts) if one.lost else 1), 1)
