"""Recorded calls in cells: calls that are alike in all that a lever asks about, summed exactly.

What a lever changes is a cell's tokens, its rates, or how many of its calls there are; what the
cells then cost is what the recorded calls would have.
"""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.money import MILLION
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.model.money import Rates

NOTHING: Final = Decimal(0)
ONE: Final = Decimal(1)
FIXED: Final = ("instructions", "examples", "tools")  # the parts that a call does not decide

Line = tuple[str | None, str | None, str]  # prompt, version, model


class Paid(NamedTuple):
    """What the calls of a context share; ``short`` and ``long`` are lifetimes of writes."""

    prompt: str | None
    version: str | None
    model: str
    tier: str | None = None
    max_tokens: int | None = None
    short: str | None = None
    long: str | None = None
    price: str | None = None  # the hash of the rates


@dataclass(frozen=True)
class Cell:
    """Calls of a context; ``share`` is the part of them that is left, 1 of all that were recorded.

    ``lengths`` counts calls by the tokens of their answers, ``chars`` are characters by parts,
    empty where the calls tell none. ``untold`` of the calls tell no usage. ``daily`` are about the
    dollars of the recorded requests and answers by day, which no change makes others.
    """

    paid: Paid
    rates: Rates | None
    calls: int
    untold: int
    cut: int  # answers that ended at max_tokens
    input: Decimal
    read: Decimal
    short: Decimal  # tokens written for the shorter lifetime, and for the longer
    long: Decimal
    output: Decimal
    attempt: int = 1  # 3: a third or later one
    cause: str | None = None
    reads: bool = False
    turn: int | None = None
    chunks: int | None = None
    lengths: Mapping[int, int] = field(default_factory=dict)
    chars: Mapping[str, Decimal] = field(default_factory=dict)
    share: Decimal = ONE
    daily: Mapping[int, tuple[float, float]] = field(default_factory=dict)

    @property
    def later(self) -> bool:
        """Whether its attempts followed another."""
        return self.attempt > 1

    @property
    def line(self) -> Line:
        """The version of a prompt, and its model."""
        return self.paid[:3]

    @property
    def writes(self) -> tuple[Decimal | None, Decimal | None]:
        """What writing costs for both lifetimes; None: not known."""
        if self.rates is None:
            return None, None
        return self.rates.write(self.paid.short or ""), self.rates.write(self.paid.long or "")

    @cached_property
    def priced(self) -> bool:
        """Whether all that its calls used has a price."""
        pairs = zip((self.short, self.long), self.writes, strict=True)
        return self.rates is not None and all(rate is not None for n, rate in pairs if n)

    @property
    def rates_a_token(self) -> tuple[float, ...]:
        """About what a token costs: plain, read, written for either lifetime, of an answer.

        There is none where no price is known.
        """
        if self.rates is None or not self.priced:
            return ()
        each = (self.rates.input, self.rates.read, *self.writes, self.rates.output)
        return tuple(float((rate or NOTHING) / MILLION) for rate in each)

    @property
    def told(self) -> Decimal:
        """How many calls tell their usage."""
        return (self.calls - self.untold) * self.share

    @property
    def prompt_tokens(self) -> Decimal:
        """All tokens of the requests, cached or not, before ``share``."""
        return self.input + self.read + self.short + self.long

    @cached_property
    def prompt_usd(self) -> Decimal:
        """Dollars of the requests; 0 where no price is known."""
        if self.rates is None or not self.priced:
            return NOTHING
        short, long = self.writes
        total = self.input * self.rates.input + self.read * self.rates.read
        total += self.short * (short or NOTHING) + self.long * (long or NOTHING)
        return total * self.share / MILLION

    @cached_property
    def output_usd(self) -> Decimal:
        """Dollars of the answers; 0 where no price is known."""
        if self.rates is None or not self.priced:
            return NOTHING
        return self.output * self.rates.output * self.share / MILLION

    @property
    def usd(self) -> Decimal:
        """Dollars of all; 0 where no price is known."""
        return self.prompt_usd + self.output_usd

    def part(self, names: Iterable[str]) -> Decimal:
        """Return the share of the request's characters that some parts are; 0 where untold."""
        total = sum(self.chars.values())
        return (
            sum((self.chars.get(one, NOTHING) for one in names), NOTHING) / total
            if total
            else NOTHING
        )


def usd(cells: Iterable[Cell]) -> Decimal:
    """Return what cells cost, of the calls whose price is known."""
    return sum((one.usd for one in cells), NOTHING)


def by_line(cells: Iterable[Cell]) -> dict[Line, list[Cell]]:
    """Return cells by the version of a prompt and its model."""
    found: dict[Line, list[Cell]] = {}
    for one in cells:
        found.setdefault(one.line, []).append(one)
    return found
