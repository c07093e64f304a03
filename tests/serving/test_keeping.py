"""Answers that are kept: worked out once, for as long as there is nothing else to read."""

from __future__ import annotations

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Event

import pytest

from promptops.errors import UsageError
from promptops.serving.keeping import Keeping
from promptops.serving.stamps import LedgerStamp, files

LONG = 60.0


def test_many_who_ask_at_once_have_it_worked_out_once() -> None:
    done: list[int] = []
    keeping: Keeping[int] = Keeping(lambda: "same")
    together = Barrier(8)

    def work() -> int:
        done.append(1)
        return 42

    def ask(_: int) -> int | None:
        together.wait()
        return keeping.found("x", work, LONG).value

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [42] * 8
    assert done == [1]


def test_an_answer_of_before_is_given_while_the_next_is_made() -> None:
    state, made = [0], Event()
    keeping: Keeping[str] = Keeping(lambda: state[0])
    assert keeping.found("x", lambda: "old", LONG).value == "old"
    state[0] = 1

    def work() -> str:
        made.wait()
        return "new"

    before = keeping.found("x", work, 0.01)
    assert (before.value, before.fresh) == ("old", False)
    made.set()
    after = keeping.found("x", work, LONG)
    assert (after.value, after.fresh) == ("new", True)


def test_what_is_committed_while_it_is_made_makes_it_old() -> None:
    state, made = [0], list[str]()
    keeping: Keeping[str] = Keeping(lambda: state[0])

    def work() -> str:
        state[0] += 1 if not made else 0  # somebody commits after it was read
        made.append("x")
        return f"{len(made)}"

    assert keeping.found("x", work, LONG).value == "1"
    assert keeping.found("x", work, LONG).value == "2"
    assert keeping.found("x", work, LONG).value == "2"


def test_what_fails_is_told_to_all_and_tried_again_when_there_is_something_else() -> None:
    state = [0]
    keeping: Keeping[str] = Keeping(lambda: state[0])

    def work() -> str:
        if state[0]:
            return "right"
        raise UsageError("write a day")

    for _ in range(2):
        with pytest.raises(UsageError, match="write a day"):
            keeping.found("x", work, LONG)
    state[0] = 1
    assert keeping.found("x", work, LONG).value == "right"


def test_the_oldest_answers_are_let_go() -> None:
    keeping: Keeping[int] = Keeping(lambda: 0)
    done: list[int] = []
    for number in [*range(65), 64, 0]:
        keeping.found(number, lambda number=number: done.append(number) or number, LONG)
    assert done == [*range(65), 0]


def test_a_ledgers_stamp_changes_with_each_commit_and_each_file(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    stamp = LedgerStamp(path)
    missing = stamp()
    assert missing == stamp()
    assert not path.exists()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE t (x)")
        connection.commit()
        first = stamp()
        assert first != missing
        connection.execute("INSERT INTO t VALUES (1)")
        assert stamp() == first  # nobody sees it yet
        connection.commit()
        second = stamp()
        assert second != first
        assert stamp() == second
    path.rename(tmp_path / "gone.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE u (x)")
        connection.commit()
        assert stamp() != second


def test_files_are_others_when_one_changes_comes_or_goes(tmp_path: Path) -> None:
    one = tmp_path / "prompts" / "a" / "x.prompt.j2"
    one.parent.mkdir(parents=True)
    roots = [tmp_path / "prompts", tmp_path / "usage.yml"]
    seen = [files(roots)]
    for text in ("one", "other"):
        one.write_text(text)
        seen.append(files(roots))
    roots[1].write_text("x")
    seen.append(files(roots))
    one.unlink()
    seen.append(files(roots))
    assert len(set(seen)) == len(seen)
    assert files(roots) == seen[-1]
