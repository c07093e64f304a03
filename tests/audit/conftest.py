"""The databases of recorded calls, each with the ledger of a test module."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from promptops.warehouse.copying import to_parquet, to_postgres
from promptops.warehouse.warehouse import Warehouse, opened
from tests.warehouse.postgres import binaries, server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def database() -> Iterator[Callable[[], str]]:
    """Make new databases of one PostgreSQL server of the tests' own."""
    psycopg = pytest.importorskip("psycopg")
    if binaries() is None:
        pytest.skip("no PostgreSQL server is here")
    numbers = count()
    with server() as url:

        def made() -> str:
            name = f"calls{next(numbers)}"
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"CREATE DATABASE {name}")
            return url.replace("/postgres?", f"/{name}?")

        yield made


@pytest.fixture(scope="module", params=["sqlite", "duckdb", "postgres"])
def house(request: pytest.FixtureRequest, ledger: Path) -> Warehouse:
    """The module's ledger in each database."""
    if request.param == "sqlite":
        return opened(str(ledger))
    if request.param == "duckdb":
        pytest.importorskip("duckdb")
        pytest.importorskip("pyarrow")
        folder = ledger.parent / "parquet"
        to_parquet(ledger, folder)
        return opened(str(folder))
    url = request.getfixturevalue("database")()
    to_postgres(ledger, url)
    return opened(url)
