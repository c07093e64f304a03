"""How much of what vendors billed is in recorded calls, by vendor, model and day.

Both sides are sums of the same days of UTC. Where a day was exported several times, grouped by
other things, one export counts: of those that tell as much as any, the one that tells most finely.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ibis import _

from promptops.audit.spending import spending
from promptops.audit.spent import NOTHING, Spending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

ALL_MODELS: Final = "all models"  # of a report that is not grouped by model
_TOKENS: Final = (
    "input_tokens", "cache_read_tokens", "cache_write_tokens", "cache_write_long_tokens",
    "output_tokens",
)  # fmt: skip
_AS_MUCH: Final = Decimal("0.99")  # console exports round to cents
_SNAPSHOT: Final = re.compile(r"-(?:\d{8}|\d{4}-\d\d-\d\d|latest)$")

Key = tuple[str, str | None, int]  # vendor, model, day


class Covered(NamedTuple):
    """What a vendor billed for a model on a day, and what recorded calls come to.

    ``model`` is None for what no model was billed for, such as searches. A figure of the bill is
    None where no such report is there.
    """

    vendor: str
    model: str | None
    day: int
    billed_tokens: int | None
    tokens: int
    billed_usd: Decimal | None
    usd: Decimal


class Coverage(NamedTuple):
    """Rows, and what of the recorded calls they compare and leave out."""

    rows: tuple[Covered, ...]
    compared: Spending
    outside: int  # calls of vendors or days of which no report is there


class _Told(NamedTuple):
    """What one export says of a day."""

    by_model: bool
    figures: Mapping[str | None, Decimal]


def coverage(house: Warehouse, window: Window) -> Coverage:
    """Return what is recorded beside what was billed.

    Raises:
        LedgerError: It cannot be asked.
    """
    bills = _bills(house, window)
    recorded, outside = _recorded(house, window, bills)
    rows: dict[Key, dict[str, Any]] = {}
    for (vendor, report, day), told in bills.items():
        for model, figure in told.figures.items():
            name = model if told.by_model else ALL_MODELS
            rows.setdefault((vendor, name, day), {})[report] = figure
        if told.by_model:  # calls of models that were not billed are told, too
            for model in recorded.get((vendor, day), {}):
                rows.setdefault((vendor, model, day), {}).setdefault(report, NOTHING)
    compared = sum((one for of in recorded.values() for one in of.values()), Spending())
    found = tuple(_covered(key, told, recorded) for key, told in rows.items())
    return Coverage(found, compared, outside)


def _covered(
    key: Key, told: Mapping[str, Any], recorded: Mapping[tuple[str, int], Mapping[str, Spending]]
) -> Covered:
    vendor, model, day = key
    calls = recorded.get((vendor, day), {})
    if model == ALL_MODELS:
        ours = sum(calls.values(), Spending())
    else:
        ours = calls.get(model or "", Spending())
    tokens = told.get("usage")
    return Covered(
        vendor, model, day, None if tokens is None else int(tokens),
        ours.prompt_tokens + ours.output_tokens, told.get("cost"), ours.usd,
    )  # fmt: skip


def _bills(house: Warehouse, window: Window) -> dict[tuple[str, str, int], _Told]:
    """Return what vendors say of each day, by vendor, report and day."""
    found: dict[tuple[str, str, int], dict[str, dict[str | None, Decimal]]] = {}
    asked = window.billed().group_by("vendor", "report", "grouping", "day", "model", "usd")
    query = asked.agg(buckets=_.count(), **{name: _[name].sum() for name in _TOKENS})
    for vendor, report, grouping, day, model, usd, buckets, *tokens in house.rows(query):
        figures = found.setdefault((vendor, report, int(day)), {}).setdefault(grouping, {})
        name = None if model is None else plain_name(model)
        figure = Decimal(sum(int(one or 0) for one in tokens))
        if usd is not None:
            figure = Decimal(usd) * int(buckets)
        figures[name] = figures.get(name, NOTHING) + figure
    return {key: _finest(exports) for key, exports in found.items()}


def _finest(exports: Mapping[str, Mapping[str | None, Decimal]]) -> _Told:
    totals = {grouping: sum(of.values(), NOTHING) for grouping, of in exports.items()}
    enough = max(totals.values()) * _AS_MUCH

    def order(grouping: str) -> tuple[Any, ...]:
        form, _width, *by = grouping.split()
        told = totals[grouping]
        return told >= enough, "model" in by, form == "api", told, len(by), grouping

    best = max(exports, key=order)
    return _Told("model" in best.split(), exports[best])


def _recorded(
    house: Warehouse, window: Window, bills: Iterable[tuple[str, str, int]]
) -> tuple[dict[tuple[str, int], dict[str, Spending]], int]:
    """Return the calls of billed days, by vendor and day, then by model, and how many others."""
    keys = {(vendor, day) for vendor, _report, day in bills}
    found: dict[tuple[str, int], dict[str, Spending]] = {}
    outside = 0
    spent = spending(house, ("model", "model_served", "day"), window.calls())
    for (asked, served, day), one in spent.items():
        vendor, name = named(asked, served)
        if (vendor, int(day)) not in keys:
            outside += one.calls
            continue
        models = found.setdefault((vendor, int(day)), {})
        models[name] = models.get(name, Spending()) + one
    return found, outside


def named(model: str, served: str | None = None) -> tuple[str, str]:
    """Return the vendor that bills a call, and its model's plain name."""
    vendor, colon, name = model.partition(":")
    if not colon:
        vendor, name = "", model
    plain = plain_name(served or name)
    return vendor or _maker(plain), plain


def _maker(name: str) -> str:
    """Return the vendor of a model that is named without one; nothing where it is not known."""
    made = (("claude-", "anthropic"), ("gpt-", "openai"), ("chatgpt-", "openai"))
    return next((vendor for start, vendor in made if name.startswith(start)), "")


def plain_name(model: str) -> str:
    """Return a model's name without the day of its snapshot: bills have it, and calls may not."""
    return _SNAPSHOT.sub("", model.lower())


def by_vendor(rows: Iterable[Covered]) -> Iterator[tuple[str, list[Covered]]]:
    """Yield the vendors in the order of the alphabet, each with its rows."""
    found: dict[str, list[Covered]] = {}
    for one in rows:
        found.setdefault(one.vendor, []).append(one)
    yield from sorted(found.items())
