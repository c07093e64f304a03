"""Pairs with a missing score, filled in for and against the candidate.

What the prompt or the model caused is a score of 0, an answer like others. What the infrastructure
or the scorer lost says nothing of either, and must not decide: it is filled in at its worst where
the candidate would pass, and left out where it would fail.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.model.values import dataclass
from promptops.statistics.gate import Cause

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable

    from promptops.statistics.gate import Pair


@dataclass(frozen=True, slots=True)
class Scores:
    """Pairs of scores without gaps, and their clusters."""

    pairs: tuple[tuple[float, float], ...]
    clusters: tuple[Hashable, ...]


@dataclass(frozen=True, slots=True)
class Filled:
    """The same pairs three times: the complete ones, and all at the candidate's worst and best."""

    complete: Scores
    worst: Scores
    best: Scores
    n: int  # pairs to which the metric applies
    missing: int


def filled(pairs: Iterable[Pair]) -> Filled:
    """Return pairs with what is missing left out, against the candidate, and for it.

    Pairs to which the metric applies on neither side are left out everywhere.
    """
    asked = [pair for pair in pairs if {pair.candidate, pair.incumbent} != {Cause.NOT_APPLICABLE}]
    # A case without a cluster is one of its own: its place tells it from the others.
    named = [at if pair.cluster is None else ("", pair.cluster) for at, pair in enumerate(asked)]
    clusters: tuple[Hashable, ...] = tuple(named)
    scores = [(_score(pair.candidate), _score(pair.incumbent)) for pair in asked]
    whole = [(at, (a, b)) for at, (a, b) in enumerate(scores) if a is not None and b is not None]
    complete = Scores(tuple(pair for _, pair in whole), tuple(clusters[at] for at, _ in whole))
    missing = len(asked) - len(whole)
    if not missing:
        return Filled(complete, complete, complete, len(asked), 0)
    worst = tuple((_or(a, 0.0), _or(b, 1.0)) for a, b in scores)
    best = tuple((_or(a, 1.0), _or(b, 0.0)) for a, b in scores)
    return Filled(complete, Scores(worst, clusters), Scores(best, clusters), len(asked), missing)


def _score(score: float | Cause) -> float | None:
    if isinstance(score, Cause):
        return 0.0 if score is Cause.PROMPT else None
    return float(score)


def _or(score: float | None, instead: float) -> float:
    return instead if score is None else score
