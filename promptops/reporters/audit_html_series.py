"""What calls come to by a version and a step of time, as lines and as a table of the same."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, TypeVar

from promptops.audit.spent import Spending
from promptops.reporters.audit_html_periods import steps
from promptops.reporters.page.lines import MOST, Line

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
    from datetime import date

    from promptops.audit.days import Daily
    from promptops.reporters.audit_html_periods import Steps

K = TypeVar("K", bound="Hashable")

OTHERS: Final = "others"
UNTOLD: Final = "(not told)"
_FEW: Final = 5  # a quotient of fewer is mostly chance


@dataclass(slots=True)
class Sum:
    """Calls that belong together, and what came of them."""

    spent: Spending = field(default_factory=Spending)
    hits: int = 0
    good: dict[str, int] = field(default_factory=dict)

    def add(self, one: Daily) -> None:
        """Take in calls of a day."""
        self.spent += one.spent
        self.hits += one.hits
        for kind, number in one.good.items():
            self.good[kind] = self.good.get(kind, 0) + number

    @property
    def told(self) -> int:
        """How many calls tell what they used."""
        return self.spent.calls - self.spent.untold

    @property
    def priced(self) -> int:
        """How many calls have known dollars."""
        return self.told - self.spent.unpriced

    @property
    def usd(self) -> Decimal | None:
        """Dollars; None where no price is known."""
        return self.spent.usd if self.priced else None

    @property
    def per_call(self) -> Decimal | None:
        """Dollars of a call whose price is known."""
        return self.spent.usd / self.priced if self.priced else None

    @property
    def hit_share(self) -> float | None:
        """The share of calls that read from a cache."""
        return self.hits / self.told if self.told else None

    @property
    def read_share(self) -> Decimal | None:
        """The share of the requests' tokens that were read from a cache."""
        total = self.spent.prompt_tokens
        return Decimal(self.spent.cache_read_tokens) / total if total else None

    def each(self, kind: str) -> Decimal | None:
        """Return the dollars of a good outcome."""
        good = self.good.get(kind, 0)
        return self.spent.usd / good if good and self.priced else None


def grouped(rows: Iterable[Daily], key: Callable[[Daily], K]) -> dict[K, Sum]:
    """Return sums by what a key tells, the dearest first."""
    found: dict[K, Sum] = {}
    for one in rows:
        found.setdefault(key(one), Sum()).add(one)
    ranked = sorted(
        found.items(), key=lambda one: (-one[1].spent.usd, -one[1].spent.calls, str(one[0]))
    )
    return dict(ranked)


@dataclass(frozen=True, slots=True)
class Series:
    """Versions over time: the sums of each name in each step, None where there were no calls."""

    steps: Steps
    sums: Mapping[str, Sequence[Sum | None]]

    def lines(
        self, value: Callable[[Sum], Decimal | float | None], tell: Callable[[str, str, Sum], str]
    ) -> list[Line]:
        """Return a line for each name, by what a sum is worth and what is said of it."""
        found = []
        for name, sums in self.sums.items():
            values = [None if one is None else value(one) for one in sums]
            told = [
                "" if one is None else tell(name, step, one)
                for one, step in zip(sums, self.steps.told, strict=True)
            ]
            floats = tuple(None if one is None else float(one) for one in values)
            found.append(Line(name, floats, tuple(told)))
        return found


def series(rows: Sequence[Daily], first: date, last: date, kind: str | None) -> Series:
    """Return the versions of a prompt over time, in the order in which they began.

    Where few outcomes of the kind fall on a version's day, the steps are weeks.
    """
    ranked = list(grouped(rows, lambda one: one.key.version))
    named = set(ranked if len(ranked) <= MOST else ranked[: MOST - 1])

    def name(one: Daily) -> str:
        version = one.key.version
        return (version or UNTOLD) if version in named else OTHERS

    found = _in_steps(rows, steps(first, last), name)
    if kind is not None and _thin(found, kind):
        found = _in_steps(rows, steps(first, last, least="week"), name)
    return found


def _in_steps(rows: Sequence[Daily], by: Steps, name: Callable[[Daily], str]) -> Series:
    places = {start: at for at, start in enumerate(by.starts)}
    begun: dict[str, date] = {}
    sums: dict[str, list[Sum | None]] = {}
    for one in rows:
        own = name(one)
        of = sums.setdefault(own, [None] * len(by.starts))
        at = places[by.of(one.day)]
        held = of[at] or Sum()
        held.add(one)
        of[at] = held
        begun[own] = min(begun.get(own, one.day), one.day)
    order = sorted(sums, key=lambda one: (one == OTHERS, begun[one], one))
    return Series(by, {one: sums[one] for one in order})


def _thin(found: Series, kind: str) -> bool:
    counts = sorted(
        one.good.get(kind, 0) for sums in found.sums.values() for one in sums if one is not None
    )
    return bool(counts) and counts[len(counts) // 2] < _FEW
