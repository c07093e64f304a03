"""``promptops eval export``: a run's items as rows."""

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.eval_runs import Shop, shop


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        made.run()
        yield made


def test_every_item_is_a_row_in_every_format(lamps: Shop) -> None:
    lines = lamps.eval("export", "last").out.splitlines()
    rows = [json.loads(line) for line in lines]
    assert len({(row["case"], row["variant"]) for row in rows}) == len(rows) == 48
    table = list(csv.DictReader(io.StringIO(lamps.eval("export", "last", "--format", "csv").out)))
    assert [row["answer"] for row in table] == [row["answer"] for row in rows]
    assert [float(row["label value"]) for row in table] == [
        row["scores"]["label"]["value"] for row in rows
    ]
    assert lamps.eval("export", "last", "--output", "rows.jsonl").out == ""
    assert (lamps.root / "rows.jsonl").read_text().splitlines() == lines


def test_parquet_has_columns_of_their_own_types(lamps: Shop) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    assert lamps.eval("export", "last", "--format", "parquet", "--output", "rows.parquet").code == 0
    found = parquet.read_table(lamps.root / "rows.parquet")
    assert found.num_rows == 48
    types = {field.name: str(field.type) for field in found.schema}
    assert types["cost"] == "decimal128(38, 9)"
    assert (types["label value"], types["input_tokens"]) == ("double", "int64")
    assert set(found["input parcel"].to_pylist()) >= {"box number 2", "crate number 3"}


def test_parquet_asks_for_a_file(lamps: Shop) -> None:
    done = lamps.eval("export", "last", "--format", "parquet")
    assert (done.code, done.out) == (2, "")
    assert "name a file with --output" in done.err
