"""What calls of each day used and cost, with what came of them, as values: for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.audit.spent import Spending
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from decimal import Decimal


class Key(NamedTuple):
    """What calls are told apart by; None is not told."""

    feature: str | None
    prompt: str | None
    version: str | None
    model: str
    segment: str | None
    label: str | None


@dataclass(frozen=True, slots=True)
class Daily:
    """Calls of a day that are alike. ``hits`` of them read from a cache.

    ``good`` are the outcomes that were good, by their kind, of the day of the call they came of.
    """

    day: date
    key: Key
    spent: Spending
    hits: int
    good: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Cached:
    """What a version's calls saved by reading from a cache, and what misses cost, in dollars."""

    prompt: str | None
    version: str | None
    model: str
    saved: Decimal
    missed: Decimal


@dataclass(frozen=True, slots=True)
class Days:
    """All that calls of a window add up to, by day; and by tenant, which days do not tell."""

    rows: tuple[Daily, ...]
    caches: tuple[Cached, ...]
    tenants: Mapping[str | None, Spending]

    @property
    def total(self) -> Spending:
        """All of them together."""
        return sum((one.spent for one in self.rows), Spending())


def kinds(rows: Iterable[Daily]) -> list[str]:
    """Return the kinds of good outcomes, the commonest first."""
    counts: dict[str, int] = {}
    for one in rows:
        for kind, number in one.good.items():
            counts[kind] = counts.get(kind, 0) + number
    return sorted(counts, key=lambda kind: (-counts[kind], kind))
