"""Judges: models that say what an answer is worth, for evals in Python."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar

from promptops.evals.python_scorer import Scorer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class JudgeRubric(Scorer):
    """A grade that one or several models give by a prompt of the registry."""

    kind: ClassVar[str] = "judge.rubric"
    _: KW_ONLY
    prompt: str
    model: Sequence[str] | str
    scores: Mapping[str, float] | None = None
    verdict: str = ""
    answer: str = "answer"
    inputs: Mapping[str, str] | None = None
    calibrate: str = ""
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class JudgeChoice(Scorer):
    """1 if the kind that models assign to the answer is the expected one, or one of `right`."""

    kind: ClassVar[str] = "judge.choice"
    _: KW_ONLY
    prompt: str
    model: Sequence[str] | str
    right: Sequence[str] | str = ()
    verdict: str = ""
    answer: str = "answer"
    inputs: Mapping[str, str] | None = None
    calibrate: str = ""
    repeats: int = 1


@dataclass(frozen=True, slots=True)
class JudgePairwise(Scorer):
    """1 if models prefer the candidate's answer, 0 if the incumbent's, 0.5 if neither."""

    kind: ClassVar[str] = "judge.pairwise"
    _: KW_ONLY
    prompt: str
    model: Sequence[str] | str
    words: Sequence[str] | str = ("first", "second", "tie")
    verdict: str = ""
    answers: Sequence[str] | str = ("first", "second")
    inputs: Mapping[str, str] | None = None
    calibrate: str = ""
    repeats: int = 1
