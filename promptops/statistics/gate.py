"""What is asked of a candidate, and what is known of it: the gate and the pairs."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Final, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Hashable

Test = Literal["non_inferiority", "superiority", "equivalence"]
SUPERIORITY: Final = "superiority"
_EVEN: Final = 0.5  # a coin's confidence


class Cause(StrEnum):
    """Why there is no score."""

    PROMPT = "prompt"  # refused, cut, invalid, too long: the prompt's or the model's doing, so 0
    INFRASTRUCTURE = "infrastructure"  # lost after retries: missing
    SCORER = "scorer"  # the scorer or the judge failed: missing
    NOT_APPLICABLE = "not applicable"  # the scorer has no opinion; missing if on one side alone


@dataclass(frozen=True, slots=True)
class Pair:
    """The scores of a case, each between 0 and 1, or why there is none.

    Repeats of a case are averaged before. Cases that share a cluster are not independent; None is
    a cluster of its own.
    """

    candidate: float | Cause
    incumbent: float | Cause
    cluster: Hashable = None

    def __post_init__(self) -> None:
        """Refuse scores that no metric gives: bounds rest on the scale."""
        for score in (self.candidate, self.incumbent):
            if not isinstance(score, Cause) and not 0 <= score <= 1:
                raise ValueError(f"a score is between 0 and 1, not {score!r}")


@dataclass(frozen=True, slots=True)
class Gate:
    """What is to be shown of the difference, candidate minus incumbent.

    non_inferiority: it is above -margin. superiority: it is above +margin; a margin of 0 asks for
    any gain. equivalence: it is between -margin and +margin, by two one-sided tests.
    """

    margin: float
    test: Test = "non_inferiority"
    confidence: float = 0.95  # one-sided
    looks: int = 1  # more than 1: O'Brien and Fleming's
    stop: Literal["looks", "e-process"] = "looks"
    max_errors: float = 0.01  # the share of pairs that may be missing
    max_cost_ratio: float | None = None

    def __post_init__(self) -> None:
        """Refuse what asks nothing."""
        if not 0 <= self.margin < 1 or (self.margin == 0 and self.test != SUPERIORITY):
            raise ValueError(f"a margin is above 0 and below 1, not {self.margin!r}")
        if not _EVEN < self.confidence < 1:
            raise ValueError(f"a confidence is above 0.5 and below 1, not {self.confidence!r}")
        if self.stop == "e-process" and self.looks > 1:
            raise ValueError("an e-process needs no looks: it may be looked at all the time")

    @property
    def threshold(self) -> float:
        """What the difference should be above."""
        return self.margin if self.test == SUPERIORITY else -self.margin

    def room(self, difference: float) -> float:
        """Return how far a difference is from what the gate rules out; not positive: beyond it."""
        if self.test == "equivalence":
            return self.margin - abs(difference)
        return difference - self.threshold
