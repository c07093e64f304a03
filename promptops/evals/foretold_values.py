"""What is said of a run before it is made; every figure says how it was got, unknown is None."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Generic, TypeVar

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.evals.plan import TestKind

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Got(Generic[T_co]):
    """A figure and how it was got; where it is None, why it is not known."""

    value: T_co | None
    how: str


@dataclass(frozen=True, slots=True)
class Answers:
    """How many answers a run needs, and from where they come.

    ``items`` are ``shared`` with another version that says the same, ``reused`` from the ledger,
    or each a call, of which ``free`` ones go to nobody who is paid. ``stale`` answers are in the
    ledger and may not be used, by why.
    """

    items: int
    shared: int
    reused: int
    calls: int
    free: int
    stale: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dollars:
    """What calls cost as expected, and at most: what a run sets aside for their first attempts."""

    expected: Got[Decimal]
    worst: Got[Decimal]


@dataclass(frozen=True, slots=True)
class Line:
    """The calls of a variant; tokens and dollars are of all of them.

    ``batch`` is what they cost in the vendor's batches, None where it has no such rates.
    """

    variant: str
    model: str
    paid: bool
    items: int
    calls: int
    input_tokens: Got[int]
    output_tokens: Got[int]
    live: Dollars
    batch: Dollars | None


@dataclass(frozen=True, slots=True)
class Judge:
    """The calls of a scorer that asks models."""

    scorer: str
    models: tuple[str, ...]
    calls: int
    live: Dollars


@dataclass(frozen=True, slots=True)
class Needed:
    """How many cases the gate's margin takes where versions are in truth equal, and which holds.

    ``discordance`` is the share of cases on which two versions differ: of a score between 0 and 1,
    the mean square of the difference. ``margin`` is the smallest that the run's own cases hold.
    """

    discordance: float
    cases: int | None  # None without a gate, or where no number of cases would do
    margin: float
    how: str


@dataclass(frozen=True, slots=True)
class Power:
    """What the cases of a run can show of a metric, four times in five."""

    metric: str
    confidence: float
    test: TestKind | None  # None: nothing is gated
    margin: Decimal | None
    needed: tuple[Needed, ...]


@dataclass(frozen=True, slots=True)
class GoesOn:
    """A run that was stopped or killed and would go on; ``spent`` is what it may have paid."""

    run: str
    spent: Decimal


@dataclass(frozen=True, slots=True)
class Foretold:
    """What a run would do; ``part`` is a share of the cases, from 1, and of how many.

    ``cases`` are those of the part; ``clusters`` is None where each case is its own. There is a
    ``power`` for each metric that must hold; without a gate for the first.
    """

    name: str
    sha256: str
    dataset: str
    dataset_sha256: str
    part: tuple[int, int]
    cases: int
    clusters: int | None
    answers: Answers
    lines: tuple[Line, ...]
    judges: tuple[Judge, ...]
    live: Dollars
    batch: Dollars | None
    budget: Decimal | None
    minutes: Got[float]
    power: tuple[Power, ...]
    goes_on: GoesOn | None = None
    notes: tuple[str, ...] = ()

    @property
    def paid(self) -> bool:
        """Whether any call is to somebody who is paid."""
        return self.answers.calls > self.answers.free or bool(self.judges)
