"""What came back of every case and variant, scored as it comes."""

from __future__ import annotations

from asyncio import gather
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from promptops.evals.alike import Alike, answer_hash, expects
from promptops.evals.judges import Graders
from promptops.evals.paired import EVEN, Meetings, settle
from promptops.ledger.rows import Scored
from promptops.model.evaluation import Score
from promptops.model.values import dataclass
from promptops.scorers.key import scorer_key
from promptops.scorers.kind import Facts
from promptops.scorers.unasked import unasked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from promptops.evals.calling import Outcome
    from promptops.evals.judges import Grader
    from promptops.evals.judging import Judging
    from promptops.evals.judging_records import Record
    from promptops.evals.paired import Incumbent
    from promptops.evals.variants import Variant
    from promptops.ledger.rows import Item
    from promptops.ledger.writer import Writer
    from promptops.model.evaluation import Case, Completion
    from promptops.scorers.scorer import Scorer

_NO_ANSWER: Final = Score(0.0, reason="there is no answer")


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer to a case with its scores; without an answer, why there is none.

    The score of a comparison is added when the other answer is there, too.
    """

    repeat: int
    completion: Completion | None
    scores: dict[str, Score]
    dollars: Decimal | None = None  # as if live
    lost: Outcome | None = None
    own: bool = False  # whether that is the prompt's or the model's own failure, so a score of 0

    @property
    def missing(self) -> bool:
        """Whether the infrastructure lost it."""
        return self.completion is None and not self.own


@dataclass
class Gathered:
    """All answers of a run by variant and case; scorers see each answer once.

    ``dollars`` says what an answer costs as if live, None where that is not known. ``known`` are
    scores that need not be worked out again, by answer key, scorer key and what was expected.
    ``judging`` asks the graders' models; without it, of them only what is known is told. ``kept``
    says that the texts of earlier answers are there.
    """

    variants: Mapping[tuple[str, str], Variant]  # by version and model, the incumbent first
    scorers: Sequence[Scorer]
    writer: Writer
    wall: Callable[[], float]
    dollars: Callable[[Variant, Case, Completion], Decimal | None]
    known: Mapping[tuple[str, str, str], Score] = field(default_factory=dict)
    seen: dict[str, dict[str, list[Seen]]] = field(default_factory=dict)
    graders: Graders = field(default_factory=Graders)
    judging: Judging | None = None
    kept: bool = True

    def __post_init__(self) -> None:
        self._keys = {one.name: scorer_key(one) for one in self.scorers}
        self._scored: dict[tuple[Any, ...], dict[str, Score]] = {}
        self._before = {key for key, _, _ in self.known}
        self._alike: Alike[dict[str, Score]] = Alike()
        self._judged: set[tuple[str, str, str]] = set()
        incumbent = next(iter(self.variants.values())).id if self.variants else ""
        self._meetings = Meetings(incumbent)
        self._comparing = [one for one in self.graders.each if one.compares]

    @property
    def records(self) -> Mapping[str, Record]:
        """What judges said, by the names of their scorers."""
        return self.judging.records if self.judging else {}

    async def answered(self, item: Item, case: Case, completion: Completion) -> None:
        """Score an answer and keep it for the case and the variant that it answers."""
        variant = self.variants[item.version, item.model]
        dollars = self.dollars(variant, case, completion)
        facts = Facts(variant.handle.schema, variant.handle.tools, dollars)
        scores = self._scores(item, case, completion, facts)
        if self.graders.each:
            scores = await self._with_judges(variant, item, case, completion, scores)
        mine = Seen(item.repeat, completion, scores, dollars)
        self._add(variant, case.id, mine)
        for met in self._meetings.met(variant.id, item, mine) if self._comparing else ():
            theirs = met.seen.completion
            assert theirs is not None  # noqa: S101 - it met as an answer
            for one in self._comparing:
                score = await self._judge(one, met.item, case, theirs, met.incumbent)
                met.seen.scores[one.name] = score

    async def _with_judges(
        self, variant: Variant, item: Item, case: Case, completion: Completion,
        scores: Mapping[str, Score],
    ) -> dict[str, Score]:  # fmt: skip
        alone = [one for one in self.graders.each if not one.compares]
        judged = await gather(*(self._judge(one, item, case, completion) for one in alone))
        found = {**scores, **dict(zip((one.name for one in alone), judged, strict=True))}
        if variant.id == self._meetings.incumbent:
            found.update((one.name, EVEN) for one in self._comparing if one.scorer.applies(case))
        return found

    def lost(self, items: Sequence[tuple[Item, Outcome]], *, own: bool) -> None:
        """Keep what has no answer: a failure of its own scores 0, any other is a hole."""
        for item, outcome in items:
            variant = self.variants[item.version, item.model]
            self._add(variant, item.case_id, unanswered(self.scorers, item, outcome, own=own))

    def finish(self, cases: Sequence[Case]) -> None:
        """Give the scores that wait for all answers, and each case its answers in their order."""
        for of_variant in self.seen.values():
            for answers in of_variant.values():
                answers.sort(key=lambda one: one.repeat)
        settle(self.seen, self._meetings.incumbent, self.scorers, cases)

    def _add(self, variant: Variant, case_id: str, seen: Seen) -> None:
        self.seen.setdefault(variant.id, {}).setdefault(case_id, []).append(seen)

    async def _judge(
        self, grader: Grader, item: Item, case: Case, said: Completion,
        other: Incumbent | None = None,
    ) -> Score:  # fmt: skip
        """Return what a grader says of an answer; what it is compared with is part of the place."""
        wanted = expects([case.expected, other.key] if other else case.expected)
        place = (item.answer_key, grader.key, wanted)
        known = self.known.get(place)
        gone = not self.kept and not said.text and item.answer_key in self._before
        if known is not None and (self.judging is None or gone):
            return known
        if gone:
            return Score(None, error="its text was not kept, so that it cannot be judged any more")
        both = (said, other.completion) if other else (said,)
        if self.judging is None:
            told = unasked(grader.scorer, case, both)
            return told or Score(None, error="it was not judged")
        found = await self.judging.judged(grader, case, both)
        if known is not None and not found.each:
            return known
        if self.judging.asks and known is None and place not in self._judged:
            self._judged.add(place)
            sha256, now = answer_hash(said), self.wall()
            self.writer.add(
                *(
                    Scored(item.answer_key, grader.key, sha256, score, now, wanted, at, attempts)
                    for at, (score, attempts) in enumerate(found.each)
                )
            )
        return found.score

    def _scores(
        self, item: Item, case: Case, completion: Completion, facts: Facts
    ) -> dict[str, Score]:
        # Two versions that say the same on a case share its answer, and so its scores; two cases
        # of the same inputs may expect different things of it, and be of other slices.
        key, wanted = item.answer_key, expects(case.expected)
        place = (key, wanted, *case.slices.items())
        if place in self._scored:
            return self._scored[place]
        scores, new, sha256 = {}, [], ""
        for one in self.scorers:
            if one.kind.scope != "case":
                continue
            applies = not one.where or one.applies(case)
            known = self.known.get((key, self._keys[one.name], wanted)) if applies else None
            score = scores[one.name] = known or one.score(case, completion, facts)
            if known is None and applies:
                sha256 = sha256 or answer_hash(completion)
                new.append(Scored(key, self._keys[one.name], sha256, score, self.wall(), wanted))
        self.writer.add(*new)
        found = self._scored[place] = self._alike.one(tuple(scores.items()), scores)
        return found


def unanswered(scorers: Sequence[Scorer], item: Item, outcome: Outcome, *, own: bool) -> Seen:
    """Return what is seen of an item without an answer; a failure of its own scores 0 by each."""
    names = [one.name for one in scorers if one.kind.scope != "run"] if own else []
    return Seen(item.repeat, None, dict.fromkeys(names, _NO_ANSWER), None, outcome, own)
