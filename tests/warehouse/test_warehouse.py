"""Databases of recorded calls that cannot be asked."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptops.errors import LedgerError
from promptops.warehouse.copying import to_postgres
from promptops.warehouse.tables import CALLS
from promptops.warehouse.warehouse import opened

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
