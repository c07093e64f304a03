"""``promptops ledger prune``."""

from __future__ import annotations

import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from promptops.cli.common import emit, project
from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS: Final = {
    "calls": "calls", "outcomes": "outcomes", "losses": "notes of losses",
    "billed": "sums of what was billed", "texts": "texts",
}  # fmt: skip


@click.command("prune")
@click.option("--before", metavar="DAY|DAYS",
              help="A day, such as 2026-08-01 (UTC), or an age, such as 90d.")  # fmt: skip
@click.option("--texts-before", metavar="DAY|DAYS",
              help="The same for texts of recorded calls alone, such as 7d.")  # fmt: skip
@click.option("--session", metavar="ID", help="All calls of a session, however old.")
@click.option("--tenant", metavar="ID", help="All calls of a tenant, however old.")
@click.option("--dry-run", is_flag=True, help="Only say how many rows are that old.")
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are kept.  [default: .promptops/ledger.db]")  # fmt: skip
def command(
    *, before: str | None, texts_before: str | None, session: str | None, tenant: str | None,
    dry_run: bool, ledger: Path | None,
) -> None:  # fmt: skip
    """Delete what is older: recorded calls with their texts and outcomes, evals and their answers.

    With --texts-before alone, calls stay and lose their texts. With --session or --tenant, its
    calls go with their texts and outcomes, and nothing else does. What is deleted is overwritten.
    An answer that a later run of an eval has used again stays.

    Exit codes: 0 deleted, 2 it cannot be.
    """
    from promptops.ledger.place import DEFAULT

    aged, whose = (before, texts_before) != (None, None), (session, tenant) != (None, None)
    if aged == whose:
        raise UsageError(
            "say what is to go: --before 90d or --texts-before 7d, or else --session or --tenant"
        )
    path = ledger or project().root / DEFAULT
    if not path.is_file():
        raise UsageError(f"{path}: no ledger is there")
    if aged:
        _prune(path, before, texts_before, dry_run=dry_run)
        return
    from promptops.ledger.call_pruning import forget, overwritten

    gone = forget(path, session=session, tenant=tenant, only_count=dry_run)
    if dry_run:
        emit(f"{_several(gone)} would go")
        return
    overwritten(path)
    emit(_deleted(gone, "nothing of it is there"))


def _prune(path: Path, before: str | None, texts_before: str | None, *, dry_run: bool) -> None:
    from promptops.ledger import Ledger
    from promptops.ledger.call_pruning import old, overwritten, prune

    now = time.time()
    limit = None if before is None else _moment("--before", before, now)
    texts = None if texts_before is None else _moment("--texts-before", texts_before, now)
    if dry_run:
        emit(f"{_several(old(path, limit, texts))} are older")
        return
    gone = prune(path, limit, texts)
    if limit is None:
        overwritten(path)
    else:
        with Ledger.open(path) as opened:
            gone |= opened.prune(limit)
    emit(_deleted(gone, "nothing is that old"))


def _several(rows: Mapping[str, int]) -> str:
    found = [f"{number:,} {_WORDS[name]}" for name, number in rows.items()]
    return f"{', '.join(found[:-1])} and {found[-1]}"


def _deleted(gone: Mapping[str, int], nothing: str) -> str:
    told = [f"{rows:,} {_WORDS.get(name, name)}" for name, rows in gone.items() if rows]
    return f"deleted: {', '.join(told)}" if told else nothing


def _moment(option: str, text: str, now: float) -> float:
    """Return the seconds since 1970 before which something is old.

    Raises:
        UsageError: The text names none.
    """
    number = text.removesuffix("d")
    if number != text and number.isdecimal():
        return now - int(number) * 86_400
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"{option} {text!r}: write a day, such as 2026-08-01, or 90d") from None
    return datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp()
