"""What judges said in a run, as far as reports tell of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from typing import TYPE_CHECKING, NamedTuple

from promptops.model.values import dataclass
from promptops.scorers.kinds.judges import BIASED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.scorers.calibration import Graded
    from promptops.scorers.judge import Judge
    from promptops.scorers.verdicts import Verdict


class Labelled(NamedTuple):
    """An answer that people have graded, with each model's word and the value of all together.

    A word or the value is None where the judge failed.
    """

    graded: Graded
    words: Mapping[str, str | None]
    value: float | None


@dataclass
class Record:
    """The verdicts of one scorer's models: how many, how many failed, and how far they agree.

    ``units`` are words, an answer each, in the order of the models; one model alone leaves none.
    """

    calls: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    pairs: Counter[str] = field(default_factory=Counter)  # judged in both orders
    biased: Counter[str] = field(default_factory=Counter)  # of them, by the order alone
    units: list[tuple[str | None, ...]] = field(default_factory=list)
    labelled: list[Labelled] = field(default_factory=list)

    def add(self, judge: Judge, verdicts: tuple[Verdict, ...]) -> tuple[Verdict, ...]:
        """Count the verdicts on an answer; returns one of each model."""
        self.calls.update(one.model for one in verdicts)
        self.errors.update(one.model for one in verdicts if one.word is None)
        settled = judge.settled(verdicts)
        if judge.compares:
            self.pairs.update(one.model for one in settled if one.word is not None)
            self.biased.update(one.model for one in settled if one.word == BIASED)
        if len(settled) > 1:
            self.units.append(tuple(one.word for one in settled))
        return settled
