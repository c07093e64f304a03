"""What ``promptops serve`` makes its pages of: the project's prompts and its ledger."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from promptops.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promptops.audit.days import Days
    from promptops.audit.report import Audit
    from promptops.config import Project
    from promptops.evals.listed import Listed
    from promptops.ledger import Ledger
    from promptops.serving.site import Site


def site(here: Project, address: str | None) -> Site:
    """Return the pages of a project."""
    from promptops.ledger.place import DEFAULT
    from promptops.serving.keeping import Keeping
    from promptops.serving.site import Site, Sources

    own = here.root / Path(DEFAULT)
    sources = Sources(
        address or str(own), partial(_audit, here, address), partial(_runs, own),
        partial(_run, here, own),
    )  # fmt: skip
    return Site(sources, Keeping(_stamp(here, own, address)))


def _stamp(here: Project, own: Path, address: str | None) -> Callable[[], object]:
    """Return what tells whether calls, runs or prompts are others, or the day is."""
    from datetime import UTC, datetime

    from promptops.pricing.lock import LOCK
    from promptops.serving.stamps import LedgerStamp, files, minutes
    from promptops.warehouse.warehouse import is_postgres

    ledgers = [LedgerStamp(own)]
    folders = [here.root / one for one in (here.config.folder, "evals", "promptops.toml",
               "pyproject.toml", here.config.cost.usage, LOCK, here.config.cache_rules)
               if one is not None]  # fmt: skip
    if address is not None and Path(address).is_dir():
        folders.append(Path(address))
    elif address is not None and not is_postgres(address):
        ledgers.append(LedgerStamp(Path(address)))
    distant = address is not None and is_postgres(address)

    def stamp() -> object:
        return (
            *(one() for one in ledgers), files(folders), datetime.now(UTC).date(),
            minutes() if distant else None,
        )  # fmt: skip

    return stamp


def _audit(
    here: Project, address: str | None, given: Mapping[str, str]
) -> tuple[Audit, Days | None]:
    from datetime import UTC, datetime

    from promptops.audit.report import audited
    from promptops.cli.audit_facts import Wanted
    from promptops.cli.audit_page import facts_and_days
    from promptops.cli.diff_cost_terms import Given, terms
    from promptops.config import find_project

    here = find_project(here.root)  # its settings may be others by now
    today = datetime.now(UTC).date()
    wanted = Wanted(address, given.get("since"), given.get("until"), "auto")
    found, notes, days = facts_and_days(here, terms(here, Given(), today), wanted, today)
    return audited(found, notes), days


def _read(path: Path) -> Ledger:
    """Return the ledger as it stands; unlike others, a server brings none to a newer schema.

    Raises:
        LedgerError: It is of another promptops, or cannot be read.
    """
    from contextlib import closing

    from promptops.ledger import Ledger, schema
    from promptops.ledger.place import Place, told

    if not path.exists():
        return Ledger.memory()
    place = Place(str(path), path.absolute().as_uri(), path)
    with closing(place.connect(write=False)) as connection, told(place.name):
        newest = schema.taken(connection) == schema.NEWEST
    if not newest:
        asked = "a command that writes to it, such as `promptops eval`, brings it up to date"
        raise LedgerError(f"ledger {path} was made by another promptops: {asked}")
    return Ledger(place)


def _runs(path: Path) -> Sequence[Listed]:
    from promptops.evals.listed import listed

    with _read(path) as rows:
        return listed(rows, most=100)


def _run(here: Project, path: Path, name: str) -> str:
    from promptops.cli.eval_common import setting_of
    from promptops.cli.eval_runs import parts_of_run
    from promptops.evals.shown import shown
    from promptops.reporters import eval_html

    with _read(path) as rows:
        return eval_html.report(
            shown(parts_of_run(here, rows, name), setting_of(here, rows)).report
        )
