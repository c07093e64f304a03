"""Databases of recorded calls, and those that cannot be asked."""

from __future__ import annotations

import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptops.errors import LedgerError
from promptops.warehouse.copying import to_parquet, to_postgres
from promptops.warehouse.tables import CALLS, OUTCOMES, OUTCOMES_IN_CONTEXT
from promptops.warehouse.warehouse import opened
from tests.audit.world import made

NOWHERE = "postgresql://me:hidden-one@127.0.0.1:1/calls?password=hidden-two"


@pytest.mark.parametrize("copies", [False, True])
def test_a_server_that_is_not_there_is_named_without_its_passwords(
    tmp_path: Path, copies: bool
) -> None:
    pytest.importorskip("psycopg")
    (tmp_path / "ledger.db").touch()
    with pytest.raises(LedgerError) as found:
        to_postgres(tmp_path / "ledger.db", NOWHERE) if copies else opened(NOWHERE).rows(CALLS)
    assert str(found.value).startswith("127.0.0.1:1/calls: ")
    assert "hidden" not in str(found.value)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small world in Parquet, but for one table."""
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    made_in = tmp_path_factory.mktemp("parquet")
    to_parquet(made(made_in / "ledger.db"), made_in / "all")
    shutil.rmtree(made_in / "all" / "outcomes_in_context")
    return made_in / "all"


def test_a_folder_that_lacks_a_table_is_asked_what_it_has(folder: Path) -> None:
    house = opened(str(folder))
    assert len(house.rows(OUTCOMES)) == 165
    with pytest.raises(LedgerError, match="no outcomes_in_context is there: export it again"):
        house.rows(OUTCOMES_IN_CONTEXT)


def test_threads_ask_one_folder_at_once(folder: Path) -> None:
    house = opened(str(folder))
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: sorted(house.rows(OUTCOMES)), range(16)))
    assert all(rows == found[0] for rows in found)
    assert len(found[0]) == 165
