"""A scorer: a kind with its options, ready to say what answers are worth."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Any

from promptops.model.evaluation import Score
from promptops.model.values import dataclass
from promptops.scorers.failing import failed
from promptops.scorers.kind import Facts
from promptops.scorers.reading import NotJson, viewed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promptops.model.evaluation import Case, Completion
    from promptops.scorers.kind import Kind, Reads

_NO_FACTS = Facts()


@dataclass(frozen=True, slots=True)
class Scorer:
    """A kind, how it is used, and its options under their parameters' names.

    ``inverted`` turns a value round; ``reads`` is what of an answer is looked at; ``where`` lists
    by slice the values at which it applies. ``weight`` counts in ``total`` alone.
    """

    kind: Kind
    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    weight: float = 1.0
    inverted: bool = False
    reads: Reads = "text"
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    prepared: Mapping[str, Any] = field(default_factory=dict)  # options as the function takes them
    stamp: Callable[[], str] | None = None  # the hash of what the options only name

    def applies(self, case: Case) -> bool:
        """Whether a case is in the slices that are scored."""
        return all(case.slices.get(key) in values for key, values in self.where.items())

    def score(self, case: Case, completion: Completion, facts: Facts = _NO_FACTS) -> Score:
        """Return what an answer is worth, of a kind that looks at one; it never raises.

        The value is None where the scorer does not apply; where it fails, ``error`` says how.
        """
        if self.where and not self.applies(case):
            return Score(None, reason="outside the scorer's slice")
        try:
            known = {name: getattr(facts, name) for name in self.kind.facts}
            seen = completion if self.reads == "text" else viewed(completion, self.reads)
            found = self.kind.function(case, seen, **self.prepared, **known)
        except NotJson as error:
            found = Score(0.0, reason=f"the answer is no JSON: {error}")
        except Exception as error:  # noqa: BLE001 - a stranger's code may raise anything
            return failed(error)
        return self.settled(found)

    def settled(self, found: Score) -> Score:
        """Return a score as this scorer gives it: turned round, or refused."""
        value = found.value
        if value is None:
            return found
        if not 0.0 <= value <= 1.0:
            return Score(None, error=f"ValueError: {value!r} is not from 0 to 1")
        return replace(found, value=1.0 - value) if self.inverted else found


def total(scores: Iterable[tuple[Scorer, Score]]) -> float | None:
    """Return the weighted mean of an answer's scores.

    Those that do not apply are left out. None where one failed, or none is left that has a weight.
    """
    weighed = weights = 0.0
    for scorer, score in scores:
        if not scorer.weight:
            continue
        if score.error is not None:
            return None
        if score.value is not None:
            weighed += scorer.weight * score.value
            weights += scorer.weight
    return weighed / weights if weights else None
