"""The recorded calls of a window, as cells."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from ibis import _

from promptops.audit.cells import Cell, Paid
from promptops.audit.spending import rates
from promptops.ledger.call_tables import PARTS
from promptops.warehouse.tables import CONTEXTS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ibis.expr.types import Table

    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_KEY: Final = ("context_id", "turn", "chunks", "kind", "retry_cause")
_OF_CONTEXT: Final = (
    "context_id", "prompt", "version", "model", "tier", "max_tokens", "write_ttl", "long_ttl",
    "price_sha256",
)  # fmt: skip
_TOKENS: Final = (
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_long_tokens",
    "output_tokens",
)  # fmt: skip
_FIRST: Final = 3  # of the sums: before the tokens are calls, those of no usage, and cut answers


def gathered(house: Warehouse, window: Window) -> tuple[Cell, ...]:
    """Return the calls of a window in cells.

    Raises:
        LedgerError: The calls cannot be read.
    """
    calls = _keyed(window.calls())
    lengths: dict[tuple[Any, ...], dict[int, int]] = {}
    for *key, length, number in house.rows(_lengths(calls)):
        lengths.setdefault(tuple(key), {})[int(length)] = int(number)
    found = _by_day(house.rows(_sums(calls)))
    known = rates(house)  # calls may come meanwhile: what tells of them is read after them
    contexts = {
        row[0]: (known.get(row[-1]), Paid(*row[1:]))
        for row in house.rows(CONTEXTS[list(_OF_CONTEXT)])
    }
    return tuple(_cell(key, days, contexts, lengths.get(key, {})) for key, days in found.items())


def days(house: Warehouse, window: Window) -> tuple[int, int] | None:
    """Return the first and the last day that calls are from, as numbers; None: there are none."""
    calls = window.calls()
    ((first, last),) = house.rows(calls.agg(first=calls.day.min(), last=calls.day.max()))
    return None if first is None else (int(first), int(last))


def outcomes(house: Warehouse) -> int:
    """Return how many outcomes there are."""
    ((number,),) = house.rows(OUTCOMES.agg(number=OUTCOMES.count()))
    return int(number)


def _keyed(calls: Table) -> Table:
    # One number of what is small: databases order calls by few columns faster than by many.
    nth = (calls.attempt > 2).ifelse(12, (calls.attempt > 1).ifelse(8, 4))  # noqa: PLR2004
    reads = (calls.cache_read_tokens > 0).ifelse(2, 0)
    return calls.mutate(kind=nth + reads + calls.instructions_chars.notnull().ifelse(1, 0))


def _sums(calls: Table) -> Table:
    wanted: Any = [*_KEY, "day"]
    return calls.group_by(wanted).agg(
        calls=_.count(),
        untold=_.count() - _.input_tokens.count(),
        cut=(_.finish == "length").ifelse(1, 0).sum(),
        **{name: _[name].sum() for name in _TOKENS},
        **{f"{part}_chars": _[f"{part}_chars"].sum() for part in PARTS},
    )


def _lengths(calls: Table) -> Table:
    wanted: Any = [*_KEY, "output_tokens"]
    told = calls.filter(calls.output_tokens.notnull())
    return told.group_by(wanted).agg(number=_.count())


def _by_day(rows: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], dict[int, list[int]]]:
    """Return the sums of each day by what the calls of a cell have in common."""
    found: dict[tuple[Any, ...], dict[int, list[int]]] = {}
    size = len(_KEY)
    for row in rows:
        sums = [0 if value is None else int(value) for value in row[size + 1 :]]
        found.setdefault(tuple(row[:size]), {})[int(row[size])] = sums
    return found


def _cell(
    key: tuple[Any, ...],
    days: Mapping[int, list[int]],
    contexts: Mapping[int, Any],
    lengths: dict[int, int],
) -> Cell:
    context, turn, chunks, kind, cause = key
    nth, reads, parts = int(kind) // 4, int(kind) // 2 % 2, int(kind) % 2
    known, paid = contexts[context]
    calls, untold, cut, *others = map(sum, zip(*days.values(), strict=True))
    plain, read, short, long, output = map(Decimal, others[: len(_TOKENS)])
    chars = others[len(_TOKENS) :]
    cell = Cell(
        paid, known, calls, untold, cut, plain, read, short, long, output,
        attempt=nth, cause=cause, reads=bool(reads), turn=turn, chunks=chunks,
        lengths=lengths,
        chars=dict(zip(PARTS, map(Decimal, chars), strict=True)) if parts else {},
    )  # fmt: skip
    rates = cell.rates_a_token
    if not rates:
        return cell
    return replace(cell, daily={day: _dollars(sums[_FIRST:], rates) for day, sums in days.items()})


def _dollars(tokens: Sequence[int], rates: Sequence[float]) -> tuple[float, float]:
    """Return about what requests cost, and what answers do; the other sums stand behind these."""
    plain, read, short, long, output = tokens[: len(_TOKENS)]
    sent = plain * rates[0] + read * rates[1] + short * rates[2] + long * rates[3]
    return sent, output * rates[4]
