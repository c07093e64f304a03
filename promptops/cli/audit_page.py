"""What the pages of ``promptops audit --html`` and ``promptops serve`` are made of."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

from promptops.cli.audit_facts import facts
from promptops.cli.ledger_query import parse_day

if TYPE_CHECKING:
    from datetime import date

    from promptops.audit.days import Days
    from promptops.audit.facts import Facts
    from promptops.cli.audit_facts import Wanted
    from promptops.config import Project
    from promptops.costs.terms import Terms


def facts_and_days(
    here: Project, terms: Terms, wanted: Wanted, today: date
) -> tuple[Facts, tuple[str, ...], Days | None]:
    """Return what ``facts`` does, and what the calls add up to by day; None without recorded calls.

    The database is asked for both at once.

    Raises:
        UsageError: There is neither a call nor a prompt, or a word of the command line is wrong.
        LedgerError: The calls cannot be read.
    """
    from promptops.ledger.place import DEFAULT

    place = wanted.address or str(here.root / Path(DEFAULT))
    if wanted.address is None and not Path(place).is_file():
        return *facts(here, terms, wanted, today), None
    try:
        import promptops.audit.daily  # noqa: F401 - what it needs may not be installed
    except ModuleNotFoundError as error:
        if error.name is None or error.name.startswith("promptops"):
            raise
        return *facts(here, terms, wanted, today), None
    with ThreadPoolExecutor(1) as beside:
        asked = beside.submit(_days, place, wanted)
        found, notes = facts(here, terms, wanted, today)
        return found, notes, None if found.cells is None else asked.result()


def _days(place: str, wanted: Wanted) -> Days:
    from promptops.audit.daily import by_day
    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import opened

    window = Window(parse_day("--since", wanted.since), parse_day("--until", wanted.until))
    return by_day(opened(place), window)
