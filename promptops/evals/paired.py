"""Answers that are compared with one another meet: a candidate's, and the incumbent's."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.evaluation import Score
from promptops.model.values import dataclass
from promptops.scorers.unasked import compares

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.evals.gathered import Seen
    from promptops.ledger.rows import Item
    from promptops.model.evaluation import Case, Completion
    from promptops.scorers.scorer import Scorer

EVEN: Final = Score(0.5, "tie", "what candidates are compared with")
_BOTH: Final = Score(0.5, "tie", "neither has an answer")
_MINE: Final = Score(1.0, "better", "the incumbent failed to answer")
_OUTSIDE: Final = Score(None, reason="outside the scorer's slice")
_LOST: Final = Score(None, error="the incumbent's answer is lost")
_STOPPED: Final = Score(None, error="the run was stopped before it was judged")


class Incumbent(NamedTuple):
    """The answer that others are compared with, and the key that it is known by."""

    key: str
    completion: Completion


class Met(NamedTuple):
    """A candidate's answer and the incumbent's to the same case, in the same repeat."""

    item: Item
    seen: Seen
    incumbent: Incumbent


@dataclass
class Meetings:
    """Who waits for whom; ``incumbent`` is a variant's id."""

    incumbent: str
    _first: dict[tuple[str, int], Incumbent] = field(default_factory=dict)
    _waiting: dict[tuple[str, int], list[tuple[Item, Seen]]] = field(default_factory=dict)

    def met(self, variant: str, item: Item, seen: Seen) -> list[Met]:
        """Return the pairs that an answer makes, each once, whichever comes first."""
        key = (item.case_id, item.repeat)
        assert seen.completion is not None  # noqa: S101 - what is lost meets nobody
        if variant == self.incumbent:
            self._first[key] = mine = Incumbent(item.answer_key, seen.completion)
            return [Met(one, theirs, mine) for one, theirs in self._waiting.pop(key, ())]
        first = self._first.get(key)
        if first is None:
            self._waiting.setdefault(key, []).append((item, seen))
            return []
        return [Met(item, seen, first)]


def settle(
    seen: Mapping[str, Mapping[str, Sequence[Seen]]],
    incumbent: str,
    scorers: Sequence[Scorer],
    cases: Sequence[Case],
) -> None:
    """Give the scores that wait for all answers of some cases, and take those outside a slice.

    That is of comparisons what was not judged before a stop, and what had nothing to be compared
    with: to answer at all is better than to fail.
    """
    for scorer in scorers:
        if scorer.kind.scope == "judge" and compares(scorer):
            for mine, score in _unmet(seen, incumbent, scorer.name):
                mine.scores[scorer.name] = score
    sliced = [one for one in scorers if one.where]
    for case in cases if sliced else ():
        outside = [one.name for one in sliced if not one.applies(case)]
        for answers in seen.values():
            for mine in answers.get(case.id, ()):
                mine.scores.update(dict.fromkeys(mine.scores.keys() & outside, _OUTSIDE))


def _unmet(
    seen: Mapping[str, Mapping[str, Sequence[Seen]]], incumbent: str, name: str
) -> Iterator[tuple[Seen, Score]]:
    """Yield the answers that a comparison has no score of by itself, each with its score."""
    for variant, cases in seen.items():
        for case, answers in cases.items():
            others = {one.repeat: one for one in seen.get(incumbent, {}).get(case, ())}
            for mine in answers:
                if mine.missing:
                    continue
                if variant == incumbent:
                    yield mine, EVEN
                elif (score := _score(mine, others.get(mine.repeat), name)) is not None:
                    yield mine, score


def _score(mine: Seen, other: Seen | None, name: str) -> Score | None:
    if other is None or other.missing:
        return _LOST
    if other.own:
        return _BOTH if mine.own else _MINE
    return None if mine.own or name in mine.scores else _STOPPED
