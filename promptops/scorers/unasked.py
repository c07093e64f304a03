"""Scores of judges for which no model need be asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.model.evaluation import Score
from promptops.scorers.reading import NotJson, viewed

if TYPE_CHECKING:
    from promptops.model.evaluation import Case, Completion
    from promptops.scorers.kind import Reads
    from promptops.scorers.scorer import Scorer


def compares(scorer: Scorer) -> bool:
    """Whether a judge looks at two answers: a candidate's, then the incumbent's."""
    return "answers" in scorer.kind.options


def unasked(scorer: Scorer, case: Case, completions: tuple[Completion, ...]) -> Score | None:
    """Return the score where no model need be asked, if that is so.

    That is outside the slice, where an answer is not the JSON that is to be read, and where the
    two that would be compared are the same.
    """
    if not scorer.applies(case):
        return Score(None, reason="outside the scorer's slice")
    wrong = [_unreadable(one, scorer.reads) for one in completions]
    if compares(scorer) and (all(wrong) or _same(*completions)):
        return scorer.settled(Score(0.5, "tie", "both answer the same"))
    if not any(wrong):
        return None
    if not compares(scorer):
        return scorer.settled(Score(0.0, reason=wrong[0]))
    label, value = ("better", 1.0) if wrong[1] else ("worse", 0.0)
    return scorer.settled(Score(value, label, next(filter(None, wrong))))


def _unreadable(completion: Completion, reads: Reads) -> str:
    """Return why a judge cannot read an answer as it should, or nothing."""
    try:
        viewed(completion, reads)
    except NotJson as error:
        return f"the answer is no JSON: {error}"
    return ""


def _same(one: Completion, other: Completion) -> bool:
    return (one.text, one.tool_calls) == (other.text, other.tool_calls)
