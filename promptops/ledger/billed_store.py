"""What vendors billed, kept in the ledger's file beside recorded calls."""

from __future__ import annotations

from contextlib import closing
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import LedgerError
from promptops.ledger import schema
from promptops.ledger.billed_tables import BILLED_COLUMNS, OF
from promptops.ledger.place import Place, told, writing
from promptops.ledger.rows import canonical
from promptops.ledger.tables import plain
from promptops.model.days import SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from promptops.ledger.tables import Columns
    from promptops.model.billed import Billed
    from promptops.model.money import Usage

_LIFETIMES: Final = ("5m", "30m", "1h", "12h")  # the shorter first
_FIGURES: Final = BILLED_COLUMNS[BILLED_COLUMNS.index("item") + 1 :]
_NAMES: Final = ",".join(f'"{name}"' for name in BILLED_COLUMNS)
_PUT: Final = (
    f"INSERT INTO billed ({_NAMES}) VALUES ({','.join('?' * len(BILLED_COLUMNS))})"  # noqa: S608
    f" ON CONFLICT DO UPDATE SET {','.join(f'{name} = excluded.{name}' for name in _FIGURES)}"
    f" WHERE {' OR '.join(f'{name} IS NOT excluded.{name}' for name in _FIGURES)}"
)


class Changes(NamedTuple):
    """How many buckets were new, had other figures than now, and were there already."""

    new: int
    changed: int
    known: int


def bill(path: Path, pages: Iterable[Iterable[Billed]], *, busy: float = 30.0) -> Changes:
    """Put buckets into the ledger of a path, which is made where it is missing: all, or none.

    Figures of a bucket that is there already are replaced: vendors count up for a while.

    Raises:
        LedgerError: It cannot be written, or a number has more than 63 bits.
    """
    place = Place.file(path, busy)
    told_rows = [columns(one) for page in pages for one in page]
    with closing(place.connect()) as connection, told(place.name):
        if schema.taken(connection) != schema.NEWEST:
            schema.migrate(connection)
        with writing(connection):
            ((before,),) = connection.execute("SELECT count(*) FROM billed")
            done = connection.total_changes
            try:
                connection.executemany(_PUT, told_rows)
            except OverflowError:
                raise LedgerError("billed: a number has more than 63 bits") from None
            ((after,),) = connection.execute("SELECT count(*) FROM billed")
            new = after - before
            changed = connection.total_changes - done - new
    return Changes(new, changed, len(told_rows) - new - changed)


def columns(row: Billed) -> Columns:
    """Return a bucket's columns; its id is made of all that tells it from others."""
    identity = [row.vendor, row.report, row.grouping, row.begins, dict(row.of)]
    return (
        sha256(canonical(identity).encode()).hexdigest()[:32],
        row.vendor, row.report, int(row.begins // SECONDS), row.begins, row.ends,
        plain(row.grouping),
        *(plain(row.of[name]) if name in row.of else None for name in OF),
        *_tokens(row.usage), row.requests, None if row.usd is None else format(row.usd, "f"),
    )  # fmt: skip


def _tokens(usage: Usage | None) -> Columns:
    if usage is None:
        return (None,) * 7
    written = sorted(usage.cache_write_tokens.items(), key=lambda one: _LIFETIMES.index(one[0]))
    (short, n), (long, m) = [*written, (None, 0), (None, 0)][:2]
    tokens = (usage.input_tokens, usage.cache_read_tokens, n, m, usage.output_tokens)
    return (*tokens, short, long)
