"""What is paid and not used: attempts that follow others, answers that were cut, cache misses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.audit.question import Answer, Column, Question
from promptops.audit.questions.costs import unknown
from promptops.audit.spending import dearest, spending
from promptops.audit.spent import Spending

if TYPE_CHECKING:
    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_RETRIES: Final = "What attempts cost that followed another, by why."
_FINISHES: Final = "Why answers ended; length is cut at max_tokens, and paid."
_KINDS: Final = "What tokens cost, by what they are."
_KIND_NAMES: Final = {
    "input": "input, not cached", "read": "read from the cache", "write": "written to the cache",
    "output": "output",
}  # fmt: skip


def _retries(house: Warehouse, window: Window) -> Answer:
    calls = window.calls()
    total = sum(spending(house, (), calls).values(), Spending())
    later = spending(house, ("retry_cause",), calls.filter(calls.attempt > 1))
    rows = [
        (cause or "not told", one.calls, one.calls / total.calls, one.usd, one.share_of(total))
        for (cause,), one in dearest(later)
    ]
    columns = (
        Column("cause", "text", "cause"), Column("calls", "count", "attempts"),
        Column("share_of_calls", "share", "of calls"), Column("usd", "usd", "cost"),
        Column("share", "share", "of cost"),
    )  # fmt: skip
    return Answer("retries", _RETRIES, columns, tuple(rows), tuple(unknown(later.values())))


def _finishes(house: Warehouse, window: Window) -> Answer:
    found = spending(house, ("finish", "error"), window.calls())
    total = sum(found.values(), Spending())
    rows = [
        (_ended(*key), one.calls, one.calls / total.calls, one.usd, one.share_of(total),
         one.output_tokens)
        for key, one in dearest(found)
    ]  # fmt: skip
    columns = (
        Column("finish", "text", "ended by"), Column("calls", "count", "calls"),
        Column("share_of_calls", "share", "of calls"), Column("usd", "usd", "cost"),
        Column("share", "share", "of cost"), Column("output_tokens", "tokens", "output"),
    )  # fmt: skip
    return Answer("finishes", _FINISHES, columns, tuple(rows), tuple(unknown(found.values())))


def _ended(finish: str | None, error: str | None) -> str:
    return f"failed: {error}" if error else finish or "not told"


def _tokens(house: Warehouse, window: Window) -> Answer:
    total = sum(spending(house, (), window.calls()).values(), Spending())
    counts = {
        "input": total.input_tokens, "read": total.cache_read_tokens,
        "write": total.cache_write_tokens, "output": total.output_tokens,
    }  # fmt: skip
    rows = tuple(
        (_KIND_NAMES[kind], tokens, total.by_kind.get(kind),
         total.by_kind[kind] / total.usd if total.usd else None)
        for kind, tokens in counts.items()
    )  # fmt: skip
    columns = (
        Column("kind", "text", "tokens"), Column("tokens", "tokens", "number"),
        Column("usd", "usd", "cost"), Column("share", "share", "share"),
    )  # fmt: skip
    thought = f"{total.reasoning_tokens:,} tokens of the output are thought"
    notes = (*([thought] if total.reasoning_tokens else []), *unknown([total]))
    return Answer("tokens", _KINDS, columns, rows if total.calls else (), notes)


QUESTIONS: Final = (
    Question("tokens", _KINDS, _tokens),
    Question("retries", _RETRIES, _retries),
    Question("finishes", _FINISHES, _finishes),
)
