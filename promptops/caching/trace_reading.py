"""Files of recorded calls, of whatever kind, as calls one after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from promptops.caching.trace_files import documents
from promptops.caching.trace_readers.langfuse import LANGFUSE
from promptops.caching.trace_readers.litellm import LITELLM
from promptops.caching.trace_readers.otel import OTEL
from promptops.caching.trace_readers.own import OWN, counting
from promptops.caching.trace_readers.reader import Unread
from promptops.caching.trace_readers.responses import RESPONSES
from promptops.caching.traces import TraceError
from promptops.errors import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promptops.caching.trace_readers.reader import Reader
    from promptops.caching.traces import Recorded

# The most particular first: each is asked whether a file's first value is of its kind.
READERS: Final = {one.name: one for one in (OTEL, LITELLM, LANGFUSE, OWN, RESPONSES)}


@dataclass(slots=True)
class Unreadable:
    """How many rows were left out for one reason; the line of the first and what it said."""

    count: int
    line: int
    said: str


@dataclass(slots=True)
class Trace:
    """A file's calls. Iterating reads the file, and then the other fields tell of that reading.

    ``repeated`` calls had the id of an earlier one and were left out; ``unread`` are the rows that
    were no calls or could not be read, by reason. While it is read, ``line`` is where the last
    call stands.
    """

    path: Path
    reader: Reader
    read: int = 0
    repeated: int = 0
    line: int = 0
    unread: dict[str, Unreadable] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Recorded]:
        """Yield the calls in the order of the file.

        Raises:
            TraceError: The file cannot be read, or a line of our own kind is wrong.
        """
        self.read = self.repeated = 0
        self.unread = {}
        # 64 bits of an id are enough: two of a million ids are alike with a chance of 3 in 10^8.
        seen: set[int] = set()
        for number, value in documents(self.path):
            for row in self._rows(value, number):
                try:
                    call = self.reader.read(row)
                except Unread as error:
                    self._leave(error, number)
                    continue
                if call.id is not None:
                    key = hash(call.id)
                    if key in seen:
                        self.repeated += 1
                        continue
                    seen.add(key)
                self.read += 1
                self.line = number
                yield call

    def _rows(self, value: object, number: int) -> Iterator[object]:
        if self.reader.strict or self.reader.fits(value):
            yield from self.reader.rows(value)
        else:
            self._leave(Unread("a value of another kind"), number)

    def _leave(self, why: Unread, number: int) -> None:
        if self.reader.strict:
            raise TraceError(f"{self.path}:{number}: {why}")
        found = self.unread.setdefault(why.reason, Unreadable(0, number, str(why)))
        found.count += 1


def read_trace(
    path: Path | str,
    format: str | None = None,  # noqa: A002
    *,
    count: Callable[[str], int] | None = None,
    encodes: bool = False,
) -> Trace:
    """Return the calls that a file records, read as they are asked for.

    Args:
        path: JSON or JSON lines, may be compressed with gzip.
        format: A name of ``READERS``; without one the first value of the file tells it.
        count: Counts the tokens of texts that our own traces record without.
        encodes: It counts o200k_base, which calibrates counts.

    Raises:
        TraceError: The file cannot be read, or is of no known kind.
    """
    path = Path(path)
    reader = _sniffed(path) if format is None else READERS.get(format)
    if reader is None:
        known = ", ".join(READERS)
        raise TraceError(f"no format {format!r}{nearest(format or '', READERS)}: known are {known}")
    return Trace(
        path, counting(count, encodes=encodes) if reader is OWN and count is not None else reader
    )


def _sniffed(path: Path) -> Reader:
    found = next(documents(path), None)
    if found is None:
        raise TraceError(f"{path}: holds no calls; an empty file is no trace")
    for reader in READERS.values():
        if reader.fits(found[1]):
            return reader
    known = ", ".join(READERS)
    raise TraceError(f"{path}:{found[0]}: no kind of trace that is known: name one of {known}")
