"""How much of what vendors billed is in recorded calls."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.audit.coverage import by_vendor, coverage
from promptops.audit.question import Answer, Column, Question
from promptops.audit.questions.costs import unknown
from promptops.audit.spent import NOTHING
from promptops.audit.words import dollars, share
from promptops.model.days import day_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.audit.coverage import Covered
    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_TOLD: Final = "How much of what vendors billed is in recorded calls, by model and day."
_NONE: Final = (
    "no vendor's report is in the ledger for these days: `promptops ledger import` takes them in"
)
_COLUMNS: Final = (
    Column("vendor", "text", "vendor"), Column("model", "text", "model"),
    Column("day", "day", "day"), Column("billed_tokens", "tokens", "tokens"),
    Column("tokens", "tokens", "recorded"), Column("billed_usd", "usd", "billed"),
    Column("usd", "usd", "recorded"), Column("share", "share", "share"),
    Column("missing_usd", "usd", "missing"),
)  # fmt: skip


def _ask(house: Warehouse, window: Window) -> Answer:
    found = coverage(house, window)
    rows = sorted(map(_row, found.rows), key=lambda row: (-(row[-1] or 0), str(row[:3])))
    notes = [*said(found.rows)]
    if not rows:
        notes.append(_NONE)
    elif found.outside:
        notes.append(
            f"{found.outside:,} recorded calls are of vendors or days of which no report is there"
        )
    notes += unknown([found.compared])
    return Answer("coverage", _TOLD, _COLUMNS, tuple(rows), tuple(notes))


def _row(one: Covered) -> tuple[Any, ...]:
    """Return a row; the share is of dollars where a report of them is there, else of tokens."""
    part: Any = one.tokens / one.billed_tokens if one.billed_tokens else None
    missing = None
    if one.billed_usd is not None:
        part = one.usd / one.billed_usd if one.billed_usd else None
        missing = one.billed_usd - one.usd
    figures = (one.billed_tokens, one.tokens, one.billed_usd, one.usd, part, missing)
    return (one.vendor, one.model, day_of(one.day), *figures)


def said(rows: Sequence[Covered]) -> Iterator[str]:
    """Yield of each vendor, in a sentence, how much of its bill no recorded call accounts for.

    Dollars are compared where a report of them is there, else tokens.
    """
    for vendor, of in by_vendor(rows):
        paid = [one for one in of if one.billed_usd is not None]
        used = paid or of
        first, last = day_of(min(one.day for one in used)), day_of(max(one.day for one in used))
        when = f"on {first}" if first == last else f"from {first} to {last}"
        if paid:
            theirs = sum((one.billed_usd or NOTHING for one in paid), NOTHING)
            missing = theirs - sum((one.usd for one in paid), NOTHING)
            figures, doubt = (dollars(abs(missing)), dollars(theirs)), "do other prices hold?"
        else:
            theirs = Decimal(sum(one.billed_tokens or 0 for one in of))
            missing = theirs - sum(one.tokens for one in of)
            figures, doubt = (f"{abs(missing):,} tokens", f"{theirs:,}"), "is the report whole?"
        if missing < 0:
            told = f"come to {figures[0]} more than the {figures[1]} that it billed {when}"
            yield f"recorded calls of {vendor} {told}: {doubt}"
        else:
            part = share(missing, theirs)
            told = f"is in no recorded call: {' of '.join(figures)}"
            yield f"{part} of what {vendor} billed {when} {told}"


def notes(house: Warehouse, window: Window) -> tuple[str, ...]:
    """Return the sentences for a report on other things; none where nothing is to be compared.

    A copy of a ledger that is older than these reports has none.
    """
    from promptops.errors import LedgerError

    billed = window.billed()
    try:
        ((buckets,),) = house.rows(billed.agg(buckets=billed.count()))
        return tuple(said(coverage(house, window).rows)) if buckets else ()
    except LedgerError:
        return ()


QUESTIONS: Final = (Question("coverage", _TOLD, _ask),)
