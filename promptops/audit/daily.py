"""What calls cost day by day, with what was read from caches and what came of them: for a page."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ibis import _

from promptops.audit.days import Cached, Daily, Days, Key
from promptops.audit.questions.caching import Side, missed, saved
from promptops.audit.spending import folded, rates, spending
from promptops.audit.spent import Spending
from promptops.model.days import day_of
from promptops.warehouse.tables import CONTEXTS, PAID, SUMMED

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ibis.expr.types import Table

    from promptops.audit.question import Window
    from promptops.model.money import Rates
    from promptops.warehouse.warehouse import Warehouse

    Groups = Mapping[tuple[Any, ...], Spending]


def by_day(house: Warehouse, window: Window) -> Days:
    """Return what calls of a window add up to.

    Raises:
        LedgerError: The calls cannot be read.
    """
    # Calls may come meanwhile: what tells of them is read after them.
    calls = window.calls()
    sums_of, goods = list(house.rows(_sums(calls))), list(house.rows(_good(window.outcomes())))
    known, wanted = rates(house), ["context_id", *Key._fields, *PAID]
    contexts = {row[0]: row[1:] for row in house.rows(CONTEXTS[wanted])}
    size, groups = len(Key._fields), []
    sides: dict[tuple[int, bool], Side] = {}
    for context, day, reads, *sums in sums_of:
        told = contexts[context]
        key, paid = Key(*told[:size]), told[size:]
        groups.append((int(day), key, bool(reads), *paid, *sums))
        sides[context, bool(reads)] = _with(sides.get((context, bool(reads))), paid, reads, sums)
    good: dict[tuple[int, Key], dict[str, int]] = {}
    for context, day, kind, number in goods:
        of = good.setdefault((int(day), Key(*contexts[context][:size])), {})
        of[kind] = of.get(kind, 0) + int(number or 0)
    rows = tuple(_daily(folded(groups, 3, known), good))
    tenants = {key[0]: one for key, one in spending(house, ("tenant",), calls).items()}
    return Days(rows, tuple(_caches(sides, contexts, known)), tenants)


def _sums(calls: Table) -> Table:
    alike: Any = ["context_id", "day", "reads"]
    return (
        calls.mutate(reads=(calls.cache_read_tokens > 0).ifelse(1, 0))
        .group_by(alike)
        .agg(
            calls=_.count(),
            untold=_.count() - _.input_tokens.count(),
            **{name: _[name].sum() for name in SUMMED[2:]},
        )
    )


def _good(told: Table) -> Table:
    """Return good outcomes by context and day of the call that they came of, and by kind."""
    alike: Any = ["context_id", "day", "kind"]
    known = told.filter(told.good > 0, told.context_id.notnull())  # of a call that is recorded
    return known.group_by(alike).agg(number=_.count())


def _daily(found: Groups, good: Mapping[tuple[int, Key], Mapping[str, int]]) -> Iterable[Daily]:
    for day, key in sorted({(day, key) for day, key, _reads in found} | set(good), key=str):
        missing, reading = (found.get((day, key, reads), Spending()) for reads in (False, True))
        yield Daily(day_of(day), key, missing + reading, reading.calls, good.get((day, key), {}))


def _with(before: Side | None, paid: tuple[str | None, ...], reads: Any, sums: list[Any]) -> Side:
    """Return calls of a context on all days up to one."""
    own = dict(zip(SUMMED, (int(value or 0) for value in sums), strict=True))
    one = Side(
        bool(reads), paid, own["calls"] - own["untold"], own["input_tokens"],
        own["cache_read_tokens"], own["cache_write_tokens"], own["cache_write_long_tokens"],
    )  # fmt: skip
    if before is None:
        return one
    return Side(one.reads, paid, *(a + b for a, b in zip(before[2:], one[2:], strict=True)))


def _caches(
    sides: Mapping[tuple[int, bool], Side],
    contexts: Mapping[int, tuple[Any, ...]],
    known: dict[str, Rates],
) -> Iterable[Cached]:
    """Yield what caches did for each version, the dearest misses first."""
    pooled: dict[tuple[str | None, str | None, str], dict[tuple[Any, ...], Side]] = {}
    for (context, _reads), side in sides.items():
        key = Key(*contexts[context][: len(Key._fields)])
        of = pooled.setdefault((key.prompt, key.version, key.model), {})
        at = (side.reads, side.price)
        of[at] = Side(*at, *(
            a + b for a, b in zip(of[at][2:], side[2:], strict=True)
        )) if at in of else side  # fmt: skip
    found = [
        Cached(*key, saved(of.values(), known), missed(list(of.values()), known))
        for key, of in pooled.items()
    ]
    found.sort(key=lambda one: (-one.missed, -one.saved, str(one.prompt), str(one.version)))
    return found
