"""What requests are made of: instructions, examples, retrieved texts, history, what users write."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from ibis import _

from promptops.audit.question import Answer, Column, Question
from promptops.audit.spending import spending
from promptops.audit.spent import KINDS, NOTHING, Spending
from promptops.ledger.call_tables import PARTS

if TYPE_CHECKING:
    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_TOLD: Final = "What input is made of: tokens and dollars of each part of the prompts."
_PROMPT: Final = KINDS[:3]


def _ask(house: Warehouse, window: Window) -> Answer:
    calls = window.calls()
    measured = calls.filter(_.instructions_chars.notnull())
    spent = sum(spending(house, (), measured).values(), Spending())
    sums = measured.agg(**{part: _[f"{part}_chars"].sum() for part in PARTS})
    chars = next(iter(house.rows(sums)), (0,) * len(PARTS))
    every = sum(int(number) for (number,) in house.rows(calls.agg(calls=_.count())))
    counts = {part: int(number or 0) for part, number in zip(PARTS, chars, strict=True)}
    total = sum(counts.values())
    dollars = sum((spent.by_kind.get(kind, NOTHING) for kind in _PROMPT), NOTHING)
    rows = tuple(
        (part, number, round(spent.prompt_tokens * Decimal(number) / total),
         dollars * number / total, Decimal(number) / total)
        for part, number in sorted(counts.items(), key=lambda one: -one[1]) if number
    )  # fmt: skip
    columns = (
        Column("part", "text", "part"), Column("characters", "count", "characters"),
        Column("tokens", "tokens", "tokens"), Column("usd", "usd", "cost"),
        Column("share", "share", "share"),
    )  # fmt: skip
    notes = []
    if rows:
        notes.append("tokens and dollars of input are shared out by characters; answers are apart")
    if spent.calls < every:
        missing = every - spent.calls
        notes.append(f"{missing:,} of {every:,} calls tell no parts: they are in no sum")
    return Answer("parts", _TOLD, columns, rows, tuple(notes))


QUESTIONS: Final = (Question("parts", _TOLD, _ask),)
