"""When candidates are judged: at the end, at planned looks, or as soon as bets are won.

A look is at whole clusters in the order in which they were drawn, as far as all their cases have
ended: never at those that happened to be answered first. It depends on the answers alone, so that
a report finds the look again that stopped its run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.findings import Asked, Sides, compared, decided
from promptops.evals.order import unit
from promptops.model.values import dataclass
from promptops.statistics.family import overall
from promptops.statistics.looks import places

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.model.evaluation import Case
    from promptops.statistics.outcome import Outcome, Verdict

BETS: Final = 50  # places at which an e-process is looked at: more would only stop it sooner


@dataclass(frozen=True, slots=True)
class Look:
    """What was seen of the first so many ``cases``; ``decided`` ends the run.

    ``wanted`` is how many cases the first look takes, where fewer than that have ended.
    """

    cases: int
    verdicts: Sequence[Sequence[Verdict]]
    number: int = 1
    decided: bool = False
    wanted: int = 0


def watched(judged: Asked | None) -> bool:
    """Return whether candidates are judged before the end."""
    return judged is not None and (judged.gate.looks > 1 or judged.gate.stop is not None)


def looks_at(drawn: Sequence[Case], judged: Asked) -> tuple[int, ...]:
    """Return after how many cases candidates are looked at."""
    sizes: dict[str, int] = {}
    for case in drawn:
        sizes[unit(case)] = sizes.get(unit(case), 0) + 1
    number = BETS if judged.gate.stop else judged.gate.looks
    return places(tuple(sizes.values()), number)


def outcome(verdicts: Sequence[Sequence[Verdict]], *, one_is_enough: bool) -> Outcome:
    """Return what verdicts say together: of a candidate's metrics all must hold."""
    each = [overall(one.verdict for one in metrics) for metrics in verdicts]
    return overall(each, one_is_enough=one_is_enough)


def look(drawn: Sequence[Case], sides: Sides, judged: Asked, number: int, upto: int) -> Look:
    """Return what the look of a number says of the first so many cases."""
    prefix = drawn[:upto]
    betting = judged.gate.stop is not None
    if betting and not decided(prefix, sides, judged):
        return Look(upto, ())
    found = compared(prefix, sides, judged, 1 if betting else number)
    said = outcome(found, one_is_enough=judged.gate.any)
    return Look(upto, found, number, said != "INCONCLUSIVE")


def looked(drawn: Sequence[Case], sides: Sides, judged: Asked, ended: int) -> Look:
    """Return the look that decides, else the last one; ``ended`` cases from the first on are done.

    Where not even the first look can be taken its verdicts are of the cases that have ended.
    """
    if not watched(judged):
        return Look(len(drawn), compared(drawn, sides, judged))
    last, at = None, looks_at(drawn, judged)
    for number, upto in enumerate(at, start=1):
        if upto > ended:
            break
        last = look(drawn, sides, judged, number, upto)
        if last.decided:
            return last
    if judged.gate.stop:
        return Look(ended, compared(drawn[:ended], sides, judged))
    return last or Look(ended, compared(drawn[:ended], sides, judged), wanted=at[0])


def decided_by(judged: Asked, number: int, cases: int, of: int) -> str:
    """Return what ended a run: which look, after how many cases."""
    look = "the e-process" if judged.gate.stop else f"look {number} of {judged.gate.looks}"
    return f"{look} decided after {cases:,} of {of:,} cases"


def prefix(drawn: Sequence[Case], done: Callable[[Case], bool]) -> int:
    """Return how many cases from the first on are done."""
    return next((at for at, case in enumerate(drawn) if not done(case)), len(drawn))


@dataclass
class Watch:
    """Looks at candidates while a run is under way, and ends it when a look decides.

    ``items`` is how many answers a case waits for; ``sides`` gives what is known by now.
    """

    drawn: Sequence[Case]
    judged: Asked
    items: int
    sides: Callable[[Sequence[Case]], Sides]
    stop: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self._left = {case.id: self.items for case in self.drawn}
        self._places = looks_at(self.drawn, self.judged)
        self._done = self._taken = 0

    def ended(self, case_id: str) -> None:
        """Count an item of a case that has ended, and look where it is time to."""
        self._left[case_id] -= 1
        while self._done < len(self.drawn) and not self._left[self.drawn[self._done].id]:
            self._done += 1
        while self._taken < len(self._places) - 1 and self._places[self._taken] <= self._done:
            self._taken += 1
            if self._look(self._places[self._taken - 1]):
                self._taken = len(self._places)

    def _look(self, upto: int) -> bool:
        known = self.sides(self.drawn[:upto])
        if not look(self.drawn, known, self.judged, self._taken, upto).decided:
            return False
        self.stop(decided_by(self.judged, self._taken, upto, len(self.drawn)))
        return True
