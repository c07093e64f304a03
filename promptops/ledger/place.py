"""Where a ledger is, and connections to it."""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing, contextmanager, suppress
from itertools import count
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from promptops.errors import LedgerError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER: Final = ".promptops"
DEFAULT: Final = f"{FOLDER}/ledger.db"  # below a project's root
_IGNORED: Final = "# Answers of models are in here; promptops wrote this file.\n*\n"
_MEMORIES: Final = count()
_OF_PARENTS: Final[list[list[sqlite3.Connection]]] = []
_TRIES: Final = 50
_PAUSE: Final = 0.02  # seconds


@dataclass(frozen=True, slots=True)
class Place:
    """The address of a database, and how many seconds to wait while others write to it."""

    name: str  # as shown
    uri: str
    path: Path | None = None  # None: in memory
    busy: float = 30.0

    @classmethod
    def memory(cls) -> Place:
        """Return a place in memory that goes with its last connection."""
        name = f"/promptops-{os.getpid()}-{next(_MEMORIES)}"
        return cls("in memory", f"file:{name}?vfs=memdb")

    @classmethod
    def file(cls, path: Path, busy: float) -> Place:
        """Return the place of a file, which is made where it is missing, readable by its owner."""
        path = path.absolute()
        with suppress(OSError):
            _make(path)
        return cls(str(path), path.as_uri(), path, busy)

    def attached(self) -> str:
        """Return the address for a connection to another place."""
        if self.path is None:
            return self.uri
        # Unless it is named, a file would be looked for in the memory that the other may be in.
        uri = f"{self.uri}?vfs={'win32' if os.name == 'nt' else 'unix'}"
        return f"{uri}&immutable=1" if self._cannot_change() else uri

    def connect(self, *, write: bool = True) -> sqlite3.Connection:
        """Return a connection of its own, in autocommit mode.

        Raises:
            LedgerError: The file cannot be opened, or is no database.
        """
        with told(self.name):
            try:
                return self._connect(self.uri, write=write)
            except sqlite3.OperationalError:
                if write or not self._cannot_change():
                    raise
                return self._connect(f"{self.uri}?immutable=1", write=False)

    def _connect(self, uri: str, *, write: bool) -> sqlite3.Connection:
        connection = sqlite3.connect(
            uri, uri=True, timeout=self.busy, isolation_level=None, check_same_thread=False
        )
        try:
            if write and self.path is not None:
                _journal(connection, self.busy)
                connection.execute("PRAGMA synchronous = NORMAL")
            elif not write:
                connection.execute("PRAGMA query_only = ON")
                connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
        return connection

    def _cannot_change(self) -> bool:
        # SQLite needs two files beside the ledger, unless it may believe that nobody writes to it.
        path = self.path
        return (
            path is not None
            and path.is_file()
            and not os.access(path.parent, os.W_OK)
            and not Path(f"{path}-wal").exists()
        )

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection on which everything is written or nothing."""
        with closing(self.connect()) as connection, told(self.name), writing(connection):
            yield connection


@contextmanager
def writing(connection: sqlite3.Connection) -> Iterator[None]:
    """Commit what is done on a connection meanwhile, or nothing of it."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@contextmanager
def told(name: str) -> Iterator[None]:
    """Turn what SQLite reports into a sentence that names the ledger."""
    try:
        yield
    except sqlite3.Error as error:
        raise LedgerError(f"ledger {name}: {error}") from error


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    ignored = path.parent / ".gitignore"
    if path.parent.name == FOLDER and not ignored.exists():
        ignored.write_text(_IGNORED, "utf-8")
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def _journal(connection: sqlite3.Connection, busy: float) -> None:
    # Whoever is second to change the mode of a new file is refused at once, however long it would
    # wait; by then the first has changed it.
    ends = time.monotonic() + min(busy, _TRIES * _PAUSE)
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > ends:
                raise
            time.sleep(_PAUSE)
        else:
            return


class Readers:
    """Connections for reading; each is used by one thread at a time and kept for the next."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._idle: list[sqlite3.Connection] = []
        self._lock = Lock()
        self._pid = os.getpid()

    @contextmanager
    def one(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection that nobody else uses meanwhile."""
        connection = self._take()
        try:
            with told(self._place.name):
                yield connection
        finally:
            with self._lock:
                self._idle.append(connection)

    def _take(self) -> sqlite3.Connection:
        with self._lock:
            if self._pid != os.getpid():
                # A child of a fork may neither use nor close what its parent opened.
                _OF_PARENTS.append(self._idle)
                self._idle, self._pid = [], os.getpid()
            if self._idle:
                return self._idle.pop()
        return self._place.connect(write=False)

    def close(self) -> None:
        """Close what is idle."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()
