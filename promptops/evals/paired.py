"""Answers that are compared with one another meet: a candidate's, and the incumbent's."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.evaluation import Score

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.evals.gathered import Seen
    from promptops.ledger.rows import Item
    from promptops.model.evaluation import Completion

EVEN: Final = Score(0.5, "tie", "what candidates are compared with")
_BOTH: Final = Score(0.5, "tie", "neither has an answer")
_MINE: Final = Score(1.0, "better", "the incumbent failed to answer")
_LOST: Final = Score(None, error="the incumbent's answer is lost")
_STOPPED: Final = Score(None, error="the run was stopped before it was judged")


class Met(NamedTuple):
    """A candidate's answer and the incumbent's to the same case, in the same repeat."""

    item: Item
    seen: Seen
    incumbent: Completion


@dataclass
class Meetings:
    """Who waits for whom; ``incumbent`` is a variant's id."""

    incumbent: str
    _first: dict[tuple[str, int], Completion] = field(default_factory=dict)
    _waiting: dict[tuple[str, int], list[tuple[Item, Seen]]] = field(default_factory=dict)

    def met(self, variant: str, item: Item, seen: Seen) -> list[Met]:
        """Return the pairs that an answer makes, each once, whichever comes first."""
        key = (item.case_id, item.repeat)
        assert seen.completion is not None  # noqa: S101 - what is lost meets nobody
        if variant == self.incumbent:
            self._first[key] = seen.completion
            waiting = self._waiting.pop(key, ())
            return [Met(one, theirs, seen.completion) for one, theirs in waiting]
        first = self._first.get(key)
        if first is None:
            self._waiting.setdefault(key, []).append((item, seen))
            return []
        return [Met(item, seen, first)]


def unmet(
    incumbent: str, seen: Mapping[str, Mapping[str, Sequence[Seen]]], name: str
) -> Iterator[tuple[Seen, Score]]:
    """Yield the answers that a comparison has no score of by itself, each with the score it gets.

    That is the incumbent's own, what was not judged before a stop, and what had nothing to be
    compared with: to answer at all is better than to fail.
    """
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
