"""A file of outcomes: what came of calls or of sessions, a row or a JSON value each."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_files import documents
from promptops.caching.trace_readers.reader import Unread, moment
from promptops.intake.billing_values import dollars
from promptops.intake.calls import check, id_of
from promptops.intake.cells import time_of
from promptops.intake.left import Left
from promptops.intake.tables import Table, head_of, mapping, places
from promptops.recording.raw import RawOutcome
from promptops.recording.rows import outcome_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from promptops.model.calls import Outcome

KIND: Final = "outcomes"
# What a column or a key may be; the first two must be there, and a call or a session.
FIELDS: Final = ("at", "outcome", "call", "session", "good", "value", "id")
_YES: Final = frozenset(("1", "true", "yes", "good"))
_NO: Final = frozenset(("0", "false", "no", "bad"))


class Outcomes:
    """A file of outcomes; ``left`` tells of the rows that were left out.

    Args:
        path: CSV with a head, or JSON.
        given: ``FIELD=COLUMN`` for fields that a CSV has under other names.
        source: Whose ids of calls they tell: the kind of file that the calls came in with; None for
            calls that promptops recorded.
        csv: What the file is.

    Raises:
        UsageError: The mapping is wrong, or columns are not there.
    """

    kind = KIND

    def __init__(
        self, path: Path, given: tuple[str, ...] = (), source: str | None = None, *, csv: bool
    ) -> None:
        self.left = Left()
        self._path, self._source, self._csv = path, source, csv
        self._columns = mapping(given, FIELDS)
        if csv:
            self._places(head_of(path))

    def __iter__(self) -> Iterator[Outcome]:
        """Yield the outcomes in the order of the file.

        Raises:
            UsageError: The file cannot be read, or has not the columns.
        """
        self.left.clear()
        for number, told in self._rows() if self._csv else self._values():
            try:
                yield _outcome(told, self._source)
            except Unread as error:
                self.left.add(number, error)

    def _rows(self) -> Iterator[tuple[int, Mapping[str, Any]]]:
        with Table(self._path, self.left) as table:
            where = self._places(table.head)
            for number, row in table:
                yield number, {name: row[place] for name, place in where.items()}

    def _places(self, head: Sequence[str]) -> dict[str, int]:
        return places(self._path, head, self._columns, FIELDS, FIELDS[:2])

    def _values(self) -> Iterator[tuple[int, Any]]:
        return documents(self._path)


def fits(value: Any) -> bool:
    """Whether a JSON value is an outcome."""
    return isinstance(value, dict) and "outcome" in value and "at" in value


def fits_head(head: Iterable[str], given: tuple[str, ...] = ()) -> bool:
    """Whether a CSV with these columns is one of outcomes."""
    return "outcome" in head or any(one.startswith("outcome=") for one in given)


def _outcome(told: Any, source: str | None) -> Outcome:
    if not isinstance(told, dict):
        raise Unread("a row that is no outcome")
    kind, call, session, own = (_name(told, key) for key in ("outcome", "call", "session", "id"))
    if kind is None:
        raise Unread("outcome is missing")
    if call is not None and source is not None:
        call = id_of(source, call)
    when, value = told.get("at"), told.get("value")
    at = time_of(when) if isinstance(when, str) else moment(when, "at")
    good, worth = _good(told.get("good")), None if value in (None, "") else dollars(value)
    raw = RawOutcome(kind, at, call, session, good, worth, own)
    try:
        return outcome_of(raw)
    except ValueError:
        raise Unread("neither a call nor a session") from None


def _name(told: Mapping[str, Any], key: str) -> str | None:
    value = told.get(key)
    if value in (None, ""):
        return None
    if not isinstance(value, str):
        raise Unread(f"{key} is no text")
    check(None, (value,))
    return value


def _good(value: Any) -> bool:
    word = str(value).lower()
    if value in (None, "") or word in _YES:
        return True
    if word in _NO:
        return False
    raise Unread("good is neither true nor false")
