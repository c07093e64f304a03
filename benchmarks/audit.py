"""The audit of a month of recorded calls, held against the truth that the calls were made of.

    python benchmarks/audit.py              # 200,000 calls of seed 1
    python benchmarks/audit.py 1000000 7    # another number, another seed
    python benchmarks/audit.py months 60    # how often intervals hold, of so many small months

The world is ``month_world``. Nothing of the truth asks the ledger: it is summed call by call as the
month is generated. What is at stake must be the truth to twenty digits. Exits with 1 if it is not.

With ``months`` the same world is drawn anew for each month, and the truth of an interval is what
its months have at stake on average: all intervals together must hold it in 93 % of the cases.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import defaultdict
from decimal import Decimal
from math import ceil
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import month_world
from month_world import month

from promptops.audit.facts import Facts
from promptops.audit.gathering import days, gathered, outcomes
from promptops.audit.question import Window
from promptops.audit.report import audited
from promptops.ledger.call_store import CallStore
from promptops.model.days import day_of
from promptops.registry.records import pricing
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from promptops.audit.ranges import Range
    from promptops.audit.report import Audit
    from promptops.model.calls import Call
    from promptops.model.money import Rates

NOTHING: Final = Decimal(0)
MILLION: Final = 1_000_000
MONTH: Final = Decimal("30.4375") / 30
NEAR: Final = Decimal("1e-20")
SMALL: Final = 6_000  # calls of a small month
FEW_OPEN: Final = 4  # sessions
ENOUGH: Final = 0.93  # of the intervals: 60 months and seven of them are 420 draws


class Seen(NamedTuple):
    """What the truth needs of a call."""

    line: Any
    again: bool  # an attempt that need not have been paid
    turn: int | None
    chunks: int | None
    prompt: int  # tokens
    output: int
    rates: Rates
    prompt_usd: Decimal
    shares: dict[str, Decimal] | None  # of the request's characters
    like: Any  # what the calls have in common among which characters are added up

    @property
    def output_usd(self) -> Decimal:
        """Dollars of the answer."""
        return self.rates.output * self.output / MILLION


def seen(call: Call) -> Seen | None:
    """Return what a call adds to the truth; None if it is in no sum."""
    usage, price, context = call.usage, call.price, call.context
    if price is not None and context.tier == "batch":
        price = price.batch
    if usage is None or price is None:
        return None
    rates = price.rates_for(usage.prompt_tokens)
    whole = rates.cost(usage)
    output = rates.output * usage.output_tokens / MILLION
    written = tuple(sorted(usage.cache_write_tokens))
    like = (context, str(rates), written, min(call.attempt, 3), call.retry_cause,
            usage.cache_read_tokens > 0, call.turn, call.chunks)  # fmt: skip
    parts = {name: Decimal(n) for name, n in call.parts.items()}
    paid_once = call.attempt == 2 and call.retry_cause in {"rate_limited", "server"}
    again = call.attempt > 1 and not paid_once
    return Seen((context.prompt, context.version, context.model), again, call.turn,
                call.chunks, usage.prompt_tokens, usage.output_tokens, rates, whole - output,
                parts or None, like)  # fmt: skip


def truth(found: Iterable[Seen]) -> dict[str, Decimal]:
    """Return the dollars of the window: of all, and at stake by sin."""
    calls = list(found)
    lines: dict[Any, list[Seen]] = defaultdict(list)
    for one in calls:
        lines[one.line].append(one)
    return {
        "month": sum((one.prompt_usd + one.output_usd for one in calls), NOTHING),
        "retry-spiral": sum((o.prompt_usd + o.output_usd for o in calls if o.again), NOTHING),
        "verbose-output": sum(map(verbose, lines.values()), NOTHING),
        "agent-loop": sum(map(grown, lines.values()), NOTHING),
        "retrieval-firehose": firehose(calls),
    }


def verbose(line: list[Seen]) -> Decimal:
    """Return the dollars of answers beyond the median."""
    half = sorted(one.output for one in line)[ceil(len(line) / 2) - 1]
    return sum((o.rates.output * max(o.output - half, 0) / MILLION for o in line), NOTHING)


def grown(line: list[Seen]) -> Decimal:
    """Return the dollars of what turns send above a first turn, on average."""
    turns: dict[int | None, list[Seen]] = defaultdict(list)
    for one in line:
        turns[one.turn].append(one)
    average = {turn: Decimal(sum(o.prompt for o in of)) / len(of) for turn, of in turns.items()}
    total = NOTHING
    for turn, of in turns.items():
        if turn is not None and turn > 1 and 1 in average and average[turn] > average[1]:
            over = 1 - average[1] / average[turn]
            total += over * sum((one.prompt_usd for one in of), NOTHING)
    return total


def firehose(calls: list[Seen]) -> Decimal:
    """Return the dollars of retrieved texts beyond three, by characters of calls alike."""
    groups: dict[Any, list[Seen]] = defaultdict(list)
    for one in calls:
        if one.shares is not None and (one.chunks or 0) > 3:
            groups[one.like].append(one)
    total = NOTHING
    for of in groups.values():
        chars = [one.shares for one in of if one.shares is not None]
        retrieved = sum((each.get("retrieved", NOTHING) for each in chars), NOTHING)
        whole = sum((sum(each.values(), NOTHING) for each in chars), NOTHING)
        paid = sum((one.prompt_usd for one in of), NOTHING)
        total += paid * retrieved / whole * (1 - Decimal(3) / (of[0].chunks or 3))
    return total


def audit_of(ledger: Path) -> Audit:
    """Return the audit of a ledger's calls."""
    house = opened(str(ledger))
    first, last = days(house, Window()) or (0, 0)
    cells = gathered(house, Window())
    return audited(Facts(cells, (), day_of(first), day_of(last), outcomes(house)))


def months(number: int) -> int:
    """Audit small months of one world, and count how often intervals hold what is so on average."""
    # In a month of few calls few sessions are open at once, as sessions end on the day they began.
    month_world.OPEN = FEW_OPEN
    found: dict[str, list[tuple[float, Range]]] = defaultdict(list)
    for seed in range(number):
        with tempfile.TemporaryDirectory() as name:
            ledger = Path(name) / "ledger.db"
            with CallStore.open(ledger) as store:
                store.add(call for call, _ in month(SMALL, seed, pricing(Path(name))))
            audit = audit_of(ledger)
        stakes = {one.name: (one.stake.high, one.stake.between) for one in audit.sins if one.stake}
        for name, (usd, between) in {**stakes, "together": (audit.high, audit.between)}.items():
            if between is not None:
                found[name].append((float(usd), between))
    held = every = 0
    for name, rows in found.items():
        true = mean(usd for usd, _ in rows)
        right = sum(one.low <= true <= one.high for _, one in rows)
        wide = mean(float(one.high / one.low) for _, one in rows) ** 0.5
        print(f"{name:20} {true:>9.2f} a month, x or / {wide:.2f}: held {right} of {len(rows)}")
        held, every = held + right, every + len(rows)
    print(f"{'all':20} {held / every:.1%} (stated: 95 %)")
    return int(held < ENOUGH * every)


def main() -> int:
    """Make a month, audit it, and compare."""
    if sys.argv[1:2] == ["months"]:
        return months(int((sys.argv[2:] or ["60"])[0]))
    count, seed = [*map(int, sys.argv[1:]), *(200_000, 1)[len(sys.argv) - 1 :]][:2]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        ledger, kept = folder / "ledger.db", []

        def calls() -> Iterator[Call]:
            for call, _ in month(count, seed, pricing(folder)):
                if (one := seen(call)) is not None:
                    kept.append(one)
                yield call

        with CallStore.open(ledger) as store:
            store.add(calls())
        began = time.process_time()
        audit = audit_of(ledger)
        print(f"{count:,} calls audited in {time.process_time() - began:.1f} CPU s")
    stakes = {one.name: one.stake.high for one in audit.sins if one.stake} | {
        "month": audit.facts.month
    }
    wrong = 0
    for name, usd in truth(kept).items():
        expected = usd * MONTH
        ours = stakes.get(name, NOTHING)
        same = abs(ours - expected) <= NEAR * max(expected, 1)
        wrong += not same
        print(f"{name:20} {ours:>16.6f} {expected:>16.6f} {'' if same else 'WRONG'}")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
