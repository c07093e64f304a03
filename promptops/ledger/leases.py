"""One live process for a run: a lease that says who it is, and that it lives."""

from __future__ import annotations

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from promptops.errors import LedgerError

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable

    from promptops.ledger.place import Place

STALE: Final = 60.0  # seconds without a heartbeat

_WRITE: Final = """
INSERT INTO leases (run_id, holder, host, pid, heartbeat, since) VALUES (?, ?, ?, ?, ?, ?)
ON CONFLICT (run_id) DO UPDATE SET
  holder = excluded.holder, host = excluded.host, pid = excluded.pid,
  heartbeat = excluded.heartbeat, since = excluded.since
"""


class TakenOver(LedgerError):
    """Another process has taken a run over."""

    def __init__(self, run_id: str) -> None:
        super().__init__(f"run {run_id} was taken over by another process")


class Lease:
    """The right to go on with a run, until it is released or a minute passes without ``beat``."""

    def __init__(self, place: Place, run_id: str, clock: Callable[[], float]) -> None:
        """Take the lease.

        Raises:
            LedgerError: A live process has it.
        """
        self.run_id = run_id
        self._place = place
        self._clock = clock
        self._holder = os.urandom(8).hex()
        host, now = this_host(), clock()
        with place.transaction() as connection:
            if holder := live_holder(connection, run_id, now):
                raise LedgerError(f"run {run_id} is under way: {holder}")
            connection.execute(_WRITE, (run_id, self._holder, host, os.getpid(), now, now))

    def beat(self) -> None:
        """Say that the process lives; due well within a minute.

        Raises:
            TakenOver: Another process has the run now: stop, and send no more.
        """
        with self._place.transaction() as connection:
            done = connection.execute(
                "UPDATE leases SET heartbeat = ? WHERE run_id = ? AND holder = ?",
                (self._clock(), self.run_id, self._holder),
            )
            if not done.rowcount:
                raise TakenOver(self.run_id)

    def mark_lost(self) -> int:
        """Mark the run's calls in flight as lost, but those of batches; returns how many."""
        with self._place.transaction() as connection:
            self._still_mine(connection)
            done = connection.execute(
                """INSERT INTO lost (run_id, attempt_id)
                SELECT run_id, attempt_id FROM intents
                WHERE run_id = ? AND batch_id IS NULL
                  AND attempt_id NOT IN (SELECT attempt_id FROM results)
                ON CONFLICT DO NOTHING""",
                (self.run_id,),
            )
            return done.rowcount

    def release(self) -> None:
        """Let the run go; nothing happens where it was taken over."""
        with self._place.transaction() as connection:
            connection.execute(
                "DELETE FROM leases WHERE run_id = ? AND holder = ?", (self.run_id, self._holder)
            )

    def _still_mine(self, connection: sqlite3.Connection) -> None:
        query = "SELECT 1 FROM leases WHERE run_id = ? AND holder = ?"
        if connection.execute(query, (self.run_id, self._holder)).fetchone() is None:
            raise TakenOver(self.run_id)

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Release it."""
        self.release()


def live_holder(connection: sqlite3.Connection, run_id: str, now: float) -> str:
    """Return in words who holds a run, or "" where nobody lives who does."""
    query = "SELECT host, pid, heartbeat, coalesce(since, heartbeat) FROM leases WHERE run_id = ?"
    found = connection.execute(query, (run_id,)).fetchone()
    if found is None:
        return ""
    host, pid, heartbeat, since = found
    # A heartbeat of the future is of a clock that was put back since, or of another one.
    if abs(now - heartbeat) > STALE or (host == this_host() and _is_gone(pid)):
        return ""
    begun = datetime.fromtimestamp(since, UTC).strftime("%Y-%m-%d %H:%M:%S")
    seen = f"{max(now - heartbeat, 0):.0f} s ago"
    return f"process {pid} on {host.partition(' ')[0]}, since {begun} UTC, last seen {seen}"


def this_host() -> str:
    """Return this machine's name and what tells its process ids from those of a container."""
    import platform

    parts = [platform.node() or "unknown"]
    with suppress(OSError):
        parts.append(Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip())
        parts.append(str(Path("/proc/self/ns/pid").stat().st_ino))
    return " ".join(parts)


def _is_gone(pid: int) -> bool:
    if os.name != "posix":  # elsewhere asking may end the process
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False
