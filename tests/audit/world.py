"""A small world of calls whose every figure can be worked out one by one."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

from promptops.ledger.billed_store import bill
from promptops.ledger.call_store import CallStore
from promptops.model.billed import Billed
from promptops.model.calls import Call, Context, Outcome
from promptops.model.money import Price, Rates, Usage

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400
SONNET = Price(
    "anthropic:claude-sonnet-5-5",
    Rates(Decimal(3), Decimal(15), Decimal("0.3"), {"5m": Decimal("3.75"), "1h": Decimal(6)}),
)
PLAIN = Price("openai:gpt-5.6", Rates(Decimal("1.25"), Decimal(10), Decimal("0.125")))
CAUSES = (None, None, "rate_limited", "server")
FINISHES = ("stop", "stop", "stop", "length", None)


def calls() -> list[Call]:
    """Return some hundred calls of twelve days."""
    random = Random(5)
    found = []
    for number in range(600):
        price = random.choice((SONNET, PLAIN, None))
        model = price.model if price else "mystery:model"
        version = random.choice(("v1", "v2"))
        context = Context(
            model, random.choice(("mail/sort", "mail/find")), version,
            feature=random.choice(("inbox", "search", None)),
            segment=random.choice(("free", "pro")), max_tokens=random.choice((200, None)),
        )  # fmt: skip
        cause = random.choice(CAUSES)
        hit = random.random() < 0.6
        writes = {} if hit or price is not SONNET else {"5m": 900, "1h": random.choice((0, 300))}
        usage = Usage(random.randint(50, 900), random.randint(1, 200), 1_200 if hit else 0, writes)
        found.append(
            Call(
                f"c{number:04}", 100 * DAY + number * 1_700.0, context,
                None if random.random() < 0.03 else usage, price,
                random.choice(("t1", "t2", None)), f"s{number // 4}",
                1 if cause is None else 2, cause, finish=random.choice(FINISHES),
                latency=random.random(),
                parts={"instructions": 800, "user": random.randint(0, 400)} if number % 5 else {},
            )
        )  # fmt: skip
    return found


def outcomes() -> list[Outcome]:
    """Return outcomes of sessions and of calls."""
    random = Random(6)
    found = []
    for number in range(150):
        good = random.random() < 0.7
        value = Decimal(random.randint(0, 500)) / 100 if number % 2 else None
        at = 100 * DAY + (number * 4 + random.randint(0, 3)) * 1_700.0 + 1
        found.append(
            Outcome(f"o{number}", at, "resolved", session=f"s{number}", good=good, value_usd=value)
        )
        if number % 10 == 0:
            found.append(Outcome(f"a{number}", at, "accepted", call_id=f"c{number:04}", good=good))
    return found


def billed() -> list[Billed]:
    """Return what a vendor says of four days: twice the tokens of its calls, and some dollars."""
    found: dict[int, int] = {}
    for one in calls():
        day = int(one.at // DAY)
        if one.context.model == SONNET.model and one.usage is not None and day < 104:
            found[day] = found.get(day, 0) + one.usage.prompt_tokens + one.usage.output_tokens
    of = {"model": "claude-sonnet-5-5-20260912"}
    rows = [("usage", day, Usage(2 * tokens), None) for day, tokens in found.items()]
    rows += [("cost", day, None, Decimal("1.23456789012345")) for day in found]
    return [
        Billed("anthropic", report, day * DAY, (day + 1) * DAY, "api 1d model", of, usage, usd=usd)
        for report, day, usage, usd in rows
    ]


def made(path: Path) -> Path:
    """Make a ledger that holds this world."""
    with CallStore.open(path) as store:
        store.add(calls())
        store.tell(outcomes())
    bill(path, [billed()])
    return path


def cost(call: Call) -> Decimal | None:
    """Return the dollars of a call, None where they are not known."""
    if call.usage is None or call.price is None:
        return None
    return call.price.rates.cost(call.usage)
