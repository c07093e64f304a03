"""What a vendor's cache does with a model's requests, as a value."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal

from promptops.caching.terms import Refresh, Terms
from promptops.errors import NotEstimable
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

Family = Literal["explicit_breakpoint", "implicit_prefix", "named_resource", "block_prefix"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule was read, when (a year, month or day), and for what."""

    name: str
    url: str
    read: str
    what: str


@dataclass(frozen=True, slots=True)
class Lifetime:
    """How long an entry lives, and what writing it costs in prices of an uncached token."""

    seconds: float
    write: Decimal
    note: str = ""


@dataclass(frozen=True, slots=True)
class Tier:
    """A length in tokens above which the whole request costs so many times as much."""

    above: int
    input: Decimal
    output: Decimal


@dataclass(frozen=True, slots=True)
class CacheRules:
    """The rules for a model on a day; None is not known, an empty value not so.

    ``marks`` is how many a request may have, ``automatic`` where the vendor puts one of its own.
    ``lookback`` is the number of positions that a mark looks at (None: no limit), or with a
    ``lookup`` of ``marks`` only those marked. ``step`` and ``block`` are what hits are rounded down
    to. ``storage`` is dollars a million tokens and hour. ``invalidates`` says which parts of a
    request a changed parameter makes new; ``overridden`` names the fields that a project set.
    """

    model: str
    surface: str
    family: Family
    as_of: date
    variant: str = ""
    read: Decimal | None = None
    lifetimes: Mapping[str, Lifetime] = field(default_factory=dict)
    default: str | None = None
    minimum: int | None = None
    marks: int = 0
    automatic: str = ""
    order: Literal["longer-first", "free"] = "free"
    lookback: int | None = None
    lookup: Literal["window", "marks"] = "window"
    surplus: Literal["refused", "latest"] = "refused"
    refresh: bool | None = None
    render_order: tuple[str, ...] = ()
    unmarkable: tuple[str, ...] = ()
    invalidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    isolation: str = ""
    step: int | None = None
    block: int | None = None
    storage: Decimal | None = None
    most_cached: int | None = None
    tier: Tier | None = None
    notes: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    overridden: tuple[str, ...] = ()

    @property
    def markable(self) -> bool:
        """Whether a template's marks decide what is cached."""
        return self.family == "explicit_breakpoint"

    def terms(self, refresh: Refresh = "ancestors", latency: float = 0.0) -> Terms:
        """Return the numbers to calculate with.

        Raises:
            NotEstimable: One of them is not known, and none is made up; or reading does not renew
                an entry, which is priced as a named resource: see ``workloads``.
        """
        if self.family == "named_resource":
            told = f"no marks to price for {self.model!r} on {self.surface}"
            raise NotEstimable(f"{told}: it stores what it is told to, by the hour")
        missing = [
            name
            for name, value in (
                ("read", self.read), ("lifetimes", self.lifetimes or None),
                ("minimum", self.minimum),
            ) if value is None
        ]  # fmt: skip
        if self.read is None or self.minimum is None or missing:
            told = f"no number for {self.model!r}: its cache's {' and '.join(missing)}"
            raise NotEstimable(f"{told} {_are(missing)} not known as of {self.as_of}")
        return Terms(
            read=float(self.read),
            write={ttl: float(life.write) for ttl, life in self.lifetimes.items()},
            seconds={ttl: life.seconds for ttl, life in self.lifetimes.items()},
            minimum=self.minimum,
            slots=self.marks,
            lookback=self.lookback,
            refresh=refresh,
            latency=latency,
            marked_only=self.lookup == "marks",
            surplus_refused=self.surplus == "refused",
            longer_first=self.order == "longer-first",
        )


def _are(names: list[str]) -> str:
    return "is" if len(names) == 1 else "are"
