"""A whole comparison: between what, its rows, their sum, and whether it could be estimated."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

from promptops.costs.verdict import Verdict
from promptops.model.money import PER_MONTH
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from promptops.costs.estimate import Estimate
    from promptops.costs.row import Row
    from promptops.costs.side import Status
    from promptops.pricing.prices import Prices

EndKind = Literal["version", "revision", "merge-base", "work", "reference"]
NOTHING = Decimal(0).quantize(PER_MONTH)
NO_VERDICT = Verdict()
_SHA = re.compile(r"[0-9a-f]{40}\Z")


class End(NamedTuple):
    """One end of a comparison as the user named it."""

    ref: str
    kind: EndKind
    sha: str | None = None

    @property
    def short(self) -> str:
        """The name as a column's head: a full hash is shortened as git does."""
        if self.kind == "merge-base" and self.sha:
            return self.sha[:7]
        return self.ref[:7] if _SHA.match(self.ref) else self.ref


class Missing(NamedTuple):
    """A prompt that was left out, and why."""

    name: str
    reason: str


class Totals(NamedTuple):
    """Dollars a month of all rows whose cost is known; partial if one is not."""

    base: Decimal | None
    head: Decimal | None
    delta: Decimal | None
    partial: bool


class PriceChange(NamedTuple):
    """What another list of prices makes of the head: in no total, and under no policy."""

    before: date
    after: date
    per_month: Decimal | None
    models: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What ``promptops diff-cost`` reports."""

    base: End
    head: End
    prices: Prices
    tally: Mapping[Status, int]
    rows: tuple[Row, ...]  # those that changed or moved; all where all were asked for
    everything: bool = False
    allow_unpriced: bool = False
    not_compared: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()
    verdict: Verdict = NO_VERDICT
    price_change: PriceChange | None = None

    @property
    def shown(self) -> list[Row]:
        """The rows that a report lists."""
        return [row for row in self.rows if self.everything or row.pair.moved or not row.hidden]

    @property
    def moved(self) -> list[Row]:
        """The rows of prompts that have another name and are otherwise the same."""
        return [row for row in self.rows if row.pair.moved]

    @property
    def remarks(self) -> list[str]:
        """What a reader should know about the ends and the prices."""
        batch = any(row.used.batch_share for row in self.shown)
        return [*self.notes, *self.prices.remarks(self.models, batch=batch)]

    @property
    def models(self) -> list[str]:
        """The models whose prices are used in what is shown, each once."""
        sides = (one for row in self.shown for one in (row.old, row.new) if one and one.call)
        return list(dict.fromkeys(one.model for one in sides if one.model))

    @property
    def totals(self) -> Totals:
        """What the changed prompts cost a month; all of them where all were asked for."""
        rows = [row for row in self.rows if self.everything or row.status != "unchanged"]
        known = [row for row in rows if row.per_month is not None]
        same = all(row.status == "unchanged" for row in rows)
        partial = len(known) < len(rows)
        if rows and not known:
            return Totals(None, None, NOTHING if same else None, partial)
        base = sum((_month(row, row.old) for row in known), NOTHING)
        head = sum((_month(row, row.new) for row in known), NOTHING)
        comparable = same or any(row.status != "unchanged" for row in known)
        return Totals(base, head, head - base if comparable else None, partial)

    @property
    def unknowns(self) -> list[str]:
        """Return what could not be estimated and what to do about it; then the exit code is 3."""
        rows = [row for row in self.rows if not row.hidden]
        said = []
        for row in rows:
            if row.broken is not None and row.broken.side == "head":
                place = f"{row.broken.path}, line {row.broken.line}"
                said.append(f"{place}: {row.broken.told}; run promptops lint")
            elif row.new is not None and row.new.unknown == "source":
                why = row.new.count.reason
                said.append(f"{row.pair.name}: {why}; add cost.sample, or --allow-source")
        if not self.allow_unpriced:
            models = dict.fromkeys(model for row in rows for model in row.unpriced)
            said += [f"{self.prices.why_unknown(one)}, or --allow-unpriced" for one in models]
        return said


def _month(row: Row, side: Estimate | None) -> Decimal:
    return (side and side.per_month(row.calls.amount)) or NOTHING
