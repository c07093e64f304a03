"""A CSV file of calls by a mapping of its columns.

A million rows are read as fast as SQLite takes them. So what rows have in common is looked at once,
and a row becomes a call without a trace's ``Recorded`` between them.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING, Final

from promptops.caching.trace_readers.reader import Unread
from promptops.caching.traces import Extra, Recorded
from promptops.intake.calls import call_id, check, context_of, id_of
from promptops.intake.cells import count, seconds, time_of
from promptops.intake.tables import Table, places
from promptops.model.calls import Call
from promptops.model.days import SECONDS
from promptops.model.money import Usage
from promptops.recording.answers import finish_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from promptops.intake.left import Left
    from promptops.model.calls import Context
    from promptops.model.evaluation import Finish
    from promptops.model.money import Price

SOURCE: Final = "csv"
# What a column may mean; the first three must be there.
FIELDS: Final = (
    "at", "model", "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens",
    "cache_write_1h_tokens", "reasoning_tokens", "id", "prompt", "version", "session", "tenant",
    "feature", "user_segment", "model_served", "max_tokens", "finish", "latency", "batch",
)  # fmt: skip
_NEEDED: Final = FIELDS[:3]
_OWN: Final = ("at", *FIELDS[2:9], "session", "tenant", "finish", "latency")  # of each call
_COMMON: Final = tuple(name for name in FIELDS if name not in _OWN)
_YES: Final = frozenset(("1", "true", "yes", "batch"))


def look(path: Path, head: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return where in a row each field is.

    Raises:
        UsageError: A column that is named, or a field that is needed, is not there.
    """
    return places(path, head, columns, FIELDS, _NEEDED)


class Rows:
    """Makes calls of the rows of one file."""

    def __init__(
        self, where: Mapping[str, int], price: Callable[[str, float], Price | None]
    ) -> None:
        # What no column holds is in the empty cell that is added to each row.
        self._own = itemgetter(*(where.get(name, -1) for name in _OWN))
        self._common = itemgetter(*(where.get(name, -1) for name in _COMMON))
        self._price = price
        self._contexts: dict[tuple[str, ...], Context] = {}
        self._prices: dict[tuple[str, int], Price | None] = {}
        self._finishes: dict[str, Finish | None] = {"": None}

    def call(self, row: list[str]) -> Call:
        """Return the call of a row.

        Raises:
            Unread: A cell is not what its column says.
        """
        row.append("")
        when, plain, out, read, short, long, thought, name, session, tenant, finish, latency = (
            self._own(row)
        )
        common = self._common(row)
        context = self._contexts.get(common) or self._context(common)
        at = time_of(when)
        usage = price = None
        if plain:
            written = {}
            if short and (n := count("cache_write_tokens", short)):
                written["5m"] = n
            if long and (n := count("cache_write_1h_tokens", long)):
                written["1h"] = n
            usage = Usage(
                count("input_tokens", plain),
                count("output_tokens", out) if out else 0,
                count("cache_read_tokens", read) if read else 0,
                written,
            )
            price = self._paid(context.model, at)
        if len(session) + len(tenant) > 100:  # noqa: PLR2004 - most need no second look
            check(None, (session, tenant))
        if finish not in self._finishes:
            self._finishes[finish] = finish_of(finish)
        return Call(
            id_of(SOURCE, name) if name else _id(at, context, session, usage),
            at, context, usage, price, tenant or None, session or None,
            finish=self._finishes[finish],
            reasoning_tokens=count("reasoning_tokens", thought) if thought else None,
            latency=seconds(latency) if latency else None,
        )  # fmt: skip

    def _context(self, cells: tuple[str, ...]) -> Context:
        told = {name: cell or None for name, cell in zip(_COMMON, cells, strict=True)}
        prompt, version, most = told["prompt"], told["version"], told["max_tokens"]
        one = Recorded(
            0.0,
            prompt=f"{prompt}@{version}" if prompt and version else prompt,
            model=told["model"],
            batch=(told["batch"] or "").lower() in _YES or None,
        )
        extra = Extra(
            told["feature"], told["user_segment"], None, told["model_served"],
            count("max_tokens", most) if most else None,
        )  # fmt: skip
        found = context_of(one, extra, SOURCE)
        check(None, found)
        self._contexts[cells] = found
        return found

    def _paid(self, model: str, at: float) -> Price | None:
        day = (model, int(at // SECONDS))
        if day not in self._prices:
            self._prices[day] = self._price(model, at)
        return self._prices[day]


def calls(
    path: Path,
    columns: Mapping[str, str],
    left: Left,
    price: Callable[[str, float], Price | None],
) -> Iterator[Call]:
    """Yield the calls of a file.

    Raises:
        UsageError: The file cannot be read, or has not the columns.
    """
    with Table(path, left) as table:
        where = look(path, table.head, columns)
        make = Rows(where, price).call
        for number, row in table:
            try:
                yield make(row)
            except Unread as error:
                left.add(number, error)


def _id(at: float, context: Context, session: str, usage: Usage | None) -> str:
    version = context.version
    prompt = f"{context.prompt}@{version}" if context.prompt and version else context.prompt
    told = Recorded(at, prompt=prompt, model=context.model, session=session or None, usage=usage)
    return call_id(told, SOURCE)
