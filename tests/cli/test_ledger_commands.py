"""``promptops ledger export`` and ``ledger prune``."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from promptops.cli.ledger import command
from promptops.errors import LedgerError, UsageError
from promptops.ledger.place import Place
from tests.audit.world import DAY, calls, made


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The ledger of a small world, in a project."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\n")
    monkeypatch.chdir(tmp_path)
    return made(tmp_path / ".promptops" / "ledger.db")


def ran(*args: str) -> Result:
    """Return what a command came to."""
    return CliRunner().invoke(command, args, catch_exceptions=False)


def test_parquet_answers_as_the_ledger_does(ledger: Path) -> None:
    pytest.importorskip("duckdb")
    pytest.importorskip("pyarrow")
    done = ran("export", "copy")
    assert done.output.startswith(f"{len(calls()):,} calls, ")
    assert (ledger.parents[1] / "copy" / "calls" / "day=1970-04-11" / "part.parquet").is_file()
    words = ("query", "versions", "--format", "json")
    assert json.loads(ran(*words).output) == json.loads(ran(*words, "--from", "copy").output)
    command = [sys.executable, "-m", "promptops", "ledger", *words, "--from", "copy"]
    process = subprocess.run(command, capture_output=True, check=True)
    assert not process.stderr  # also when it ends


@pytest.mark.usefixtures("ledger")
def test_a_folder_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    (tmp_path / "copy").mkdir()
    (tmp_path / "copy" / "mine").write_text("x")
    with pytest.raises(LedgerError, match="is there already"):
        ran("export", "copy")
    assert [one.name for one in (tmp_path / "copy").iterdir()] == ["mine"]


def test_old_calls_are_deleted_and_their_bytes_with_them(ledger: Path) -> None:
    cut = 106 * DAY
    young = sum(one.at >= cut for one in calls())
    old = len(calls()) - young
    assert ran("prune", "--before", "1970-04-17", "--dry-run").output.startswith(f"{old:,} calls")
    assert f"{old:,} calls" in ran("prune", "--before", "1970-04-17").output
    assert ran("prune", "--before", "1970-04-17").output == "nothing is that old\n"
    with closing(Place.file(ledger, 1.0).connect()) as connection:
        assert connection.execute("SELECT count(*), min(day) FROM calls").fetchone() == (young, 106)
    kept = b"".join(path.read_bytes() for path in ledger.parent.iterdir())
    assert b"c0000" not in kept
    assert b"c0599" in kept


@pytest.mark.usefixtures("ledger")
def test_what_is_no_day_is_said() -> None:
    with pytest.raises(UsageError, match="write a day"):
        ran("prune", "--before", "long ago")
