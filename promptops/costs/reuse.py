"""What a vendor's cache does with a side's calls: marks, minimum, lifetimes, expected hits."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.caching.hits import Prefix, hit
from promptops.caching.implicit import rounded
from promptops.caching.requests import Block, MarksRefused, Request, placed_marks
from promptops.costs.call import ONE, ZERO, Mark, Reuse
from promptops.costs.stretches import Stretch
from promptops.errors import NotEstimable
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.caching.hits import Traffic
    from promptops.caching.rules import CacheRules
    from promptops.costs.stretches import Stretches

HIT: Final = Decimal("1E-6")


@dataclass(frozen=True, slots=True)
class Arrivals:
    """How often a prefix is found: a share that was measured, or the traffic to work it out."""

    hit_rate: Decimal | None = None
    traffic: Traffic | None = None
    origin: str = ""  # where either is from

    @property
    def known(self) -> bool:
        """Whether anything is known."""
        return self.hit_rate is not None or self.traffic is not None

    def hit(self, prefix: Prefix, seconds: float | None) -> Decimal | None:
        """Return how often a prefix is found; None where that is not known."""
        if prefix.per_call:
            return ZERO
        if self.hit_rate is not None:
            return self.hit_rate
        if self.traffic is None or seconds is None:
            return None
        return Decimal(repr(hit(prefix, self.traffic, seconds))).quantize(HIT)


@dataclass(frozen=True, slots=True)
class Reused:
    """What becomes of a side's calls in the cache, and how that is known.

    ``told`` says why no cache is reckoned with, or what is assumed of it.
    """

    reuse: Reuse = field(default_factory=Reuse)
    told: str = ""
    reckoned: bool = False

    @property
    def ttl(self) -> str | None:
        """The lifetime of the last mark."""
        return self.reuse.marks[-1].ttl if self.reuse.marks else None

    @property
    def hit(self) -> Decimal | None:
        """How often the longest prefix that is kept is found."""
        kept = self.reuse.kept()
        return kept[-1].hit if kept else None

    @property
    def prefix(self) -> Decimal:
        """The tokens of the longest prefix that is kept."""
        kept = self.reuse.kept()
        return kept[-1].tokens if kept else ZERO


NO_CACHE: Final = Reused()


def reused(
    found: Stretches, rules: CacheRules, arrivals: Arrivals, scale: Callable[[int], int]
) -> Reused:
    """Return what the cache does; ``scale`` turns encoded tokens into the model's."""
    if rules.family == "named_resource":
        return Reused(told="stored caches are billed by the hour and are not reckoned with")
    if rules.markable:
        return _marked(found, rules, arrivals, scale)
    if rules.family == "block_prefix":
        return NO_CACHE
    return _implicit(found, rules, arrivals, scale)


def _marked(
    found: Stretches, rules: CacheRules, arrivals: Arrivals, scale: Callable[[int], int]
) -> Reused:
    try:
        placed = _placed(found, rules)
    except (MarksRefused, NotEstimable) as error:
        return Reused(told=str(error))
    if not placed:
        return NO_CACHE
    if not arrivals.known:
        return Reused(told="how often calls come is not known; all input at the plain rate")
    marks = []
    for prefix, tokens, ttl in placed:
        seconds = rules.lifetimes[ttl].seconds if ttl in rules.lifetimes else None
        chance = arrivals.hit(prefix, seconds)
        if chance is None:
            return Reused(told=f"how long a mark of {ttl} lives is not known")
        marks.append(Mark(Decimal(scale(tokens)), ttl, chance))
    moving = "automatic" in found.declared
    return Reused(_terms(rules, tuple(marks), moving=moving), arrivals.origin, reckoned=True)


def _placed(found: Stretches, rules: CacheRules) -> list[tuple[Prefix, int, str]]:
    """Return the prefixes that are marked: what changes them, encoded tokens, lifetime."""
    terms = rules.terms()
    usual = rules.default or terms.lifetimes[-1]

    def lifetime(asked: str) -> str:
        return asked if asked in terms.write else usual

    parts = list(found.parts)
    marks = {at: lifetime(one.ttl) for at, one in enumerate(parts) if one.ttl is not None}
    if "tools" in found.declared and found.attached:
        parts.insert(0, Stretch(found.attached, Prefix(), None))
        marks = {0: lifetime(found.declared["tools"])} | {at + 1: t for at, t in marks.items()}
    automatic = lifetime(found.declared["automatic"]) if "automatic" in found.declared else None
    blocks = tuple(Block(one.end, str(at)) for at, one in enumerate(parts))
    placed = placed_marks(Request(0.0, blocks, marks, automatic), terms)
    kept = list(placed.items())[-terms.slots :]
    return [(parts[at].changes, parts[at].end, ttl) for at, ttl in kept]


def _implicit(
    found: Stretches, rules: CacheRules, arrivals: Arrivals, scale: Callable[[int], int]
) -> Reused:
    """Reckon with the longest prefix that is not another one on every call."""
    still = [one for one in found.parts if not one.changes.per_call]
    if not still or not arrivals.known:
        return NO_CACHE
    ttl = rules.default or ""
    seconds = rules.lifetimes[ttl].seconds if ttl in rules.lifetimes else None
    chance = arrivals.hit(still[-1].changes, seconds)
    if chance is None or rules.read is None:
        return Reused(told="the vendor promises no hit; a measured cache.hit_rate would tell")
    tokens = rounded(scale(found.stable), rules.minimum or 0, rules.step or 1)
    if not tokens:
        return NO_CACHE
    told = f"{arrivals.origin}; the vendor promises no hit"
    mark = Mark(Decimal(tokens), ttl, chance)
    return Reused(_terms(rules, (mark,), moving=True), told, reckoned=True)


def _terms(rules: CacheRules, marks: Sequence[Mark], *, moving: bool) -> Reuse:
    return Reuse(
        tuple(marks),
        rules.minimum or 0,
        ONE if rules.read is None else rules.read,
        {ttl: life.write for ttl, life in rules.lifetimes.items()},
        moving,
    )
