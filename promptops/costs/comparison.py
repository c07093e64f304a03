"""A whole comparison: between what, its rows, their sum, and whether it could be estimated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.costs.diff import Row
    from promptops.costs.side import Status
    from promptops.costs.terms import Prices

EndKind = Literal["version", "revision", "merge-base", "work", "reference"]
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
    """Dollars a month of all rows whose difference is known; partial if one is not."""

    base: Decimal | None
    head: Decimal | None
    delta: Decimal | None
    partial: bool


@dataclass(frozen=True)
class Comparison:
    """What ``promptops diff-cost`` reports."""

    base: End
    head: End
    prices: Prices
    tally: Mapping[Status, int]
    rows: tuple[Row, ...]  # those that changed; all where all were asked for
    everything: bool = False
    allow_unpriced: bool = False
    not_compared: tuple[Missing, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def shown(self) -> list[Row]:
        """The rows that a report lists."""
        return [row for row in self.rows if self.everything or not row.hidden]

    @property
    def changed(self) -> int:
        """How many prompts are not the same on both sides."""
        return sum(count for status, count in self.tally.items() if status != "unchanged")

    @property
    def totals(self) -> Totals:
        """What the changed prompts cost a month, before and after."""
        rows = [row for row in self.rows if row.status != "unchanged"]
        known = [row for row in rows if row.per_month is not None]
        if not known:
            return Totals(None, None, None, partial=bool(rows))
        base, head = (
            sum((one.per_month(row.calls.amount) or Decimal(0) for row, one in sides if one),
                Decimal(0))
            for sides in ([(r, r.old) for r in known], [(r, r.new) for r in known])
        )  # fmt: skip
        return Totals(base, head, head - base, partial=len(known) < len(rows))

    @property
    def unknowns(self) -> list[str]:
        """Return what could not be estimated and what to do about it; then the exit code is 3."""
        rows = [row for row in self.rows if not row.hidden]
        said = []
        for row in rows:
            if row.broken is not None and row.broken.side == "head":
                place = f"{row.broken.path}, line {row.broken.line}"
                said.append(
                    f"{place}: cannot be rendered ({row.broken.reason}); run promptops lint"
                )
            elif row.new is not None and row.new.unknown == "source":
                why = row.new.count.reason
                said.append(f"{row.pair.name}: {why}; add cost.sample, or --allow-source")
        if not self.allow_unpriced:
            models = dict.fromkeys(model for row in rows for model in row.unpriced)
            said += [f"{self.prices.why_unknown(one)}, or --allow-unpriced" for one in models]
        return said
