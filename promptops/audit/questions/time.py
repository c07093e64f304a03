"""What calls cost day by day, and versions whose calls cost another amount than those before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ibis import _

from promptops.audit.question import Answer, Column, Question
from promptops.audit.questions.costs import unknown
from promptops.audit.spending import spending
from promptops.model.days import day_of
from promptops.warehouse.tables import CONTEXTS

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.question import Window
    from promptops.audit.spent import Spending
    from promptops.warehouse.warehouse import Warehouse

_DAYS: Final = "What each day cost (UTC)."
_CHANGES: Final = "What a call costs by version, against the version before it."


def _days(house: Warehouse, window: Window) -> Answer:
    found = spending(house, ("day",), window.calls())
    rows = tuple(
        (day_of(day), one.calls, one.usd, one.usd / one.calls, one.prompt_tokens, one.output_tokens)
        for (day,), one in sorted(found.items())
    )
    columns = (
        Column("day", "day", "day"), Column("calls", "count", "calls"),
        Column("usd", "usd", "cost"), Column("usd_per_call", "usd", "a call"),
        Column("input_tokens", "tokens", "input"), Column("output_tokens", "tokens", "output"),
    )  # fmt: skip
    return Answer("days", _DAYS, columns, rows, tuple(unknown(found.values())))


def _changes(house: Warehouse, window: Window) -> Answer:
    calls = window.calls()
    begun = (
        calls.group_by("context_id").agg(first=_.day.min())
        .join(CONTEXTS, "context_id")
        .group_by("prompt", "version", "model").agg(first=_.first.min())
    )  # fmt: skip
    first = {tuple(key): int(day) for *key, day in house.rows(begun)}
    found = spending(house, ("prompt", "version", "model"), calls)
    lines: dict[tuple[Any, Any], list[tuple[int, Any, Spending]]] = {}
    for key, one in found.items():
        prompt, version, model = key
        if prompt is not None and one.calls - one.untold - one.unpriced:
            lines.setdefault((prompt, model), []).append((first[key], version, one))
    rows = [row for key, line in sorted(lines.items(), key=str) for row in _line(key, line)]
    rows.sort(key=lambda row: -abs(row[-1] or 0))
    columns = (
        Column("prompt", "text", "prompt"), Column("model", "text", "model"),
        Column("version", "text", "version"), Column("since", "day", "since"),
        Column("calls", "count", "calls"), Column("usd_per_call", "usd", "a call"),
        Column("before", "usd", "before"), Column("change", "share", "change"),
    )  # fmt: skip
    return Answer("changes", _CHANGES, columns, tuple(rows), tuple(unknown(found.values())))


def _line(key: tuple[Any, Any], versions: list[tuple[int, Any, Spending]]) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    before: Decimal | None = None
    for day, version, one in sorted(versions, key=lambda each: (each[0], str(each[1]))):
        each = one.usd / (one.calls - one.untold - one.unpriced)
        change = each / before - 1 if before else None
        rows.append((*key, version, day_of(day), one.calls, each, before, change))
        before = each
    return rows


QUESTIONS: Final = (Question("days", _DAYS, _days), Question("changes", _CHANGES, _changes))
