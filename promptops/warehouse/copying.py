"""The ledger's recorded calls, copied out: to Parquet by day, or into PostgreSQL."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import LedgerError
from promptops.ledger.call_views import lay, outcomes_in_context
from promptops.ledger.place import Place
from promptops.model.days import day_of
from promptops.warehouse.tables import (
    BILLED,
    CALLS,
    CONTEXTS,
    OUTCOMES,
    OUTCOMES_IN_CONTEXT,
    PRICES,
    REALS,
    TEXTS,
)
from promptops.warehouse.warehouse import shown

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ibis.expr.types import Table

COPIED: Final = (CALLS, CONTEXTS, OUTCOMES, PRICES, BILLED)
_AT_ONCE: Final = 50_000  # rows in memory
_OF_POSTGRES: Final = (
    "CREATE INDEX IF NOT EXISTS calls_by_session ON calls (session, at, context_id)",
    "CREATE OR REPLACE VIEW outcomes_in_context AS"
    + outcomes_in_context("CAST(floor(max(calls.at) / 86400) AS bigint)"),
)


def to_parquet(ledger: Path, folder: Path) -> dict[str, int]:
    """Write the tables of recorded calls to a new folder; returns the rows of each.

    Calls stand in ``calls/day=2026-11-22/part.parquet``; the others in one file each.

    Raises:
        LedgerError: pyarrow is not installed, the folder is there, or the ledger cannot be read.
    """
    try:
        from pyarrow import parquet
    except ImportError:
        told = "Parquet is written by pyarrow: pip install 'promptops-toolkit[parquet]'"
        raise LedgerError(told) from None
    if folder.exists():
        raise LedgerError(f"{folder} is there already: name a new folder")
    folder.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    try:
        found = {}
        with closing(_opened(ledger)) as connection:
            for table in (*COPIED, OUTCOMES_IN_CONTEXT):
                found[table.get_name()] = _written(connection, table, aside, parquet)
        aside.rename(folder)
    except sqlite3.Error as error:
        raise LedgerError(f"ledger {ledger}: {error}") from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    return found


def _written(connection: sqlite3.Connection, table: Table, folder: Path, parquet: Any) -> int:
    import pyarrow as pa

    schema = pa.schema([(column, _arrow(column, pa)) for column in table.columns])
    name = table.get_name()
    writer, last, rows = None, None, 0
    try:
        for day, block in _blocks(connection, table):
            if writer is None or day != last:
                if writer is not None:
                    writer.close()
                part = folder / name / (f"day={day_of(day).isoformat()}" if day is not None else "")
                part.mkdir(parents=True, exist_ok=True)
                writer, last = parquet.ParquetWriter(part / "part.parquet", schema), day
            columns = [list(column) for column in zip(*block, strict=True)]
            arrays = [pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)]
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
            rows += len(block)
        if writer is None:  # so that whoever reads the folder finds the table
            (folder / name).mkdir(parents=True)
            writer = parquet.ParquetWriter(folder / name / "part.parquet", schema)
    finally:
        if writer is not None:
            writer.close()
    return rows


def _blocks(
    connection: sqlite3.Connection, table: Table
) -> Iterator[tuple[int | None, list[Sequence[Any]]]]:
    """Yield rows of one day at a time; of other tables than calls, all are of none."""
    day = table.columns.index("day") if table is CALLS else None
    order = "" if day is None else " ORDER BY day"
    names = ", ".join(table.columns)
    rows = connection.execute(f"SELECT {names} FROM {table.get_name()}{order}")  # noqa: S608
    while block := list(islice(rows, _AT_ONCE)):
        if day is None:
            yield None, block
            continue
        start = 0
        for end in range(1, len(block) + 1):
            if end == len(block) or block[end][day] != block[start][day]:
                yield block[start][day], block[start:end]
                start = end


def to_postgres(ledger: Path, url: str) -> dict[str, int]:
    """Copy the tables of recorded calls into a PostgreSQL database; rows that are there stay.

    Returns how many rows of each table are new.

    Raises:
        LedgerError: psycopg is not installed, or one of the databases cannot be used.
    """
    try:
        import psycopg
    except ImportError:
        told = "PostgreSQL is written by psycopg: pip install 'promptops-toolkit[postgres]'"
        raise LedgerError(told) from None
    found = {}
    try:
        with closing(_opened(ledger)) as source, psycopg.connect(url) as target:
            for table in COPIED:
                found[table.get_name()] = _copied(source, target, table)
            for statement in _OF_POSTGRES:
                target.execute(statement)
    except sqlite3.Error as error:
        raise LedgerError(f"ledger {ledger}: {error}") from error
    except psycopg.Error as error:
        raise LedgerError(f"{shown(url)}: {str(error).splitlines()[0]}") from error
    return found


def _copied(source: sqlite3.Connection, target: Any, table: Table) -> int:
    name, key = table.get_name(), table.columns[0]
    columns = ", ".join(f'"{column}" {_postgres(column)}' for column in table.columns)
    names = ", ".join(f'"{column}"' for column in table.columns)
    target.execute(f'CREATE TABLE IF NOT EXISTS {name} ({columns}, PRIMARY KEY ("{key}"))')
    target.execute(f"CREATE TEMP TABLE aside (LIKE {name}) ON COMMIT DROP")
    with target.cursor().copy(f"COPY aside ({names}) FROM STDIN") as copy:
        plain = ", ".join(table.columns)
        for row in source.execute(f"SELECT {plain} FROM {name}"):  # noqa: S608
            copy.write_row(row)
    conflict = _counted_on(table) if table is BILLED else "DO NOTHING"
    done = target.execute(
        f"INSERT INTO {name} ({names}) SELECT {names} FROM aside ON CONFLICT {conflict}"  # noqa: S608
    )
    target.execute("DROP TABLE aside")
    return int(done.rowcount)


def _counted_on(table: Table) -> str:
    """Return what is done with a row that is there: vendors count up for a while."""
    name, (key, *others) = table.get_name(), table.columns
    ours, theirs = (
        ", ".join(f'{one}."{column}"' for column in others) for one in (name, "excluded")
    )
    changes = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
    return f'("{key}") DO UPDATE SET {changes} WHERE ({ours}) IS DISTINCT FROM ({theirs})'


def _opened(path: Path) -> sqlite3.Connection:
    if not path.is_file():
        raise LedgerError(f"{path}: no ledger is there")
    connection = Place(str(path), path.absolute().as_uri(), path).connect(write=False)
    try:
        lay(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _arrow(column: str, pa: Any) -> Any:
    return pa.string() if column in TEXTS else pa.float64() if column in REALS else pa.int64()


def _postgres(column: str) -> str:
    return "text" if column in TEXTS else "double precision" if column in REALS else "bigint"
