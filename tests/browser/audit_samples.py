"""Audits of Lockwren, a parcel company: of recorded calls, of one day, of prompts alone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.audit.daily import by_day
from promptops.audit.facts import Facts
from promptops.audit.gathering import days, gathered, outcomes
from promptops.audit.question import Window
from promptops.audit.report import audited
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context, Outcome
from promptops.model.money import Price, Rates, Usage
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.audit.days import Days
    from promptops.audit.report import Audit

FIRST = date(2026, 11, 1)
START = (FIRST - date(1970, 1, 1)).days * 86_400
PRICE = Price(
    "anthropic:claude-sonnet-5-5",
    Rates(Decimal(3), Decimal(15), Decimal("0.3"), {"5m": Decimal("3.75")}),
)
SMALL = Price("openai:gpt-5-mini", Rates(Decimal("0.25"), Decimal(2), Decimal("0.025")))
# feature, prompt, version, its first and last day, price, group of users
LINES: tuple[tuple[str | None, str, str, int, int, Price | None, str], ...] = (
    ("inbox", "parcel/triage", "v1", 0, 6, PRICE, "shops"),
    ("inbox", "parcel/triage", "v2", 5, 9, PRICE, "shops"),
    ("inbox", "parcel/reply", "v4", 0, 9, SMALL, "people"),
    ("lockers", "locker/full", "v1", 0, 9, SMALL, "people"),
    (None, "lab/try", "v0", 3, 4, None, "people"),
)


def calls(around: str = "") -> list[Call]:
    """Return ten days of calls; texts that others chose stand between ``around``."""

    def named(text: str | None) -> str | None:
        return None if text is None else f"{around}{text}{around}"

    found = []
    for feature, prompt, version, first, last, price, group in LINES:
        model = price.model if price else "acme:atlas-2"
        context = Context(model, named(prompt), named(version), feature=named(feature),
                          segment=named(group), label=named("production"))  # fmt: skip
        for day in range(first, last + 1):
            for number in range(12):
                name = f"{prompt}{version}-{day}-{number}"
                hit = number > day % 3
                usage = Usage(400 + 20 * day, 60 + number, 1_500 if hit else 0)
                again = number == 11 and day % 2
                found.append(
                    Call(name, START + day * 86_400 + number * 60.0, context, usage, price,
                         named(f"depot-{number % 5}"), f"s-{name}", 2 if again else 1,
                         "invalid" if again else None, turn=1 + number % 3)
                )  # fmt: skip
    return found


def told(made: list[Call], around: str = "") -> list[Outcome]:
    """Return what came of the calls: every third was delivered, and of some it is read by hand."""
    good = [Outcome(f"o{n}", one.at + 1, f"{around}delivered{around}", session=one.session)
            for n, one in enumerate(made) if n % 3 == 0]  # fmt: skip
    read = [Outcome(f"r{n}", one.at + 1, "accepted", call_id=one.call_id)
            for n, one in enumerate(made) if n % 10 == 0]  # fmt: skip
    return good + read


def recorded(folder: Path, around: str = "", **changed: Any) -> tuple[Audit, Days]:
    """Return the audit of the ten days, and what its page is made of."""
    path = folder / "ledger.db"
    made = changed.pop("calls", None) or calls(around)
    with CallStore.open(path) as store:
        store.add(made)
        store.tell(changed.pop("outcomes", told(made, around)))
    house, window = opened(str(path)), Window()
    first, last = days(house, window) or (0, 0)
    begin, end = (date(1970, 1, 1) + timedelta(days=one) for one in (first, last))
    facts = Facts(gathered(house, window), (), begin, end, outcomes(house))
    found = audited(facts, ("there are no prompts below prompts/",))
    if around:
        sins = tuple(
            replace(one, evidence=tuple(f"{each}{around}" for each in one.evidence))
            for one in found.sins
        )
        found = replace(found, sins=sins, notes=(around,))
    return found, by_day(house, window)


def many(count: int) -> list[Call]:
    """Return calls of so many prompts, each on ten days."""
    context = Context(SMALL.model, None, "v1", feature="inbox")
    return [
        Call(f"{day}-{n}", START + day * 86_400 + n, context._replace(prompt=f"parcel/p{n:05}"),
             Usage(1_000 + n, 10), SMALL)
        for n in range(count) for day in range(10)
    ]  # fmt: skip


def day(number: int) -> str:
    """Return a day of the ten."""
    return (FIRST + timedelta(days=number)).isoformat()
