"""Scorers that need embeddings: as with judges, the calls are the runner's."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING

from promptops.model.evaluation import Score
from promptops.scorers.failing import failed
from promptops.scorers.reading import NotJson, viewed

if TYPE_CHECKING:
    from promptops.model.evaluation import Case, Completion
    from promptops.scorers.scorer import Scorer


class NotAsked(Exception):
    """A runner asks nothing more, so that there is neither a score nor a failure."""


Embed = Callable[[str, Sequence[str]], Awaitable[Sequence[Sequence[float]]]]  # model, texts


async def embedded(scorer: Scorer, case: Case, completion: Completion, embed: Embed) -> Score:
    """Return what a scorer of scope ``embedding`` says of an answer; a failure is an error.

    What ``embed`` raises as ``NotAsked`` is the runner's own and goes on.
    """
    if not scorer.applies(case):
        return Score(None, reason="outside the scorer's slice")
    try:
        seen = viewed(completion, scorer.reads)
    except NotJson as error:
        return scorer.settled(Score(0.0, reason=f"the answer is no JSON: {error}"))
    try:
        found: Score = await scorer.kind.function(case, seen, embed, **scorer.prepared)
    except NotAsked:
        raise
    except Exception as error:  # noqa: BLE001 - the call of a stranger's vendor
        return failed(error)
    return scorer.settled(found)
