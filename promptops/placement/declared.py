"""What a prompt declares of its inputs and its traffic -> the terms of the cache engine."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Final

from promptops.caching.hits import OFFICE, Keys, Prefix, Traffic
from promptops.errors import NotEstimable
from promptops.model.values import dataclass
from promptops.usage_file.shapes import GAPS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from decimal import Decimal

    from promptops.model.prompt import Amount, Drift, Input, Metadata
    from promptops.model.usage import Use

MINUTES_A_MONTH: Final = 730 * 60
A_DAY: Final = 1 / (24 * 60)  # changes a minute
MOST_KEYS: Final = 4_000  # combinations of keys that are summed over one by one
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@dataclass(frozen=True, slots=True)
class Upto(Prefix):
    """What can change in a whole prefix: a longer one stands for itself."""

    def __add__(self, other: Prefix) -> Prefix:
        return other


class Changes:
    """What can change in a prefix, as stretch after stretch is added to it."""

    def __init__(self, inputs: Mapping[str, Input] | None) -> None:
        self.inputs = inputs
        self.seen: set[str] = set()
        self.why: list[str] = []  # what was assumed, in sentences

    def restless(self, names: Iterable[str]) -> list[str]:
        """Return those names that are not in the prefix yet and are not static."""
        return sorted(name for name in names if name not in self.seen and not self._steady(name))

    def add(self, names: Iterable[str]) -> Upto:
        """Return what can change in the prefix with a stretch that depends on these names."""
        self.seen.update(names)
        keys: dict[str, Keys] = {}
        drifts: list[Drift] = []
        deploys, per_call = 0.0, False
        for name in sorted(self.seen):
            one = (self.inputs or {}).get(name)
            if one is not None and one.drift is not None:
                drifts.append(one.drift)
            told = self._told(name, one)
            if told is None and one is not None and one.stability == "key":
                keys[name] = Keys(_cardinality(one) or 1, float(one.zipf or 0))
            elif one is not None and one.stability == "daily":
                deploys += A_DAY
            elif told is not None:
                per_call = True
                self._say(told)
        shared = 1.0
        for drift in drifts:
            kept = 1 - float(drift.per_call)
            if drift.of in keys:
                old = keys[drift.of]
                keys[drift.of] = Keys(old.count, old.zipf, 1 - (1 - old.drift) * kept)
            else:
                shared *= kept
        if prod(one.count for one in keys.values()) > MOST_KEYS:
            per_call = True
            self._say(f"more than {MOST_KEYS:,} combinations of keys are counted as per call")
        return Upto(tuple(keys.values()), 1 - shared, deploys, per_call)

    def _steady(self, name: str) -> bool:
        one = (self.inputs or {}).get(name)
        return one is not None and one.stability == "static" and one.drift is None

    def _told(self, name: str, one: Input | None) -> str | None:
        """Return why a name is counted as new on every call; None where it is not."""
        if one is None:
            return f"{name} is not declared: counted as new on every call"
        if one.stability == "key":
            if _cardinality(one) is not None:
                return None
            return f"{name} declares no cardinality: counted as new on every call"
        if one.stability == "per_session":
            return f"{name} is new in every session: without a trace counted as on every call"
        if one.stability is None and one.drift is None:
            return f"{name} declares no stability: counted as new on every call"
        return "" if one.stability == "per_call" else None

    def _say(self, told: str) -> None:
        if told and told not in self.why:
            self.why.append(told)


def _cardinality(one: Input) -> int | None:
    return one.cardinality or (len(one.schema.enum) if one.schema.enum else None)


@dataclass(frozen=True, slots=True)
class Load:
    """How calls arrive, how many a month, and in words."""

    traffic: Traffic
    calls: Decimal  # a month
    told: str
    low: Decimal | None = None
    high: Decimal | None = None

    def at(self, calls_per_min: float) -> Traffic:
        """Return calls that arrive in the same way, so many a minute; gaps are of one rate."""
        if calls_per_min == self.calls_per_min:
            return self.traffic
        if self.traffic.every_s is not None:
            return Traffic(every_s=60 / calls_per_min)
        return Traffic(calls_per_min, self.traffic.weights)

    @property
    def calls_per_min(self) -> float:
        """The mean rate."""
        every = self.traffic.every_s
        return 60 / every if every is not None else self.traffic.calls_per_min


def load(
    declared: Metadata, calls: Amount | None, use: Use | None = None, file: str = "usage.yml"
) -> Load:
    """Return how calls arrive.

    ``calls`` a month take the place of what the usage file's entry says, ``use``, and that of what
    is declared. Gaps that were recorded hold for the calls that were.

    Raises:
        NotEstimable: Nothing says how many calls there are.
    """
    if calls is not None:
        return arriving(declared.traffic, calls, "--calls")
    if use is None or use.calls_per_month is None:
        return arriving(declared.traffic, declared.cost.calls_per_month, "declared")
    origin = f"{file}, {use.origin}" if use.origin else file
    return with_gaps(arriving(declared.traffic, use.calls_per_month, origin), use)


def with_gaps(found: Load, use: Use) -> Load:
    """Return it with the gaps that were recorded; they are those of one cache of a prefix."""
    apart = use.cache.partitions if use.cache else None
    if not use.gaps or use.calls_per_month is None or (apart or 1) != 1:
        return found
    gaps = tuple((GAPS[name], float(share)) for name, share in use.gaps.items())
    traffic = Traffic(found.calls_per_min, gaps=gaps)
    told = found.told.partition(", at random")[0].partition(", exactly")[0]
    return replace(found, traffic=traffic, told=f"{told}, at the gaps that were recorded")


def arriving(how: Mapping[str, str], amount: Amount | None, origin: str) -> Load:
    """Return how calls arrive by a front matter's ``traffic`` and a number of calls a month.

    Raises:
        NotEstimable: Nothing says how many calls there are.
    """
    from decimal import Decimal

    if how.get("arrivals") == "cron":
        period = how["every"]
        every = int(period[:-1]) * _UNITS[period[-1]]
        number = Decimal(MINUTES_A_MONTH * 60) / every
        return Load(Traffic(every_s=float(every)), number, f"one call every {period}, exactly")
    if amount is None or not amount.expected:
        raise NotEstimable("how many calls there are is not known: give --calls, or --trace FILE")
    rate = float(amount.expected) / MINUTES_A_MONTH
    office = how.get("hours") == "office"
    hours = "80 % of them in office hours" if office else "evenly over the week"
    told = f"{amount.expected:,f} calls a month ({origin}), at random (Poisson), {hours}"
    return Load(
        Traffic(rate, OFFICE) if office else Traffic(rate),
        amount.expected,
        told,
        amount.low,
        amount.high,
    )
