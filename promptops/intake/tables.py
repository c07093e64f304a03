"""CSV files, also compressed with gzip: a head, and rows with the numbers of their lines."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final, Self

from promptops.caching.trace_files import LARGEST
from promptops.caching.trace_readers.reader import Unread
from promptops.errors import UsageError, nearest
from promptops.intake.left import Left

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_GZIP: Final = b"\x1f\x8b"
_FEW: Final = Unread("a row with too few cells")
_WRONG: Final = (OSError, UnicodeDecodeError, EOFError, zlib.error, csv.Error)


class Table:
    """A CSV file that is open; iterating yields the line in which a row ends, and its cells.

    A byte order mark, and line ends of any kind, are no part of it. Rows that have fewer cells than
    the head are left out, as the last of a file that was cut off is.

    Raises:
        UsageError: The file cannot be read, or a cell is larger than 64 MiB.
    """

    def __init__(self, path: Path, left: Left) -> None:
        self._path, self._left = path, left
        self._open = ExitStack()
        self.head: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        """Open the file and read its head."""
        csv.field_size_limit(LARGEST)  # of the process; a prompt may be in a cell
        try:
            raw = self._open.enter_context(self._path.open("rb"))
            packed = raw.peek(2)[:2] == _GZIP
            data: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            lines = self._open.enter_context(io.TextIOWrapper(data, "utf-8-sig", newline=""))
            self._rows = csv.reader(lines)
            self.head = tuple(next(self._rows, ()))
        except _WRONG as error:
            self._open.close()
            raise self._told(error) from error
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        self._open.close()

    def __iter__(self) -> Iterator[tuple[int, list[str]]]:
        """Yield rows."""
        rows, size = self._rows, len(self.head)
        try:
            for row in rows:
                if len(row) >= size:
                    yield rows.line_num, row
                elif row:
                    self._left.add(rows.line_num, _FEW)
        except _WRONG as error:
            raise self._told(error) from error

    def _told(self, error: Exception) -> UsageError:
        where = f"{self._path}:{self._rows.line_num}" if self.head else f"{self._path}"
        return UsageError(f"{where}: cannot be read: {error}")


def head_of(path: Path) -> tuple[str, ...]:
    """Return the columns of a CSV file.

    Raises:
        UsageError: The file cannot be read.
    """
    with Table(path, Left()) as table:
        return table.head


def mapping(given: tuple[str, ...], fields: Sequence[str]) -> dict[str, str]:
    """Return which column each field is in, of texts such as ``at=created_at``.

    Raises:
        UsageError: One is no such text, its field is not known, or is named twice.
    """
    found: dict[str, str] = {}
    for text in given:
        name, equals, column = text.partition("=")
        if not equals or not column:
            raise UsageError(f"--map {text!r}: write FIELD=COLUMN, such as at=created_at")
        if name not in fields:
            known = ", ".join(fields)
            raise UsageError(f"--map {text!r}: no field {name!r}{nearest(name, fields)}: {known}")
        if name in found:
            raise UsageError(f"--map {text!r}: {name} is in column {found[name]!r} already")
        found[name] = column
    return found


def places(
    path: Path, head: Sequence[str], columns: Mapping[str, str], fields: Sequence[str],
    needed: Sequence[str],
) -> dict[str, int]:  # fmt: skip
    """Return where in a row each field is; those without a mapping are where their names are.

    Raises:
        UsageError: A column that is named, or a field that is needed, is not there.
    """
    found = {
        name: head.index(columns.get(name, name))
        for name in fields
        if columns.get(name, name) in head
    }
    missing = [columns[name] for name in columns if name not in found]
    missing += [name for name in needed if name not in found and name not in columns]
    if missing:
        told = f"no column {missing[0]!r}{nearest(missing[0], head)}"
        raise UsageError(f"{path}: {told}: it has {', '.join(head) or 'none'}")
    return found
