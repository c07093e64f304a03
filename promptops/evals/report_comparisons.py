"""What a report of an eval says of a candidate against the incumbent."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal  # noqa: TC003 - readers of JSON look at the types
from typing import Literal

from promptops.evals.report_variants import Figure  # noqa: TC001 - the same
from promptops.model.values import dataclass

Outcome = Literal["pass", "fail", "inconclusive"]
TestKind = Literal["non_inferiority", "superiority", "equivalence"]


LooksKind = Literal["single", "planned", "any_time", "again"]


@dataclass(frozen=True, slots=True)
class Looks:
    """Which look at the data this is, of how many, and the level spent with it at most.

    ``planned`` looks share the level; ``any_time`` is an e-process, which may be looked at always;
    ``again`` are runs of the same eval over fewer cases before this one, each with its own level.
    """

    number: int = 1
    of: int = 1
    level_spent: float = 0.05
    kind: LooksKind = "single"


@dataclass(frozen=True, slots=True)
class More:
    """Cases beyond those there are: if the two are equal, and if they differ as observed."""

    equal: int | None = None
    observed: int | None = None  # None: more cases are unlikely to help


@dataclass(frozen=True, slots=True)
class MoreDollars:
    """What the cases of ``More.equal`` cost, live and in a batch."""

    live: Decimal | None = None
    batch: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """The difference over complete pairs, and with missing ones for and against the candidate."""

    complete: Figure
    best: Figure
    worst: Figure


@dataclass(frozen=True, slots=True)
class Comparison:
    """A candidate against the incumbent on the gated metric, or on another.

    ``b`` cases the candidate alone got right, ``c`` the incumbent alone; of a metric that is not
    0/1 all four are None. Bounds are one-sided, the interval is two-sided. ``verdict`` is None of
    a comparison that is not gated.
    """

    candidate: str
    incumbent: str
    metric: str
    n: int = 0
    missing: int = 0
    clusters: int = 0
    b: int | None = None
    c: int | None = None
    both: int | None = None
    neither: int | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    bound: float | None = None
    ceiling: float | None = None
    margin: Decimal | None = None
    confidence: Decimal | None = None
    p: float | None = None
    p_holm: float | None = None
    test: TestKind | None = None
    test_method: str | None = None
    interval_method: str | None = None
    looks: Looks = field(default_factory=Looks)
    cost: Figure | None = None  # the ratio, candidate's over incumbent's
    max_ratio: Decimal | None = None
    verdict: Outcome | None = None
    reasons: tuple[str, ...] = ()
    more_cases: More | None = None
    more_usd: MoreDollars | None = None
    sensitivity: Sensitivity | None = None
