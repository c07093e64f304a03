"""Whether there is something else to read: a ledger's commits, a project's files."""

from __future__ import annotations

import os
import sqlite3
import time
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from promptops.errors import LedgerError
from promptops.ledger.place import Place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_AGE: Final = 60  # seconds that answers of a database elsewhere are kept


class LedgerStamp:
    """What becomes another value when anybody commits to a ledger's file, or puts another there.

    Its connection only reads, and stays open: SQLite tells it of others' commits.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._file: tuple[int, int] | None = None
        self._connection: sqlite3.Connection | None = None

    def __call__(self) -> object:
        """Return the value of now."""
        with self._lock:
            try:
                seen = self._path.stat()
                file = (seen.st_dev, seen.st_ino)
                if file != self._file or self._connection is None:
                    self._reopen(file)
                assert self._connection is not None  # noqa: S101 - it is open
                row = self._connection.execute("PRAGMA data_version").fetchone()
            except (OSError, sqlite3.Error, LedgerError) as error:
                return f"{error}"
            return (*file, row[0])

    def _reopen(self, file: tuple[int, int]) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        place = Place(str(self._path), self._path.absolute().as_uri(), self._path)
        self._connection = place.connect(write=False)
        self._file = file


def minutes() -> object:
    """Return what becomes another value each minute."""
    return int(time.time() // _AGE)


def files(roots: Iterable[Path]) -> object:
    """Return what becomes another value when a file, or one below a folder, changes."""
    return tuple(one for root in roots for one in _below(root))


def _below(root: Path) -> Iterator[tuple[str, int, int]]:
    if root.is_dir():
        for folder, _folders, names in os.walk(root):
            for name in names:
                yield from _one(Path(folder, name))
        return
    yield from _one(root)


def _one(path: Path) -> Iterator[tuple[str, int, int]]:
    try:
        seen = path.stat()
    except OSError:
        return
    yield str(path), seen.st_mtime_ns, seen.st_size
