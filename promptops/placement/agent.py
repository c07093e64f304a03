"""What an agent loop costs, which appends to its prompt turn after turn, by where marks stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.caching.events import simulate
from promptops.caching.requests import Billed, total
from promptops.caching.workloads import AgentLoop, moving_turns
from promptops.errors import UsageError, nearest
from promptops.model.money import MILLION, PER_MONTH
from promptops.model.values import dataclass
from promptops.placement.arms import offered

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.caching.book import RuleBook
    from promptops.caching.rules import CacheRules
    from promptops.caching.terms import Terms
    from promptops.model.money import Price
    from promptops.pricing.prices import Prices

_NUMBERS: Final = ("turns", "system", "step", "blocks")
_MOST: Final = {"turns": 500, "system": 10_000_000, "step": 1_000_000, "blocks": 100}


@dataclass(frozen=True, slots=True)
class Loop:
    """A loop as asked for: ``step`` tokens in ``blocks`` blocks are appended each turn."""

    turns: int
    system: int
    step: int
    blocks: int = 1
    ttl: str | None = None


@dataclass(frozen=True, slots=True)
class Way:
    """Where the marks stand, and what the whole loop is billed."""

    name: str
    blocks: int
    billed: Billed
    cost: float  # token-equivalents
    dollars: Decimal  # of the loop's input


@dataclass(frozen=True)
class Loops:
    """A loop for a model, by where the marks stand."""

    loop: Loop
    ttl: str
    rules: CacheRules
    price: Price
    ways: tuple[Way, ...]
    pays_from: int  # the turn from which on a moving mark costs less than one after the system text


def parse(text: str) -> Loop:
    """Return a loop written as ``turns=20,system=10000,step=1000,blocks=2,ttl=5m``.

    Raises:
        UsageError: It cannot be read.
    """
    known = (*_NUMBERS, "ttl")
    given: dict[str, str] = {}
    for pair in text.split(","):
        key, _, value = pair.strip().partition("=")
        if key not in known:
            raise UsageError(f"--agent: unknown {key!r}{nearest(key, known)}")
        given[key] = value
    numbers = []
    for key in _NUMBERS:
        value = given.get(key, "1" if key == "blocks" else "")
        if not (value.isascii() and value.isdigit() and 1 <= int(value[:9]) <= _MOST[key]):
            raise UsageError(f"--agent: {key}= needs a whole number from 1 to {_MOST[key]:,}")
        numbers.append(int(value))
    turns, system, step, blocks = numbers
    return Loop(turns, system, step, blocks, given.get("ttl"))


def loops(loop: Loop, model: str, book: RuleBook, prices: Prices) -> Loops:
    """Return what a loop costs by where the marks stand, as the vendor's cache is simulated.

    Raises:
        UnknownModel: No rules or no price of the model are known.
        NotEstimable: It takes no marks whose price is known.
        UsageError: It has no such lifetime.
    """
    rules = book.find(model, book.as_of)
    terms = offered(rules)
    if not rules.markable:
        raise UsageError(f"{rules.model} takes no marks: it reads what a turn repeats by itself")
    ttl = loop.ttl or rules.default or terms.lifetimes[-1]
    if ttl not in terms.write:
        known = ", ".join(terms.write)
        raise UsageError(f"--agent: {rules.model} has no lifetime {ttl!r}; there are {known}")
    price = prices.price(model)
    work = AgentLoop(loop.system, loop.step, loop.turns)
    ways = [
        _way(name, work, terms, ttl, (loop.blocks, marks), price)
        for name, marks in (
            ("none", ()),
            ("system only", ("system",)),
            ("moving", ("end",)),
            ("moving + system", ("end", "system")),
            ("moving + previous", ("end", "previous")),
        )
    ]
    trap = terms.lookback
    if trap is not None and loop.blocks < trap:
        ways += [
            _way(name, work, terms, ttl, (trap, marks), price)
            for name, marks in (
                ("the trap: moving", ("end",)),
                ("trap + system", ("end", "system")),
                ("cure: + previous", ("end", "previous")),
            )
        ]
    turn = moving_turns(terms.write[ttl], terms.read)
    return Loops(loop, ttl, rules, price, tuple(ways), turn)


def _way(
    name: str,
    work: AgentLoop,
    terms: Terms,
    ttl: str,
    marked: tuple[int, tuple[str, ...]],
    price: Price,
) -> Way:
    blocks, marks = marked
    requests = work.requests(ttl, blocks=blocks, at=marks)
    bills = simulate(requests, terms)
    cost = sum(one.cost(terms) for one in bills)
    dollars = sum(
        (price.rates_for(one.tokens).input * _exact(one, terms) for one in bills),
        start=price.rates.input * 0,
    )
    return Way(name, blocks, total(bills), cost, (dollars / MILLION).quantize(PER_MONTH))


def _exact(one: Billed, terms: Terms) -> Decimal:
    from decimal import Decimal

    return Decimal(repr(one.cost(terms)))
