"""Judges at work in a run: what they say of answers, and of those that people have graded.

A judge that fails leaves an error, never a grade.
"""

from __future__ import annotations

from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.evals.judging_records import Labelled, Record
from promptops.evals.judging_vectors import vector_of, vector_request
from promptops.evals.runner import Task
from promptops.model.evaluation import ProviderError, Score
from promptops.model.values import dataclass
from promptops.scorers.calls import NotAsked, embedded
from promptops.scorers.unasked import unasked

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.calling import Outcome
    from promptops.evals.judges import Grader
    from promptops.evals.judging_questions import Questions
    from promptops.model.evaluation import Case, Completion, Request
    from promptops.scorers.calibration import Graded
    from promptops.scorers.judge import Ask

SPLIT: Final = "split"


class Judged(NamedTuple):
    """The score of an answer; ``each`` is that of every repeat of a judge, with its attempts.

    What was not judged for want of money or time has a score with an error, and no ``each``.
    """

    score: Score
    each: tuple[tuple[Score, tuple[str, ...]], ...] = ()


@dataclass
class Judging:
    """The judges of a run, with what they said by the names of their scorers."""

    questions: Questions
    records: dict[str, Record] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.records.update((one.name, Record()) for one in self.questions.graders.each)

    @property
    def asks(self) -> bool:
        """Whether anybody is asked, or what the ledger has is told again."""
        return self.questions.calls is not None

    def tasks(self) -> Iterator[Task]:
        """Yield what holds judges against people's labels."""
        for grader in self.questions.graders.each:
            for at, one in enumerate(grader.graded):
                yield Task(f"{grader.key} {at}", None, partial(self._calibrated, grader, one))

    async def judged(
        self, grader: Grader, case: Case, completions: tuple[Completion, ...]
    ) -> Judged:
        """Return what a grader says of an answer, or of a candidate's and the incumbent's."""
        known = unasked(grader.scorer, case, completions)
        if known is not None:
            return Judged(known, ((known, ()),) if grader.scorer.applies(case) else ())
        times = grader.judge.repeats if grader.judge else 1
        try:
            each = [await self._once(grader, case, completions, at) for at in range(times)]
        except NotAsked as error:
            return Judged(Score(None, error=str(error)))
        return Judged(over_repeats([score for score, _ in each]), tuple(each))

    async def _once(
        self, grader: Grader, case: Case, completions: tuple[Completion, ...], repeat: int
    ) -> tuple[Score, tuple[str, ...]]:
        attempts: dict[str, None] = {}
        ask = self._asking(grader, attempts)
        if grader.judge is None:

            async def embed(model: str, texts: Sequence[str]) -> Sequence[Sequence[float]]:
                return [vector_of(await ask(vector_request(model, one, case.id))) for one in texts]

            score = await embedded(grader.scorer, case, completions[0], embed)
        else:
            verdicts = await grader.judge.verdicts(case, completions, ask, repeat=repeat)
            self.records[grader.name].add(grader.judge, verdicts)
            score = grader.judge.score(case, verdicts)
        return score, tuple(attempts)

    async def _calibrated(self, grader: Grader, one: Graded, _: Outcome) -> None:
        """Have a judge grade what people have graded."""
        judge, record = grader.judge, self.records[grader.name]
        assert judge is not None  # noqa: S101 - embeddings have no labels
        anywhere = replace(grader.scorer, where={})  # what people graded is of no slice
        known = unasked(anywhere, one.case, one.completions)
        if known is not None:
            words = dict.fromkeys(grader.models, known.label)
            record.labelled.append(Labelled(one, words, known.value))
            return
        try:
            verdicts = await judge.verdicts(one.case, one.completions, self._asking(grader, {}))
        except NotAsked:
            return
        words = {each.model: each.word for each in record.add(judge, verdicts)}
        record.labelled.append(Labelled(one, words, judge.score(one.case, verdicts).value))

    def _asking(self, grader: Grader, attempts: dict[str, None]) -> Ask:
        """Return what asks a grader's models, and tells of the attempts that it took."""

        async def ask(sent: Request) -> Completion:
            said = await self.questions.said(grader, sent)
            attempts.update(dict.fromkeys(said.attempts))
            if isinstance(said.ended, ProviderError):
                raise said.ended
            return said.ended

        return ask


def over_repeats(scores: Sequence[Score]) -> Score:
    """Return the mean of a judge's repeats; one that failed fails them all."""
    first = scores[0]
    failed = next((one for one in scores if one.error is not None), None)
    values = [one.value for one in scores if one.value is not None]
    if failed is not None or len(scores) == 1 or len(values) < len(scores):
        return failed or first
    label = first.label if len({one.label for one in scores}) == 1 else SPLIT
    return Score(sum(values) / len(values), label, first.reason)
