"""docs/privacy.md is true: what it says is stored, kept out and deleted is looked for in files."""

from __future__ import annotations

import re
import shlex
import sqlite3
import tomllib
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from promptops.cli.ledger import command
from promptops.config import check
from promptops.ledger import Ledger
from promptops.recording.raw import Asked
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
from promptops.recording.texts import Texts
from promptops.registry.records import recorder as recorder_of

PAGE = (Path(__file__).parents[2] / "docs/privacy.md").read_text("utf-8")
SORT = Asked("anthropic:claude-haiku-5-5", "mail/sort", "v2")
QUESTION, REPLY, WRONG = "Where is my parcel, asks Ada?", "In Lund, says Bo.", "no line to Oslo"


def columns(ledger: Path) -> dict[str, list[str]]:
    """Return the columns of each of a ledger's tables."""
    with closing(sqlite3.connect(ledger)) as connection:
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {
            name: [row[1] for row in connection.execute(f"PRAGMA table_info({name})")]
            for (name,) in tables.fetchall()
        }


def bytes_of(folder: Path) -> bytes:
    """Return what all files below a folder hold."""
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


def recorded(path: Path, texts: Texts | None) -> Recorder:
    """Return an open recorder that has written a call that was answered, and one that failed."""
    recorder = Recorder(path, lambda *_: None, seconds=0.01, texts=texts)
    with Recording(recorder, SORT, {"session": "s-17"}) as call:
        call.sent((QUESTION,), {"question": QUESTION})
        call.response({"content": [{"type": "text", "text": REPLY}]})
    failed = Recording(recorder, SORT, {})
    failed.sent((QUESTION,))
    failed.end(TimeoutError(WRONG))
    assert recorder.flush()
    return recorder


def test_the_page_names_every_table_with_every_column(tmp_path: Path) -> None:
    Ledger.open(tmp_path / "ledger.db").close()
    rows = re.findall(r"^\| `(\w+)` \| (`.*`) \|$", PAGE, re.MULTILINE)
    told = {table: re.findall(r"`(\w+)`", names) for table, names in rows}
    assert told == columns(tmp_path / "ledger.db")
    named = re.findall(r"`(\w+)\.(\w+)`", PAGE.partition("What may hold words")[2])
    assert len(named) > 15
    for table, column in named:
        assert column in told[table]


def test_by_default_no_word_of_a_call_is_on_the_disk(tmp_path: Path) -> None:
    recorder = recorded(tmp_path / "ledger.db", None)
    for _ in range(2):  # while the recorder runs, and after it
        held = bytes_of(tmp_path)
        assert b"s-17" in held
        for text in (QUESTION, REPLY, WRONG):
            assert text.encode() not in held
        recorder.close()


@pytest.mark.parametrize("words", [["--texts-before", "2999-01-01"], ["--before", "2999-01-01"]])
def test_what_is_deleted_is_in_no_file_though_the_recorder_runs_on(
    tmp_path: Path, words: list[str]
) -> None:
    path = tmp_path / "ledger.db"
    recorder = recorded(path, Texts("all"))
    for text in (QUESTION, REPLY, WRONG):
        assert text.encode() in bytes_of(tmp_path)
    done = CliRunner().invoke(command, ["prune", *words, "--ledger", str(path)])
    assert done.output.startswith("deleted: ")
    for text in (QUESTION, REPLY, WRONG):
        assert text.encode() not in bytes_of(tmp_path)
    assert (b"s-17" in bytes_of(tmp_path)) is (words[0] == "--texts-before")
    recorder.close()


def test_texts_do_not_leave_with_an_export(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    pytest.importorskip("ibis")
    path = tmp_path / "ledger.db"
    recorded(path, Texts("all")).close()
    copied = tmp_path / "copied"
    done = CliRunner().invoke(
        command, ["export", str(copied), "--ledger", str(path)], catch_exceptions=False
    )
    assert done.exit_code == 0, done.output
    assert not {"texts", "call_texts"} & {one.name for one in copied.iterdir()}


def test_the_file_is_its_owner_s_and_kept_out_of_git(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMPTOPS_LEDGER", raising=False)
    recorder = recorder_of(tmp_path)
    with Recording(recorder, SORT, {}) as call:
        call.response({})
    assert recorder.flush()
    files = list((tmp_path / ".promptops").glob("ledger.db*"))
    assert len(files) >= 2  # its log is there as well
    assert {one.stat().st_mode & 0o777 for one in files} == {0o600}
    assert "*" in (tmp_path / ".promptops" / ".gitignore").read_text().split()
    recorder.close()


def test_the_settings_of_the_page_are_settings() -> None:
    (text,) = re.findall(r"^```toml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    found = check(tomllib.loads(text)["tool"]["promptops"], "the page")
    assert found.ledger.texts == "errors"
    assert found.ledger.redact == "shop.privacy:without_names"


def test_the_commands_of_the_page_run(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    recorded(path, Texts("all")).close()
    lines = re.findall(r"^\$ promptops ledger (.*?) *#", PAGE, re.MULTILINE)
    assert len(lines) == 4
    for line in lines:
        done = CliRunner().invoke(
            command, [*shlex.split(line), "--ledger", str(path)], catch_exceptions=False
        )
        assert done.exit_code == 0
        assert done.output in {"nothing is that old\n", _NONE_OLD, "deleted: 1 texts, 1 calls\n"}


_NONE_OLD = (
    "0 calls, 0 outcomes, 0 notes of losses, 0 sums of what was billed and 0 texts are older\n"
)
