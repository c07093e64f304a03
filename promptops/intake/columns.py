"""A CSV file of calls by a mapping of its columns."""

from __future__ import annotations

import csv
import gzip
import io
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_readers.reader import Unread, moment
from promptops.caching.traces import Extra, Recorded
from promptops.errors import UsageError, nearest
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

# What a column may mean; the first three must be there.
FIELDS: Final = (
    "at", "model", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
    "cache_write_1h_tokens", "reasoning_tokens", "id", "prompt", "version", "session", "tenant",
    "feature", "user_segment", "model_served", "max_tokens", "finish", "latency", "batch",
)  # fmt: skip
_NEEDED: Final = FIELDS[:3]
_COUNTS: Final = frozenset(name for name in FIELDS if name.endswith("tokens"))
_YES: Final = frozenset(("1", "true", "yes", "batch"))


def mapping(given: tuple[str, ...]) -> dict[str, str]:
    """Return which column each field is in, of texts such as ``at=created_at``.

    Raises:
        UsageError: One is no such text, or its field is not known.
    """
    found = {}
    for text in given:
        name, equals, column = text.partition("=")
        if not equals or not column:
            raise UsageError(f"--map {text!r}: write FIELD=COLUMN, such as at=created_at")
        if name not in FIELDS:
            known = ", ".join(FIELDS)
            raise UsageError(f"--map {text!r}: no field {name!r}{nearest(name, FIELDS)}: {known}")
        found[name] = column
    return found


def rows(
    path: Path, columns: Mapping[str, str], unread: Callable[[int, str], None]
) -> Iterator[Recorded]:
    """Yield the calls of a file; fields without a mapping are the columns of their names.

    Args:
        path: CSV with a head; may be compressed with gzip.
        columns: The column of each field that is named otherwise.
        unread: Told of the line of a row that cannot be read, and why.

    Raises:
        UsageError: The file cannot be read, or has not the columns.
    """
    with _lines(path) as lines:
        reader = csv.reader(lines)
        head = next(reader, [])
        places = {
            name: head.index(columns.get(name, name))
            for name in FIELDS
            if columns.get(name, name) in head
        }
        missing = [columns[name] for name in columns if name not in places]
        missing += [name for name in _NEEDED if name not in places and name not in columns]
        if missing:
            told = f"no column {missing[0]!r}{nearest(missing[0], head)}"
            raise UsageError(f"{path}: {told}: it has {', '.join(head) or 'none'}")
        last = max(places.values())
        for row in reader:
            if not row:
                continue
            if len(row) <= last:
                unread(reader.line_num, "a row with too few cells")
                continue
            try:
                yield _call({name: row[place] for name, place in places.items()})
            except Unread as error:
                unread(reader.line_num, error.reason)


def _call(told: Mapping[str, str]) -> Recorded:
    counts = {name: _count(name, told[name]) for name in _COUNTS if told.get(name)}

    def get(name: str) -> str | None:
        return told.get(name) or None

    prompt, version = get("prompt"), get("version")
    latency = get("latency")
    return Recorded(
        _time(told["at"]),
        id=get("id"),
        prompt=f"{prompt}@{version}" if prompt and version else prompt,
        model=get("model"),
        session=get("session"),
        usage=_usage(counts),
        reasoning=counts.get("reasoning_tokens"),
        batch=(told.get("batch") or "").lower() in _YES or None,
        extra=Extra(
            get("feature"), get("user_segment"), get("tenant"), get("model_served"),
            counts.get("max_tokens"), get("finish"), _number(latency) if latency else None,
        ),
    )  # fmt: skip


def _usage(counts: Mapping[str, int]) -> Usage | None:
    if "input_tokens" not in counts:
        return None
    written = (("5m", "cache_write_tokens"), ("1h", "cache_write_1h_tokens"))
    return Usage(
        counts["input_tokens"],
        counts.get("output_tokens", 0),
        counts.get("cache_read_tokens", 0),
        {ttl: n for ttl, name in written if (n := counts.get(name))},
    )


def _count(name: str, text: str) -> int:
    if text.isascii() and text.isdigit():
        return int(text)
    raise Unread(f"{name} is no count")


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise Unread("latency is no number of seconds") from None


def _time(text: str) -> float:
    try:
        return moment(float(text), "at")
    except ValueError:
        pass
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Unread("at is no time") from None
    return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


@contextmanager
def _lines(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as raw:
            packed = raw.peek(2)[:2] == b"\x1f\x8b"
            data: Any = gzip.GzipFile(fileobj=raw) if packed else raw
            with io.TextIOWrapper(data, "utf-8-sig", newline="") as lines:
                yield lines
    except (OSError, UnicodeDecodeError, EOFError, csv.Error) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from error
