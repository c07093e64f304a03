"""What became of each case: answers with their scores, for reports that show them."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - readers of JSON look at the types
from dataclasses import field
from decimal import Decimal  # noqa: TC003 - the same
from typing import Literal

from promptops.evals.report_variants import Split  # noqa: TC001 - the same
from promptops.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Seen:
    """A scorer's word on an answer, as ``promptops.model.evaluation.Score`` has it."""

    value: float | None
    label: str | None = None
    reason: str = ""
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """What a variant did with a case, once.

    ``cause`` and ``message`` say why an answer is missing, or why the prompt itself failed; the
    latter has scores of 0. ``cost`` is as if live, None where no price is known.
    """

    variant: str
    text: str | None = None
    scores: Mapping[str, Seen] = field(default_factory=dict)
    repeat: int = 0
    finish: str | None = None
    cause: str | None = None
    message: str | None = None
    cost: Decimal | None = None
    latency: float | None = None
    attempts: int = 1
    input_tokens: int | None = None
    output_tokens: int | None = None
    from_run: str | None = None
    observed: Split | None = None  # what became of the input, of a call of this run
    predicted: Split | None = None

    @property
    def missing(self) -> bool:
        """Whether there is nothing to judge: no answer, and no score of 0 for it either."""
        return self.text is None and not any(one.value is not None for one in self.scores.values())


@dataclass(frozen=True, slots=True)
class CaseResult:
    """A case with what its variants answered; inputs and ``expected`` are as people read them."""

    id: str
    inputs: Mapping[str, str] = field(default_factory=dict)
    expected: str | None = None
    cluster: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    answers: tuple[Answered, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseError:
    """A case without an answer, or whose answer could not be scored.

    ``kind`` is "missing" where the infrastructure or a scorer lost it, "failed" where the prompt
    or the model did: that is a score of 0.
    """

    case: str
    variant: str
    cause: str
    message: str
    kind: Literal["missing", "failed"] = "missing"
    attempts: int = 1


@dataclass(frozen=True, slots=True)
class FlipSide:
    """A score of one side of a flip."""

    value: float | None
    label: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Flip:
    """A case that the candidate broke or fixed: before is the incumbent, after the candidate."""

    case: str
    candidate: str
    before: FlipSide
    after: FlipSide

    @property
    def broke(self) -> bool:
        """Whether the candidate is the worse one."""
        return (self.after.value or 0) < (self.before.value or 0)
