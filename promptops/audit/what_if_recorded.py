"""What recorded calls would have cost: each lever of a what-if, and what is said of its figure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.audit import levers, shorter
from promptops.audit.cells import by_line
from promptops.audit.what_if_prices import batched, on_model
from promptops.audit.words import count
from promptops.errors import NotEstimable

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.audit.cells import Cell
    from promptops.audit.what_if import Asked
    from promptops.pricing.prices import Prices

Pulled = tuple[tuple["Cell", ...], bool, str, str]


def pulled(cells: tuple[Cell, ...], asked: Asked, prices: Prices) -> Pulled:
    """Return the calls after a lever; whether that is exact, how it was got, what is not known.

    Raises:
        UsageError: A model has no known price.
    """
    if asked.lever == "model":
        return on_model(cells, asked.value, prices)
    if asked.lever == "batch":
        return batched(cells, asked.share, prices)
    return _PULLED[asked.lever](cells, asked)


def _fewer_turns(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    how = "calls of later turns are left out; whether loops would have ended is not known"
    return shorter.fewer_turns(cells, int(asked.value)), True, how, _turns(cells)


def _fewer_chunks(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    how = "a call's retrieved tokens shrink with the number of its texts"
    return shorter.fewer_chunks(cells, int(asked.value)), False, how, _chunks(cells)


def _best_cache(cells: tuple[Cell, ...], _: Asked) -> Pulled:
    how = "misses read what hits of their version read on average, as ledger query cache says"
    return levers.found_again(cells), False, how, _never(cells)


def _retries(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    how = "later attempts are scaled to that share of all calls, at what they cost on average"
    try:
        return levers.retried(cells, asked.share), True, how, ""
    except NotEstimable as error:
        return cells, False, how, str(error)


def _limit(cells: tuple[Cell, ...], asked: Asked) -> Pulled:
    value = asked.value
    how = "answers above the limit cost the limit; what a cut answer is worth is not known"
    if value.isdecimal():
        return levers.capped(cells, dict.fromkeys(by_line(cells), int(value))), True, how, ""
    limits = levers.lengths_at(cells, int(value[1:]) / 100)
    return levers.capped(cells, limits), True, f"{how}; {value} of each version and model", ""


def _turns(cells: tuple[Cell, ...]) -> str:
    silent = sum(one.calls for one in cells if one.turn is None)
    return f"no turn is told of {count(silent, 'call')}: as before" if silent else ""


def _chunks(cells: tuple[Cell, ...]) -> str:
    silent = sum(one.calls for one in cells if one.chunks is None or not one.chars)
    return (
        f"no number of texts, or no parts, of {count(silent, 'call')}: as before" if silent else ""
    )


def _never(cells: tuple[Cell, ...]) -> str:
    reading = {one.line for one in cells if one.reads}
    silent = sum(one.calls for one in cells if one.line not in reading)
    return f"{count(silent, 'call')} of versions that never read: as before" if silent else ""


_PULLED: Final[dict[str, Callable[[tuple[Cell, ...], Asked], Pulled]]] = {
    "retries": _retries, "turns": _fewer_turns, "chunks": _fewer_chunks, "cache": _best_cache,
    "max_tokens": _limit,
}  # fmt: skip
