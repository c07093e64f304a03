"""Ledgers laid together: a union of rows, or nothing where they contradict one another."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.errors import LedgerError
from promptops.ledger.tables import TABLES, Table

if TYPE_CHECKING:
    import sqlite3

_PLAN: Final = "eval_sha256, dataset_sha256"
_SAME: Final = ("eval_sha256", "dataset_sha256", "plan", "seed", "prices_sha256")


def merge(connection: sqlite3.Connection, name: str, *, of_one: bool = True) -> int:
    """Add the rows of the attached database ``other``, but its leases; returns how many are new.

    Raises:
        LedgerError: The ledgers contradict one another; or, ``of_one`` eval as they are to be, they
            hold different evals or datasets.
    """
    if of_one:
        _check_evals(connection, name)
    _check_plans(connection, name)
    before = connection.total_changes
    for table in TABLES.values():
        _check_rows(connection, table, name)
        names = ",".join(table.columns)
        connection.execute(
            f"INSERT INTO main.{table.name} ({names}) SELECT {names} FROM other.{table.name} "  # noqa: S608
            "WHERE true ON CONFLICT DO NOTHING"
        )
    return connection.total_changes - before


def _check_evals(connection: sqlite3.Connection, name: str) -> None:
    ours, theirs = (
        set(connection.execute(f"SELECT DISTINCT {_PLAN} FROM {one}.runs").fetchall())  # noqa: S608
        for one in ("main", "other")
    )
    if not (ours <= theirs or theirs <= ours):
        raise LedgerError(f"{name} is of another eval or another dataset: nothing was merged")


def _check_plans(connection: sqlite3.Connection, name: str) -> None:
    differ = " OR ".join(f"a.{column} IS NOT b.{column}" for column in _SAME)
    query = (
        f"SELECT run_id FROM main.runs a JOIN other.runs b USING (run_id) WHERE {differ} LIMIT 1"  # noqa: S608
    )
    if row := connection.execute(query).fetchone():
        raise LedgerError(f"{name} has another plan for run {row[0]}: nothing was merged")


def _check_rows(connection: sqlite3.Connection, table: Table, name: str) -> None:
    rest = table.columns[table.key :]
    if not rest:
        return
    differ = " OR ".join(f"a.{column} IS NOT b.{column}" for column in rest)
    key = ", ".join(table.columns[: table.key])
    query = (
        f"SELECT {key} FROM main.{table.name} a JOIN other.{table.name} b USING ({key}) "  # noqa: S608
        f"WHERE {differ} LIMIT 1"
    )
    if row := connection.execute(query).fetchone():
        which = " ".join(str(part) for part in row)
        raise LedgerError(f"{name} says something else of {table.name} {which}: nothing was merged")
