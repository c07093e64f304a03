"""What a report of an eval says of the run, of what was asked, of judges and of what was spent."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - readers of JSON look at the types
from dataclasses import field
from decimal import Decimal  # noqa: TC003 - the same
from typing import Literal

from promptops.evals.report_comparisons import TestKind  # noqa: TC001 - the same
from promptops.evals.report_variants import Figure, Metric  # noqa: TC001 - the same
from promptops.model.values import dataclass


@dataclass(frozen=True, slots=True)
class RunFacts:
    """The run; ``stopped`` says why it did not do all of its cases, None if it did."""

    id: str
    started: str  # UTC, as 2026-11-22T09:00:00+00:00
    promptops_version: str
    seed: int
    ended: str | None = None
    commit: str | None = None
    planned: int = 0  # cases
    done: int = 0
    stopped: str | None = None


@dataclass(frozen=True, slots=True)
class GateFacts:
    """What was asked of candidates; the margin is on the metric's scale."""

    metric: str
    margin: Decimal
    confidence: Decimal
    test: TestKind
    max_errors: Decimal
    max_ratio: Decimal | None = None
    any: bool = False
    also: Mapping[str, Decimal] = field(default_factory=dict)  # further metrics, their margins
    looks: int = 1
    stop: Literal["e-process"] | None = None
    failure_cost: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EvalFacts:
    """The eval itself."""

    name: str
    prompt: str
    sha256: str
    metric: str  # the gated one, else the first
    gate: GateFacts | None = None


@dataclass(frozen=True, slots=True)
class Slice:
    """A part of the cases, with the metric's mean of each variant over it; never gated."""

    name: str
    value: str
    cases: int
    metrics: Mapping[str, Metric] = field(default_factory=dict)  # by variant


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """The cases. ``clusters`` is None where cases are taken to be independent."""

    path: str
    sha256: str
    cases: int
    clusters: int | None = None
    slices: tuple[Slice, ...] = ()


@dataclass(frozen=True, slots=True)
class PriceFacts:
    """The list that all is priced by."""

    source: str
    as_of: str
    sha256: str
    layer: Literal["lock", "bundled"]
    overrides: tuple[str, ...] = ()  # models with prices of one's own


@dataclass(frozen=True, slots=True)
class TrafficFacts:
    """The traffic that a steady state is of."""

    source: str
    calls_per_month: float | None = None
    told: str = ""


@dataclass(frozen=True, slots=True)
class Front:
    """In what share of draws a variant is undominated."""

    id: str
    probability: float


@dataclass(frozen=True, slots=True)
class Judge:
    """How far a judge can be trusted; ``labels`` is None where nobody checked it.

    ``corrected`` are the means that people would give, by variant, where there are enough labels.
    """

    name: str
    prompt: str
    model: str
    calls: int = 0
    errors: int = 0
    labels: int | None = None
    agreement: Figure | None = None
    kappa: float | None = None
    sensitivity: Figure | None = None
    specificity: Figure | None = None
    position_bias: float | None = None
    alpha: float | None = None
    same_vendor: tuple[str, ...] = ()  # variants whose model is of the judge's vendor
    corrected: Mapping[str, Figure] = field(default_factory=dict)

    @property
    def calibrated(self) -> bool:
        """Whether people labelled enough answers to compare it with."""
        return self.labels is not None and self.labels >= 50  # noqa: PLR2004 - as documented


@dataclass(frozen=True, slots=True)
class Spent:
    """What this run paid, in dollars; None where a price is not known.

    ``possible`` is what calls whose end nobody saw may have cost; judges are in ``now``, too.
    """

    now: Decimal | None = None
    possible: Decimal | None = None
    possible_calls: int = 0
    judge: Decimal | None = None
    budget: Decimal | None = None
    judge_budget: Decimal | None = None
