"""What was lost: counted, said once, and written into the ledger when that can be."""

from __future__ import annotations

import json
import logging
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from promptops.cli.audit import command as audit
from promptops.cli.ledger import command as ledger
from promptops.ledger import tallies
from promptops.ledger.call_store import CallStore
from promptops.ledger.losses import lost
from promptops.model.calls import Call, Context, Loss
from promptops.model.money import Usage
from promptops.recording.raw import Asked, RawCall
from promptops.recording.recorder import Recorder
from promptops.recording.recording import outcome

SORT = Asked("anthropic:claude-haiku-5-5", "mail/sort", "v2", max_tokens=64)
memory = pytest.mark.skipif(not tallies.MEMORY.is_dir(), reason="the machine has no /dev/shm")


def asked(path: Path, query: str) -> list[Any]:
    """Return what a ledger answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def call(number: int) -> RawCall:
    """Return a call."""
    return RawCall(f"c{number}", time.time(), SORT, {})


def summed(path: Path) -> dict[tuple[str, str], int]:
    """Return what a ledger misses, by kind and cause."""
    found: dict[tuple[str, str], int] = {}
    for one in lost(path):
        found[one.kind, one.cause] = found.get((one.kind, one.cause), 0) + one.number
    return found


def test_drops_are_written_down_when_the_ledger_can_be_written_again(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.mkdir()  # nothing can be written there
    recorder = Recorder(path, lambda *_: None, size=10, seconds=30)
    for number in range(25):
        recorder.put(call(number))
    recorder.put(outcome("resolved", session="s"))
    path.rmdir()
    assert recorder.flush()
    kept = asked(path, "SELECT count(*) FROM calls")[0][0]
    assert summed(path) == {
        ("call", "the queue was full"): 25 - kept,
        ("outcome", "the queue was full"): 1,
    }
    recorder.close()
    assert recorder.losses == (26 - kept, 0, 0, 0)
    assert len(asked(path, "SELECT DISTINCT process FROM losses")) == 1


def test_what_no_ledger_takes_is_written_down_at_the_end(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    recorder = Recorder(path, lambda *_: None, seconds=0.01)
    recorder.put(call(1))
    recorder.put(outcome("resolved"))
    recorder.put(outcome("resolved", session="s", value="much"))
    recorder.close()
    assert summed(path) == {("outcome", "they could not be understood"): 2}


@memory
def test_what_a_process_could_not_write_before_its_end_is_written_by_the_next(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "ledger.db"
    path.mkdir()
    first = Recorder(path, lambda *_: None, seconds=0.01)
    for number in range(7):
        first.put(call(number))
    with caplog.at_level(logging.WARNING, "promptops"):
        first.close()
    (told,) = [one for one in caplog.messages if "not recorded" in one]
    assert "7 could not be written (ledger " in told
    path.rmdir()
    later = Recorder(path, lambda *_: None, seconds=0.01)
    later.put(call(8))
    later.close()
    assert summed(path) == {("call", "the ledger could not be written"): 7}
    assert not list(tallies.left_behind(path))


CHILD = """
import sys, time
from promptops.recording.raw import Asked, RawCall
from promptops.recording.recorder import Recorder
from promptops.recording.recording import outcome
recorder = Recorder(sys.argv[1], lambda *_: None, seconds=0.01)
asked = Asked("m", "mail/sort", "v2")
for number in range(20):
    recorder.put(RawCall(f"written {number}", 1.0, asked, {}))
assert recorder.flush()
recorder._seconds = 60
time.sleep(0.05)
recorder.put(RawCall("awaited", 1.0, asked, {}))
time.sleep(0.05)
for number in range(13):
    recorder.put(RawCall(f"lost {number}", 1.0, asked, {}))
recorder.put(outcome("resolved", session="s"))
print("ready", flush=True)
time.sleep(60)
"""


@memory
def test_calls_that_a_kill_took_are_counted_exactly(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    child = subprocess.Popen([sys.executable, "-c", CHILD, path], stdout=subprocess.PIPE, text=True)
    assert child.stdout
    assert child.stdout.readline() == "ready\n"
    assert lost(path) == ()  # it lives
    child.send_signal(signal.SIGKILL)
    child.communicate()
    kept = asked(path, "SELECT count(*) FROM calls")[0][0]
    expected = {
        ("call", "the process was killed"): 34 - kept,
        ("outcome", "the process was killed"): 1,
    }
    assert summed(path) == expected  # before anybody has written it down
    for _ in range(2):
        recorder = Recorder(path, lambda *_: None, seconds=0.01)
        recorder.put(call(1))
        recorder.close()
        assert summed(path) == expected
    assert f":{child.pid}" in asked(path, "SELECT process FROM losses")[0][0]
    assert not list(tallies.left_behind(path))


@memory
def test_an_end_without_losses_leaves_nothing_behind(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    before = set(tallies.MEMORY.iterdir())
    recorder = Recorder(path, lambda *_: None, seconds=0.01)
    recorder.put(call(1))
    assert recorder.flush()
    assert len(set(tallies.MEMORY.glob(f"{tallies._prefix(path)}*"))) == 1
    recorder.close()
    assert not set(tallies.MEMORY.glob(f"{tallies._prefix(path)}*")) - before
    assert lost(path) == ()


@memory
def test_a_tally_that_another_could_have_written_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    strange = tallies.MEMORY / f"{tallies._prefix(path)}strange"
    strange.write_bytes(b"\xff" * 100)
    try:
        assert not list(tallies.left_behind(path))
    finally:
        strange.unlink()


def _record(path: Path) -> None:
    recorder = _RECORDERS[path]
    for number in range(5):
        recorder.put(RawCall(f"{os.getpid()} {number}", 1.0, SORT, {}))


_RECORDERS: dict[Path, Recorder] = {}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_forked_workers_write_what_they_have_before_they_end(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    _RECORDERS[path] = Recorder(path, lambda *_: None, seconds=5)
    _RECORDERS[path].put(call(1))
    workers = [multiprocessing.get_context("fork").Process(target=_record, args=(path,))
               for _ in range(3)]  # fmt: skip
    for one in workers:
        one.start()
    for one in workers:
        one.join()
        assert one.exitcode == 0
    _RECORDERS.pop(path).close()
    assert asked(path, "SELECT count(*) FROM calls") == [(16,)]
    assert lost(path) == ()


def test_a_ledger_that_is_deleted_meanwhile_is_made_anew(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    recorder = Recorder(path, lambda *_: None, seconds=0.01)
    recorder.put(call(1))
    assert recorder.flush()
    for one in tmp_path.iterdir():
        one.unlink()
    recorder.put(call(2))
    assert recorder.flush()
    recorder.close()
    assert asked(path, "SELECT call_id FROM calls") == [("c2",)]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_in_the_middle_of_a_write_finds_the_ledger_open(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ledger.db", lambda *_: None, seconds=0.001)
    children = []
    for number in range(12):
        for more in range(200):
            recorder.put(call(1_000 * number + more))
        child = os.fork()
        if child == 0:
            grandchild = os.fork()
            recorder.put(RawCall(f"child {os.getpid()}", 1.0, SORT, {}))
            written = recorder.flush(5)
            if grandchild:
                written &= os.waitpid(grandchild, 0)[1] == 0
            os._exit(0 if written else 1)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(one, 0)[1]) for one in children] == [0] * 12
    recorder.close()
    query = "SELECT count(*) FROM calls WHERE call_id LIKE 'c%'"
    assert asked(tmp_path / "ledger.db", query) == [(12 * 202,)]
    assert not any(recorder.losses)


def test_a_fork_does_not_wait_for_a_write_that_takes_too_long(tmp_path: Path) -> None:
    recorder = Recorder(tmp_path / "ledger.db", lambda *_: None)
    assert recorder.pause(0.01)
    assert not recorder.pause(0.01)
    recorder.resume()
    assert recorder.pause(0.01)
    recorder.resume()
    recorder.close()


def test_the_audit_and_the_questions_say_what_they_do_not_know_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("ibis")
    monkeypatch.chdir(tmp_path)
    path = tmp_path / ".promptops" / "ledger.db"
    at = datetime(2026, 11, 3, tzinfo=UTC).timestamp()
    with CallStore.open(path) as store:
        store.add([Call("a", at, Context("anthropic:claude-haiku-5-5"), Usage(10, 1))])
        store.lose([Loss("l", at, "host:7", "call", "the queue was full", 1204)])
    told = "1,204 calls were not recorded on 3 November 2026: the queue was full"
    words = ["query", "models", "--format", "json"]
    asked = CliRunner().invoke(ledger, words, catch_exceptions=False)
    assert told in json.loads(asked.output)["notes"]
    later = CliRunner().invoke(ledger, [*words, "--since", "2026-11-04"], catch_exceptions=False)
    assert told not in later.output
    done = CliRunner().invoke(audit, ["--format", "json", "--allow-unpriced"])
    assert told in json.loads(done.output)["notes"]
