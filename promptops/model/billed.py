"""What a vendor says that it billed for a stretch of time: sums over calls, and never a call."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.model.money import Usage

Report = Literal["usage", "cost"]


@dataclass(frozen=True, slots=True)
class Billed:
    """A bucket of a vendor's report: tokens of a "usage" report, dollars of a "cost" report.

    Times are seconds since 1970; ``ends`` is None where the report does not tell it. ``of`` is what
    the bucket was grouped by: model, tier, workspace, api_key, item (such as "output_tokens"), and
    whatever else tells it from others of its time. ``grouping`` names what all buckets of its
    export are grouped by, so that exports of the same days by other things are not added up.
    """

    vendor: str
    report: Report
    begins: float
    ends: float | None
    grouping: str
    of: Mapping[str, str] = field(default_factory=dict)
    usage: Usage | None = None
    requests: int | None = None
    usd: Decimal | None = None
