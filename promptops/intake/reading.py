"""A file of recorded calls of any kind, as one thing that is read and then tells of the reading."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from promptops.caching.trace_reading import READERS, read_trace
from promptops.errors import UsageError
from promptops.intake import columns

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from promptops.caching.traces import Recorded

CSV: Final = "csv"
KINDS: Final = (*READERS, CSV)


class Reading(Protocol):
    """A file's calls; after iterating, the other fields tell of that reading."""

    @property
    def kind(self) -> str:
        """What kind of file it is."""

    @property
    def repeated(self) -> int:
        """How many calls had the id of an earlier one of the file, and were left out."""

    @property
    def left_out(self) -> Mapping[str, int]:
        """How many rows were left out, by why."""

    def __iter__(self) -> Iterator[Recorded]:
        """Yield the calls in the order of the file."""


def reading(path: Path, kind: str | None = None, given: tuple[str, ...] = ()) -> Reading:
    """Return a file's calls, read as they are asked for.

    Args:
        path: JSON, lines of JSON or CSV; may be compressed with gzip.
        kind: One of ``KINDS``; without, the file's name or first value tells.
        given: ``FIELD=COLUMN`` for fields that a CSV has under other names.

    Raises:
        UsageError: The file cannot be read, is of no known kind, or the mapping is wrong.
    """
    if kind == CSV or (kind is None and path.name.lower().removesuffix(".gz").endswith(".csv")):
        return _Csv(path, columns.mapping(given))
    if given:
        raise UsageError(f"--map names columns of CSV files, and {path} is none")
    return _Trace(path, kind)


class _Csv:
    kind = CSV
    repeated = 0

    def __init__(self, path: Path, mapping: Mapping[str, str]) -> None:
        self._path, self._mapping = path, mapping
        self.left_out: dict[str, int] = {}

    def __iter__(self) -> Iterator[Recorded]:
        self.left_out.clear()
        return columns.rows(self._path, self._mapping, self._leave)

    def _leave(self, _: int, why: str) -> None:
        self.left_out[why] = self.left_out.get(why, 0) + 1


class _Trace:
    def __init__(self, path: Path, kind: str | None) -> None:
        self._trace = read_trace(path, kind)
        self.kind = self._trace.reader.name

    def __iter__(self) -> Iterator[Recorded]:
        return iter(self._trace)

    @property
    def repeated(self) -> int:
        return self._trace.repeated

    @property
    def left_out(self) -> Mapping[str, int]:
        return {why: one.count for why, one in self._trace.unread.items()}
