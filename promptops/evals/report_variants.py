"""What a report of an eval says of each version on each model."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003 - readers of JSON look at the types
from dataclasses import field
from decimal import Decimal  # noqa: TC003 - the same
from typing import Literal

from promptops.model.values import dataclass

Role = Literal["incumbent", "candidate", "baseline"]
CostPart = Literal["input", "cache_read", "cache_write", "output", "reasoning"]


@dataclass(frozen=True, slots=True)
class Money:
    """Dollars with their interval; a value is None where a price is not known."""

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """An estimate with its interval; None where there is too little to say."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Metric:
    """A scorer's mean over cases, from 0 to 1; of ``n`` cases, ``invalid`` answers held no label.

    ``note`` stands beside the figure wherever it is shown, such as "uncalibrated".
    """

    mean: float | None
    low: float | None = None
    high: float | None = None
    method: str | None = None
    n: int = 0
    invalid: int = 0
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """The dollars of a call that go to one kind of token."""

    part: CostPart
    per_call: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What calls cost in production, as if live and in a steady state; never what a run paid.

    ``ratio`` is over the incumbent, paired; ``per_success`` holds all attempts. Where the gate says
    what a wrong answer costs, ``with_failures`` is the expected cost of a case with that in it.
    """

    per_call: Decimal | None = None
    per_1000: Money = field(default_factory=Money)
    per_success: Money = field(default_factory=Money)
    ratio: Figure | None = None
    by_part: tuple[Part, ...] = ()
    with_failures: Money | None = None


@dataclass(frozen=True, slots=True)
class Latency:
    """Seconds from sending to the last byte; ``stored`` where answers are of an earlier run.

    ``first_byte`` is the median until the first byte of answers that were sent as streams.
    """

    p50: Figure = field(default_factory=Figure)
    p95: Figure = field(default_factory=Figure)
    stored: bool = False
    first_byte: Figure | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    """Mean tokens of a call; None where a vendor does not say."""

    input: float | None = None
    cache_read: float | None = None
    cache_write: float | None = None
    output: float | None = None
    reasoning: float | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Input tokens by what became of them: paid in full, read from a cache, written to one."""

    plain: int = 0
    read: int = 0
    write: int = 0


@dataclass(frozen=True, slots=True)
class Reads:
    """The input of this run's calls, as it was billed and as the vendor's rules foretell it.

    Where nothing could be foretold ``unknown`` says why. ``agreed`` is but for rounding.
    """

    calls: int
    observed: Split
    predicted: Split | None = None
    agreed: int = 0
    unknown: str = ""


@dataclass(frozen=True, slots=True)
class Rate:
    """How often one of ``k`` answers is right, and how often all are; means over cases."""

    k: int
    one: Figure
    all: Figure


@dataclass(frozen=True, slots=True)
class Repeats:
    """Several answers to each case: rates of right ones, and the variance of scores.

    Repeats cut the variance ``within`` cases; only more cases cut that ``between`` them.
    """

    n: int
    rates: tuple[Rate, ...] = ()
    within: float | None = None
    between: float | None = None


@dataclass(frozen=True, slots=True)
class Within:
    """The chance that one of so many attempts at a case succeeds.

    ``measured`` by repeated answers; else as if attempts were independent of one another.
    """

    attempts: int
    probability: float
    measured: bool = False


@dataclass(frozen=True, slots=True)
class Variant:
    """A version on a model, or a baseline.

    ``n`` counts cases with a score, ``missing`` those that the infrastructure lost. ``shared``
    cases render to the incumbent's very text. ``attempts`` are those of this run by how they ended:
    "ok" are those answered.
    """

    id: str
    role: Role
    ref: str
    model: str
    sha256: str | None = None
    model_served: tuple[str, ...] = ()
    n: int = 0
    missing: int = 0
    shared: int = 0
    reused: int = 0
    metrics: Mapping[str, Metric] = field(default_factory=dict)
    cost: Cost = field(default_factory=Cost)
    latency: Latency = field(default_factory=Latency)
    tokens: Tokens = field(default_factory=Tokens)
    attempts: Mapping[str, int] = field(default_factory=dict)
    reads: Reads | None = None
    repeats: Repeats | None = None
    within: tuple[Within, ...] = ()


@dataclass(frozen=True, slots=True)
class Placement:
    """What a variant's calls would cost with cache marks elsewhere; ``kind`` as in the eval file.

    ``pessimistic`` are the dollars of 1,000 calls where the cache helps as little as it may;
    ``ratio`` is over the marks as shipped.
    """

    id: str
    variant: str
    kind: str
    per_1000: Money = field(default_factory=Money)
    pessimistic: Decimal | None = None
    per_success: Decimal | None = None
    ratio: float | None = None
    hit_rate: float | None = None
