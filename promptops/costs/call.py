"""What a call costs: a pure function of its price, its tokens, the cache, retries and steps."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from math import erfc, log, sqrt
from typing import TYPE_CHECKING, Final

from promptops.model.money import MILLION, PER_CALL
from promptops.model.usage import Agent, Retries
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.model.money import Price, Rates

ZERO: Final = Decimal(0)
ONE: Final = Decimal(1)
_P95: Final = 1.6448536269514722  # standard deviations: 95 % of normal values are below


@dataclass(frozen=True, slots=True)
class Mark:
    """A prefix that the vendor keeps for calls to come, and how often one is found there."""

    tokens: Decimal
    ttl: str
    hit: Decimal


@dataclass(frozen=True, slots=True)
class Reuse:
    """What the vendor's cache does with a call.

    ``marks`` are in order, the shortest prefix first. ``read`` and ``write`` are in prices of a
    plain token, for where the price list has no rate. With ``moving`` the last mark moves along
    with an agent's steps, so that each step reads the one before.
    """

    marks: tuple[Mark, ...] = ()
    minimum: int = 0
    read: Decimal = ONE
    write: Mapping[str, Decimal] = field(default_factory=dict)
    moving: bool = False

    def kept(self) -> tuple[Mark, ...]:
        """Return the marks whose prefixes are long enough to be kept."""
        return tuple(mark for mark in self.marks if mark.tokens >= self.minimum)

    def scaled(self, share: Decimal) -> Reuse:
        """Return it with so many times the tokens."""
        if not self.marks:
            return self
        marks = tuple(replace(mark, tokens=mark.tokens * share) for mark in self.marks)
        return replace(self, marks=marks)


@dataclass(frozen=True, slots=True)
class Spread:
    """The tokens of what varies from call to call: their median and their 95th percentile.

    They are taken to be log-normal, and those of several inputs to be long together.
    """

    median: Decimal
    p95: Decimal

    def above(self, fixed: Decimal, bound: int) -> Decimal:
        """Return the chance that a call of so many fixed tokens is longer than a bound."""
        room = bound - fixed
        if room <= 0:
            return ONE
        if self.median <= 0 or self.p95 <= self.median:
            return ONE if self.median > room else ZERO
        deviation = log(self.p95 / self.median) / _P95
        beyond = (log(room) - log(self.median)) / deviation
        return Decimal(repr(erfc(beyond / sqrt(2)) / 2))


@dataclass(frozen=True, slots=True)
class Call:
    """All that the dollars of a call depend on; ``output`` holds the tokens of reasoning, too."""

    price: Price
    input: Decimal | int
    output: Decimal = ZERO
    reuse: Reuse = field(default_factory=Reuse)
    retries: Retries = field(default_factory=Retries)
    agent: Agent = field(default_factory=Agent)
    batch_share: Decimal = ZERO
    spread: Spread | None = None

    def scaled(self, share: Decimal) -> Call:
        """Return it with so many times the input tokens: an end of the count's band."""
        if share == 1:
            return self
        return replace(self, input=self.input * share, reuse=self.reuse.scaled(share))

    def written(self) -> Decimal:
        """Return what writing all its prefixes costs more than reading them, in one cache."""
        found = []
        for hit in (ZERO, ONE):
            marks = tuple(replace(mark, hit=hit) for mark in self.reuse.marks)
            alone = Call(self.price, self.input, reuse=replace(self.reuse, marks=marks))
            found.append(alone.dollars())
        return found[0] - found[1]

    def exact(self) -> Decimal:
        """Return the expected dollars of a call with its attempts and steps, not rounded."""
        total = _attempts(self, self.price)
        if self.batch_share and self.price.batch is not None:
            batched = _attempts(self, self.price.batch)
            total += self.batch_share * (batched - total)
        return total

    def dollars(self) -> Decimal:
        """Return the same to 10^-9."""
        return self.exact().quantize(PER_CALL)


def _attempts(call: Call, price: Price) -> Decimal:
    """Sum over the attempts: the k-th happens with the chance that all before it failed."""
    most = call.retries.most
    if not call.retries.billed_failure:
        return _steps(call, price, ZERO, ONE)
    failed, reached = _failing(call)
    if not most:
        return _steps(call, price, ZERO, reached)
    if not call.retries.repair:
        return _steps(call, price, ZERO, reached) * (1 - failed ** (most + 1)) / (1 - failed)
    carried = call.output + call.retries.extra
    each = (failed**k * _steps(call, price, k * carried, reached) for k in range(most + 1))
    return sum(each, ZERO)


def _failing(call: Call) -> tuple[Decimal, Decimal]:
    """Return the chance that an attempt fails, and that a step is followed by the next."""
    failed, checked = call.retries.billed_failure, call.retries.checked
    if checked == "call":
        return failed, ONE
    if checked == "step":  # a loop ends with a step that never succeeded
        return failed, 1 - failed ** (call.retries.most + 1)
    whole = 1 - (1 - failed) ** call.agent.steps
    return whole, ONE if checked == "end" else 1 - failed


def _steps(call: Call, price: Price, more: Decimal, reached: Decimal) -> Decimal:
    """Sum over an agent's steps; those after the first find what the one before has left.

    ``reached`` is the chance that a step is followed by the next.
    """
    tokens = call.input + more
    kept = call.reuse.kept()
    total = _request(call, price, tokens, kept)
    if call.agent.steps == 1:
        return total
    again = tuple(replace(mark, hit=ONE) for mark in kept)
    for step in range(1, call.agent.steps):
        before, tokens = tokens, tokens + call.agent.growth
        if kept and call.reuse.moving:
            ttl = kept[-1].ttl
            again = (Mark(Decimal(before), ttl, ONE), Mark(Decimal(tokens), ttl, ZERO))
        paid = _request(call, price, tokens, again)
        total += paid if reached == 1 else paid * reached**step
    return total


def _request(call: Call, price: Price, tokens: Decimal | int, marks: tuple[Mark, ...]) -> Decimal:
    """Return the dollars of one request, over the length tiers that it can fall into."""
    if not price.tiers or call.spread is None:
        return _paid(call, price.rates_for(int(tokens)), tokens, marks)
    fixed = tokens - call.spread.median
    chances = [call.spread.above(Decimal(fixed), bound) for bound, _ in price.tiers]
    total = (1 - chances[0]) * _paid(call, price.rates, tokens, marks)
    for (_, rates), chance, beyond in zip(price.tiers, chances, (*chances[1:], ZERO), strict=True):
        total += (chance - beyond) * _paid(call, rates, tokens, marks)
    return total


def _paid(call: Call, rates: Rates, tokens: Decimal | int, marks: tuple[Mark, ...]) -> Decimal:
    """Return the dollars: I + the sum over marks of (P_i - P_(i-1)) ((w_i - 1) - (w_i - r) h_i)."""
    total = tokens * rates.input + call.output * rates.output
    for more, ttl, hit in _stretches(marks):
        write, read = _rates(call.reuse, rates, ttl)
        total += more * (write - rates.input - (write - read) * hit)
    return total / MILLION


def _stretches(marks: tuple[Mark, ...]) -> Iterator[tuple[Decimal, str, Decimal]]:
    before: Decimal = ZERO
    for mark in marks:
        yield mark.tokens - before, mark.ttl, mark.hit
        before = mark.tokens


def _rates(reuse: Reuse, rates: Rates, ttl: str) -> tuple[Decimal, Decimal]:
    """Return what a token costs to write and to read; the price list's word comes first."""
    write = rates.cache_write.get(ttl, rates.input * reuse.write.get(ttl, ONE))
    read = rates.input * reuse.read if rates.cache_read is None else rates.cache_read
    return write, read
