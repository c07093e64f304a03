"""What a prompt declares of its costs; reports need it where no prompt is read."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure that is known as one number or as a range."""

    expected: Decimal
    low: Decimal | None = None
    high: Decimal | None = None
    most: Decimal | None = None  # the 99th percentile, of tokens that were measured


@dataclass(frozen=True, slots=True)
class Budget:
    """What a call may cost at most."""

    tokens: int | None = None
    usd_per_call: Decimal | None = None


@dataclass(frozen=True, slots=True)
class CostMetadata:
    """What is declared about a prompt's use."""

    calls_per_month: Amount | None = None
    output_tokens: Amount | None = None  # high: the 95th percentile
    sample: str | None = None  # a path below the project's root
    budget: Budget = field(default_factory=Budget)
