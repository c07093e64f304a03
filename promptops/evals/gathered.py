"""What came back of every case and variant, scored as it comes."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from promptops.ledger.rows import Answer, Scored, canonical
from promptops.model.evaluation import Score
from promptops.scorers.key import scorer_key
from promptops.scorers.kind import Facts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from decimal import Decimal

    from promptops.evals.calling import Outcome
    from promptops.evals.variants import Variant
    from promptops.ledger.rows import Item
    from promptops.ledger.writer import Writer
    from promptops.model.evaluation import Case, Completion
    from promptops.scorers.scorer import Scorer


@dataclass(frozen=True, slots=True)
class Seen:
    """An answer to a case with its scores; without an answer, why there is none."""

    repeat: int
    completion: Completion | None
    scores: Mapping[str, Score]
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
    """

    variants: Mapping[tuple[str, str], Variant]  # by version and model
    scorers: Sequence[Scorer]
    writer: Writer
    wall: Callable[[], float]
    dollars: Callable[[Variant, Case, Completion], Decimal | None]
    known: Mapping[tuple[str, str, str], Score] = field(default_factory=dict)
    seen: dict[str, dict[str, list[Seen]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._keys = {one.name: scorer_key(one) for one in self.scorers}
        self._scored: dict[tuple[str, str], dict[str, Score]] = {}

    async def answered(self, item: Item, case: Case, completion: Completion) -> None:
        """Score an answer and keep it for the case and the variant that it answers."""
        variant = self.variants[item.version, item.model]
        dollars = self.dollars(variant, case, completion)
        facts = Facts(variant.handle.schema, variant.handle.tools, dollars)
        scores = self._scores(item, case, completion, facts)
        self._add(variant, case.id, Seen(item.repeat, completion, scores, dollars))

    def lost(self, items: Sequence[tuple[Item, Outcome]], *, own: bool) -> None:
        """Keep what has no answer: a failure of its own scores 0, any other is a hole."""
        failed = {one.name: Score(0.0, reason="there is no answer") for one in self.scorers}
        for item, outcome in items:
            variant = self.variants[item.version, item.model]
            scores = failed if own else {}
            self._add(variant, item.case_id, Seen(item.repeat, None, scores, None, outcome, own))

    def _add(self, variant: Variant, case_id: str, seen: Seen) -> None:
        self.seen.setdefault(variant.id, {}).setdefault(case_id, []).append(seen)

    def _scores(
        self, item: Item, case: Case, completion: Completion, facts: Facts
    ) -> dict[str, Score]:
        # Two versions that say the same on a case share its answer, and so its scores; two cases
        # of the same inputs may expect different things of it.
        key, wanted = item.answer_key, expects(case.expected)
        if (key, wanted) in self._scored:
            return self._scored[key, wanted]
        scores, new = {}, []
        answer = Answer.of(completion.text, completion.tool_calls).answer_sha256
        for one in self.scorers:
            if one.kind.scope != "case":
                continue
            known = self.known.get((key, self._keys[one.name], wanted))
            score = scores[one.name] = known or one.score(case, completion, facts)
            if known is None:
                made = Scored(key, self._keys[one.name], answer, score, self.wall(), wanted)
                new.append(made)
        self.writer.add(*new)
        self._scored[key, wanted] = scores
        return scores


def expects(expected: Any) -> str:
    """Return the hash under which scores are kept of what a case expects."""
    return sha256(canonical(expected).encode()).hexdigest()
