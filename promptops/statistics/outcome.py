"""All that is said of a candidate: the values that ``verdict.judge`` returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.statistics.gate import Gate
    from promptops.statistics.inference import Interval
    from promptops.statistics.paired import Table
    from promptops.statistics.ratios import Ratio
    from promptops.statistics.sizes import MoreCases

Outcome = Literal["PASS", "FAIL", "INCONCLUSIVE"]


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The interval without the missing pairs, and with them at the candidate's best and worst."""

    complete: Interval
    best: Interval
    worst: Interval


@dataclass(frozen=True, slots=True)
class Look:
    """Which look it was, with which one-sided confidence, and how much level is spent so far."""

    number: int
    of: int
    confidence: float
    level_spent: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """All that a report says of a candidate against the incumbent.

    Figures are on the metric's scale, candidate minus incumbent, over the complete pairs; None
    where there are too few. ``bound`` and ``p`` are those that a pass rests on, so with every
    missing score against the candidate; ``ceiling`` is the upper bound that a failure rests on.
    """

    verdict: Outcome
    reasons: tuple[str, ...]
    gate: Gate
    n: int  # complete pairs
    missing: int
    clusters: int
    table: Table | None  # of 0/1 metrics
    mcnemar_p: float | None  # of them unless clustered, two-sided: is there any difference
    difference: float | None
    low: float | None
    high: float | None
    bound: float | None
    ceiling: float | None
    p: float | None
    p_holm: float | None  # after its family's correction: see ``family``
    test_method: str | None
    interval_method: str | None
    sensitivity: Sensitivity | None
    look: Look
    more_cases: MoreCases | None  # where the verdict is INCONCLUSIVE for want of cases
    cost: Ratio | None
