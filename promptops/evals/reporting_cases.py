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
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promptops.caching.requests import Billed
    from promptops.evals.costing_reads import Call
    from promptops.evals.gathered import Seen
    from promptops.evals.material import Material
    from promptops.evals.report_variants import Split
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case, Score


def errors(made: Material) -> Iterator[CaseError]:
    """Yield what was lost or failed; what was never asked about is no error of a case."""
    names = {each.name for each in made.scorers}
    for variant in made.variants:
        for case, answers in zip(made.cases, made.answers(variant), strict=True):
            for one in answers:
                if one.lost is not None and one.lost.error is not None:
                    kind: Literal["missing", "failed"] = "failed" if one.own else "missing"
                    yield CaseError(case.id, variant.id, one.lost.error.cause, str(one.lost.error),
                                    kind, _attempts(made, variant, case, one))  # fmt: skip
                for name, score in one.scores.items():
                    if score.error is not None and name in names:
                        yield CaseError(case.id, variant.id, f"scorer {name}", score.error)


def flips(made: Material) -> Iterator[Flip]:
    """Yield the cases that a candidate broke, then those that it fixed."""
    found = []
    before = made.values(made.incumbent, made.metric), made.answers(made.incumbent)
    for candidate in made.candidates:
        after = made.values(candidate, made.metric), made.answers(candidate)
        for case, old, was, new, now in zip(made.cases, *before, *after, strict=True):
            if old != new and not isinstance(old, Cause) and not isinstance(new, Cause):
                sides = _side(made, old, was), _side(made, new, now)
                found.append(Flip(case.id, candidate.id, *sides))
    yield from sorted(found, key=lambda one: not one.broke)


def _side(made: Material, value: float, answers: Sequence[Seen]) -> FlipSide:
    scores = (one.scores.get(made.metric) for one in answers)
    first = next((one for one in scores if one is not None), None)
    return FlipSide(value, first.label if first else None, first.reason if first else "")


def results(made: Material, calls: Iterable[Call]) -> Iterator[CaseResult]:
    """Yield every case with all its answers; ``calls`` say what became of their input."""
    by_item = {(one.variant, one.case, one.repeat): one for one in calls}
    parts = _Parts()
    columns = zip(*map(made.answers, made.variants), strict=True)
    for case, of_variants in zip(made.cases, columns, strict=True):
        answers = [
            _answered(made, (variant, case, one), by_item.get((variant.id, case.id, one.repeat)),
                      parts)
            for variant, each in zip(made.variants, of_variants, strict=True)
            for one in each
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
        self._scores: dict[int, Mapping[str, Said]] = {}  # by identity of what is kept elsewhere
        self._alike: Alike[Mapping[str, Said]] = Alike()
        self._splits: dict[int, Split] = {}

    def scores(self, given: Mapping[str, Score]) -> Mapping[str, Said]:
        """Return an answer's scores as reports hold them."""
        known = self._scores.get(id(given))
        if known is None:
            told = {name: Said(one.value, one.label, one.reason, one.error)
                    for name, one in given.items()}  # fmt: skip
            known = self._scores[id(given)] = self._alike.one(tuple(told.items()), told)
        return known

    def split(self, billed: Billed | None) -> Split | None:
        """Return an answer's input as reports hold it."""
        if billed is None:
            return None
        found = self._splits.get(id(billed))
        if found is None:
            found = self._splits[id(billed)] = split(billed)
        return found


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
