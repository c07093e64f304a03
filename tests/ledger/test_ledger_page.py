"""The page on the ledger is true of the ledger."""

import doctest
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import get_args

from promptops.ledger import Ledger, schema
from promptops.ledger.call_store import CallStore
from promptops.ledger.reading import Why
from tests.ledger.makers import run

PAGE = (Path(__file__).parents[2] / "docs/ledger.md").read_text("utf-8")


def test_the_example_prints_what_the_page_says() -> None:
    (example,) = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    test = doctest.DocTestParser().get_doctest(example, {}, "ledger.md", None, 0)
    told: list[str] = []
    failed, tried = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert tried > 5
    assert not failed, "".join(told)


def test_the_page_says_who_writes_each_table_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    CallStore.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    known = {name for (name,) in rows if not name.startswith(("sqlite_", "_sqlite"))}
    lines = re.findall(
        r"^\| (?:evals|an application's calls|vendors' bills|both) \|.*$", PAGE, re.MULTILINE
    )
    told = [name for line in lines for name in re.findall(r"`(\w+)`", line.split("|")[2])]
    assert sorted(told) == sorted(known)


def test_a_copy_as_the_page_makes_it_is_whole_while_others_write(tmp_path: Path) -> None:
    (statement,) = re.findall(r"^\$ sqlite3 \.promptops/ledger\.db \"(.*)\"$", PAGE, re.MULTILINE)
    path, copy = tmp_path / "ledger.db", tmp_path / "backup.db"
    with Ledger.open(path) as ledger, ledger.writer() as writer:
        writer.add(run())
        writer.flush()
        with closing(sqlite3.connect(path)) as connection:
            connection.execute(statement.replace("backup.db", str(copy)))
        writer.add(run(run_id="r2"))
    with Ledger.open(copy) as again:
        assert [one.run_id for one in again.runs()] == ["r1"]
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone()[0] == schema.NEWEST


def test_the_page_names_every_table_and_every_reason() -> None:
    first_cells = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert set(first_cells) == {*schema.NEVER_CHANGED, "leases", *get_args(Why)}
