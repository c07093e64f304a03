"""What is known of how a prompt is used: calls, answers, the cache, retries, agents, batches."""

from __future__ import annotations

from dataclasses import field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.cost import Amount

ONE = Decimal(1)
# call: the whole loop fails with the chance, and is asked again. The others are of each step: a
# failed one is asked again alone (step); is found after the last, and all are asked again (end);
# is found at once, and the loop begins again (restart).
Checked = Literal["call", "step", "end", "restart"]
OLD: Final = 90  # days after which a measurement is called old
# Billed tokens for one of o200k_base: outside of this, what was counted is not what was sent.
PLAUSIBLE: Final = (Decimal("0.5"), Decimal("2.5"))
_WINDOW: Final = ".."


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How often a prefix was found in the vendor's cache, and of how many there are."""

    hit_rate: Decimal | None = None  # None: worked out from the traffic
    partitions: Decimal | None = None  # organisations, tenants: each keeps its own prefix


@dataclass(frozen=True, slots=True)
class Retries:
    """Attempts that fail and are billed.

    ``billed_failure`` is the chance of one; at most ``most`` more attempts follow. A ``repair``
    carries the answer before it and ``extra`` tokens that say what was wrong with it. Of an agent
    ``checked`` says whose chance that is, and what is asked again.
    """

    billed_failure: Decimal = Decimal(0)
    most: int = 0
    repair: bool = False
    extra: Decimal = Decimal(0)
    checked: Checked = "call"


@dataclass(frozen=True, slots=True)
class Agent:
    """A loop of steps, each with so many tokens more than the one before."""

    steps: int = 1
    growth: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Calibration:
    """Billed input tokens for one of o200k_base, measured over recorded calls of a model.

    ``low`` and ``high`` are the 5th and 95th percentile of the calls, ``until`` the day of the
    last, and ``encoded`` the mean of their o200k_base tokens. ``note`` is what stands beside it.
    """

    factor: Decimal
    low: Decimal
    high: Decimal
    calls: int
    until: date | None = None
    encoded: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """What a usage file says of a prompt; None and empty is not said. Tokens are the model's.

    ``gaps`` are shares of the calls that came less than so long after another: "5m", "1h".
    ``text`` is how the hash of the text begins that the last measured calls were of.
    """

    calls_per_month: Amount | None = None
    output_tokens: Amount | None = None
    reasoning_tokens: Amount | None = None
    variables: Mapping[str, Amount] = field(default_factory=dict)  # tokens by input
    cache: CacheUse | None = None
    retries: Retries | None = None
    agent: Agent | None = None
    batch_share: Decimal | None = None
    gaps: Mapping[str, Decimal] = field(default_factory=dict)
    calibration: Mapping[str, Calibration] = field(default_factory=dict)  # by provider:model
    text: str = ""
    origin: str = ""  # where it was measured, such as "ledger 2026-10-20..2026-11-19, n=1204"

    @property
    def until(self) -> date | None:
        """The last day of its measurement; None where people wrote it."""
        days, _, _ = self.origin.partition(",")
        try:
            return date.fromisoformat(days.rpartition(_WINDOW)[2]) if _WINDOW in days else None
        except ValueError:
            return None

    @property
    def calls(self) -> int | None:
        """How many calls it was measured of; None where people wrote it."""
        number = self.origin.rpartition("n=")[2]
        return int(number) if self.until is not None and number.isdecimal() else None


def old(until: date | None, today: date | None) -> bool:
    """Return whether a measurement that ended on a day is old."""
    return until is not None and today is not None and (today - until).days > OLD
