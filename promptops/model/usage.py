"""What is known of how a prompt is used: calls, answers, the cache, retries, agents, batches."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.cost import Amount

ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class CacheUse:
    """How often a prefix was found in the vendor's cache, and of how many there are."""

    hit_rate: Decimal | None = None  # None: worked out from the traffic
    partitions: Decimal | None = None  # organisations, tenants: each keeps its own prefix


@dataclass(frozen=True, slots=True)
class Retries:
    """Attempts that fail and are billed.

    ``billed_failure`` is the chance of one; at most ``most`` more attempts follow. A ``repair``
    carries the answer before it and ``extra`` tokens that say what was wrong with it.
    """

    billed_failure: Decimal = Decimal(0)
    most: int = 0
    repair: bool = False
    extra: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Agent:
    """A loop of steps, each with so many tokens more than the one before."""

    steps: int = 1
    growth: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Use:
    """What a usage file says of a prompt; None and empty is not said. Tokens are the model's."""

    calls_per_month: Amount | None = None
    output_tokens: Amount | None = None
    reasoning_tokens: Amount | None = None
    variables: Mapping[str, Amount] = field(default_factory=dict)  # tokens by input
    cache: CacheUse | None = None
    retries: Retries | None = None
    agent: Agent | None = None
    batch_share: Decimal | None = None
    origin: str = ""  # where it was measured, such as "ledger 2026-10-20..2026-11-19, n=1204"


@dataclass(frozen=True, slots=True)
class Calibration:
    """Billed input tokens for one of o200k_base, measured over recorded calls of a model.

    ``low`` and ``high`` are the 5th and 95th percentile of the calls.
    """

    factor: Decimal
    low: Decimal
    high: Decimal
    calls: int
