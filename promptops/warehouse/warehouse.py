"""Databases of recorded calls: each takes the one query and gives rows of plain values."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from promptops.errors import LedgerError, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ibis.expr.types import Table

Row = tuple[Any, ...]
TABLES: Final = ("calls", "contexts", "outcomes", "outcomes_in_context", "prices", "billed")
_MEMORY: Final = "PRAGMA cache_size = -65536"  # KiB, so that calls are sorted without a file
_POSTGRES: Final = ("postgres://", "postgresql://")


class Warehouse(Protocol):
    """A database that holds the tables of recorded calls."""

    @property
    def dialect(self) -> str:
        """How ibis calls its SQL."""

    def rows(self, query: Table) -> Sequence[Row]:
        """Return the rows of a query.

        Raises:
            LedgerError: The database cannot be asked.
        """


def opened(address: str) -> Warehouse:
    """Return the warehouse of an address: a ledger's file, a folder of Parquet, postgresql://….

    Raises:
        UsageError: There is none.
    """
    if is_postgres(address):
        return Postgres(address)
    path = Path(address)
    if path.is_dir():
        return Parquet(path)
    if path.is_file():
        return Ledger(path)
    raise UsageError(
        f"{address}: no ledger is there: name its file, a folder of Parquet or postgresql://…"
    )


def is_postgres(address: str) -> bool:
    """Return whether an address is one of PostgreSQL."""
    return address.startswith(_POSTGRES)


def shown(url: str) -> str:
    """Return an address of PostgreSQL without what may be secret in it."""
    return url.rpartition("@")[2].partition("?")[0] or "postgresql"


def sql(query: Table, dialect: str) -> str:
    """Return the SQL of a query, such as for a database that promptops does not open."""
    import ibis

    return str(ibis.to_sql(query, dialect=dialect))


@dataclass(frozen=True, slots=True)
class Written:
    """No database: what is asked is kept as SQL, and answered with nothing."""

    dialect: str
    asked: list[str] = field(default_factory=list)

    def rows(self, query: Table) -> Sequence[Row]:
        """Return no row."""
        self.asked.append(sql(query, self.dialect))
        return ()


@dataclass(frozen=True, slots=True)
class Ledger:
    """The ledger's own file; it is only read."""

    path: Path
    dialect: str = "sqlite"

    def rows(self, query: Table) -> Sequence[Row]:
        """Return the rows of a query.

        Raises:
            LedgerError: The file cannot be read.
        """
        from promptops.ledger.call_views import lay
        from promptops.ledger.place import Place

        place = Place(str(self.path), self.path.absolute().as_uri(), self.path)
        try:
            with closing(place.connect(write=False)) as connection:
                lay(connection)
                connection.execute(_MEMORY)
                return connection.execute(sql(query, self.dialect)).fetchall()
        except sqlite3.Error as error:
            raise LedgerError(f"ledger {self.path}: {error}") from error


@dataclass(frozen=True, slots=True)
class Parquet:
    """A folder that the ledger was exported to, asked by DuckDB."""

    folder: Path
    dialect: str = "duckdb"
    _made: list[Any] = field(default_factory=list, repr=False, compare=False)

    def rows(self, query: Table) -> Sequence[Row]:
        """Return the rows of a query.

        Raises:
            LedgerError: DuckDB is not installed, or the folder cannot be read.
        """
        try:
            import duckdb
        except ImportError:
            raise LedgerError(
                "Parquet is asked by DuckDB: pip install 'promptops-toolkit[duckdb]'"
            ) from None
        try:
            # Making one takes longer than some queries do; a cursor of it is one thread's.
            if not self._made:
                self._made.append(self._connection(duckdb.connect()))
            with self._made[0].cursor() as cursor:
                found: Sequence[Row] = cursor.execute(sql(query, self.dialect)).fetchall()
                return found
        except duckdb.CatalogException:
            missing = ", ".join(one for one in TABLES if not self._has(one))
            raise LedgerError(f"{self.folder}: no {missing} is there: export it again") from None
        except duckdb.Error as error:
            raise LedgerError(f"{self.folder}: {error}") from error

    def _has(self, name: str) -> bool:
        return (self.folder / name).is_dir()

    def _connection(self, made: Any) -> Any:
        for name in filter(self._has, TABLES):
            files = (self.folder / name / "**" / "*.parquet").as_posix()
            made.from_parquet(files).create_view(name)
        return made


@dataclass(frozen=True, slots=True)
class Postgres:
    """A PostgreSQL database that the ledger was copied to; its password is never shown."""

    url: str
    dialect: str = "postgres"

    def rows(self, query: Table) -> Sequence[Row]:
        """Return the rows of a query.

        Raises:
            LedgerError: psycopg is not installed, or the database cannot be asked.
        """
        try:
            import psycopg
        except ImportError:
            raise LedgerError(
                "PostgreSQL is asked by psycopg: pip install 'promptops-toolkit[postgres]'"
            ) from None
        try:
            with psycopg.connect(self.url) as connection:
                return connection.execute(sql(query, self.dialect).encode()).fetchall()
        except psycopg.Error as error:
            raise LedgerError(f"{shown(self.url)}: {str(error).splitlines()[0]}") from error
