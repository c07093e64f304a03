"""``promptops ledger outcome``."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import emit, project
from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.recording.raw import Told


@click.command("outcome")
@click.argument("kind")
@click.option("--call", metavar="ID", help="The id of the call that it came of.")
@click.option("--session", metavar="ID", help="The session that it came of.")
@click.option("--value", metavar="USD", help="What it is worth, such as 12.50.")
@click.option("--not", "bad", is_flag=True, help="It did not come about: not resolved.")
@click.option("--at", "when", metavar="TIME",
              help="When, such as 2026-11-03T14:05:00Z (UTC).  [default: now]")  # fmt: skip
@click.option("--id", "own", metavar="ID", help="Your own id of it: told twice, it is one.")
@click.option("--ledger", metavar="FILE", type=click.Path(path_type=Path, dir_okay=False),
              help="Where calls are kept.  [default: .promptops/ledger.db]")  # fmt: skip
def command(  # noqa: PLR0913 - one for each option
    *, kind: str, call: str | None, session: str | None, value: str | None, bad: bool,
    when: str | None, own: str | None, ledger: Path | None,
) -> None:  # fmt: skip
    """Say what came of a call or of a session: resolved, accepted, converted and so on.

    \b
    outcome resolved --session s-17 --value 12.50
    outcome accepted --not --call 019aa2c5f1d8… --at 2026-11-03T14:05:00Z

    The call need not be in the ledger yet.

    Exit codes: 0 written, 2 it cannot be.
    """  # noqa: D301 - \b is click's
    from promptops.ledger.call_store import CallStore
    from promptops.ledger.place import DEFAULT
    from promptops.recording.recording import outcome
    from promptops.recording.rows import outcome_of

    told: Told = {
        "call": call, "session": session, "good": not bad, "value": value, "id": own,
        "at": None if when is None else _moment(when),
    }  # fmt: skip
    try:
        row = outcome_of(outcome(kind, **told))
    except ValueError as error:
        raise UsageError(f"{error}") from None
    with CallStore.open(ledger or project().root / DEFAULT) as store:
        added = store.tell([row])
    emit("written" if added.new else "it is there already")


def _moment(text: str) -> datetime:
    """Return a moment.

    Raises:
        UsageError: The text names none.
    """
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise UsageError(f"--at {text!r}: write a time, such as 2026-11-03T14:05:00Z") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
