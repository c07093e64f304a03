"""Whatever happens to the ledger, the application goes on, and the loss is counted and said once.

Each application here is a process of its own, as a user would write it; what happens to its ledger
is real: limits of the system, permissions, locks, forks, files that are something else.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from promptops.ledger import tallies
from promptops.ledger.losses import lost

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

resource = pytest.importorskip("resource", reason="limits and forks are POSIX")

CALLS = 40
# What the application is for is its last line; the recorder may only add lines to its log.
APPLICATION = """
import os, sys, time
from promptops.recording import keeping
from promptops.recording.raw import Asked
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording, outcome
keeping.BUSY = 0.2
path, calls, does = sys.argv[1], int(sys.argv[2]), sys.argv[3]
recorder = Recorder(path, lambda *_: None, seconds=0.02)
asked = Asked("openai:gpt-5.6", "mail/sort", "v1")
answer = {"model": "m", "usage": {"input_tokens": 9, "output_tokens": 1}}
def work(name, count):
    done = 0
    for number in range(count):
        with Recording(recorder, asked, {"session": f"{name} {number} " + "x" * 500}) as call:
            done += call.response(answer) is answer
    return done
exec(does)
recorder.close(3)
print(result, recorder.losses)
"""
WORK = "result = work('a', calls)"


class Ended(NamedTuple):
    """How an application came out: its last line, and what its log said."""

    result: str
    log: list[str]


def ran(
    path: Path, does: str = WORK, prepare: Callable[[], Any] | None = None, calls: int = CALLS
) -> Ended:
    """Return how an application ended that records calls in a ledger."""
    done = subprocess.run(
        [sys.executable, "-c", APPLICATION, path, str(calls), does],
        capture_output=True, text=True, timeout=60, check=False, preexec_fn=prepare,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return Ended(done.stdout.splitlines()[-1], done.stderr.splitlines())


def all_unwritten(ended: Ended, why: str, calls: int = CALLS) -> None:
    """Hold an application that could write nothing to what it has to say."""
    told = f"{calls} Losses(dropped=0, refused=0, unwritten={calls}, texts=0)"
    assert ended.result == told
    (waits, gone) = ended.log
    assert waits.startswith("calls wait to be written: ledger ")
    assert gone.startswith("calls that were not recorded: 0 found the queue full, ")
    assert f"{calls} could not be written (ledger " in gone
    assert why in waits
    assert why in gone


def kept(path: Path) -> int:
    """Return how many calls a whole ledger has."""
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        count, different = connection.execute(
            "SELECT count(*), count(DISTINCT call_id) FROM calls"
        ).fetchone()
    assert count == different
    return int(count)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that users who are not root reach as well; pytest's are its owner's."""
    found = Path(tempfile.mkdtemp())
    found.chmod(0o777)
    yield found
    found.chmod(0o700)
    for name in ("ledger.db", ".promptops/ledger.db"):
        for left in tallies.MEMORY.glob(f"{tallies._prefix(found / name)}*"):
            left.unlink()
    shutil.rmtree(found)


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    assert ran(path, calls=1).log == []  # there is a ledger, and then no more room
    room = path.stat().st_size

    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    ended = ran(path, WORK, full, calls=400)
    assert ended.result.startswith("400 Losses(dropped=0, refused=0, unwritten=")
    told = int(ended.result.partition("unwritten=")[2].partition(",")[0])
    assert kept(path) == 401 - told
    assert told > 0
    assert sum("not recorded" in line for line in ended.log) == 1
    assert ran(path, calls=1).log == []  # there is room again
    assert sum(one.number for one in lost(path)) == told


def test_a_small_disk_that_is_full(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", disk], capture_output=True, check=False
    )
    if not mounted or mounted.returncode:
        pytest.skip("no disk can be mounted here")
    try:
        ended = ran(disk / "ledger.db", calls=400)
        told = int(ended.result.partition("unwritten=")[2].partition(",")[0])
        assert ended.result.startswith("400 Losses(dropped=0, refused=0, ")
        assert told > 0
        (gone,) = [line for line in ended.log if "not recorded" in line]
        assert "disk is full" in gone or "disk I/O error" in gone
    finally:
        subprocess.run(["umount", disk], check=True)


# To root nothing is read-only; what Python reads of its own may be root's alone.
AS_NOBODY = """
import platform, promptops.tokens.methods
if os.geteuid() == 0:
    os.setgroups([])
    os.setgid(65_534)
    os.setuid(65_534)
"""


def test_a_ledger_that_is_read_only(open_folder: Path) -> None:
    path = open_folder / "ledger.db"
    ran(path, calls=1)
    for one in open_folder.iterdir():
        one.chmod(0o444)
    open_folder.chmod(0o555)
    all_unwritten(ran(path, AS_NOBODY + WORK), "readonly database")


def test_a_folder_that_no_file_may_be_made_in(open_folder: Path) -> None:
    open_folder.chmod(0o555)
    path = open_folder / ".promptops" / "ledger.db"
    all_unwritten(ran(path, AS_NOBODY + WORK), "unable to open")


def test_a_ledger_that_another_process_holds_longer_than_patience(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ran(path, calls=1)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        all_unwritten(ran(path), "database is locked")
        other.execute("ROLLBACK")
    assert ran(path, calls=1).log == []
    assert kept(path) == 2
    assert [(one.kind, one.cause, one.number) for one in lost(path)] == [
        ("call", "the ledger could not be written", CALLS)
    ]


def test_a_ledger_that_is_no_database(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.write_bytes(b"dear diary, " * 1000)
    all_unwritten(ran(path), "file is not a database")
    assert path.read_bytes() == b"dear diary, " * 1000


def test_a_ledger_whose_pages_are_damaged(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ran(path)
    damaged = bytearray(path.read_bytes())
    damaged[4096:] = b"\xa5" * (len(damaged) - 4096)
    path.write_bytes(damaged)
    all_unwritten(ran(path), "malformed")


def test_a_folder_in_the_ledger_s_place(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    path.mkdir()
    all_unwritten(ran(path), "unable to open")


BACKWARDS = """
from promptops.recording.raw import RawCall
for number in range(calls):
    at = 1_795_334_400.0 - number * 86_400 * 400
    recorder.put(RawCall(f"c{number}", at, asked, {}, usage=answer["usage"]))
    recorder.put(outcome("resolved", call=f"c{number}", at=at - 1))
result = calls
"""


def test_a_clock_that_goes_backwards(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ended = ran(path, BACKWARDS)
    assert ended == (f"{CALLS} Losses(dropped=0, refused=0, unwritten=0, texts=0)", [])
    assert kept(path) == CALLS
    with closing(sqlite3.connect(path)) as connection:
        days = [day for (day,) in connection.execute("SELECT day FROM calls ORDER BY at DESC")]
        assert connection.execute("SELECT count(*) FROM outcomes").fetchone() == (CALLS,)
    assert days == sorted(days, reverse=True)


FORKS = """
import threading
other = threading.Thread(target=work, args=("thread", calls))
other.start()
children = []
for number in range(3):
    work(f"before {number}", 3)
    child = os.fork()
    if child == 0:
        done = work(f"child {number}", calls)
        recorder.close(3)
        os._exit(0 if done == calls and not any(recorder.losses) else 1)
    children.append(child)
other.join()
result = [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children]
"""


def test_forks_while_other_threads_record(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    ended = ran(path, f"import warnings; warnings.simplefilter('ignore'){FORKS}")
    assert ended == ("[0, 0, 0] Losses(dropped=0, refused=0, unwritten=0, texts=0)", [])
    assert kept(path) == 4 * CALLS + 9
    assert lost(path) == ()


def test_a_queue_that_is_full(tmp_path: Path) -> None:
    does = "recorder._size, recorder._seconds = 10, 30; " + WORK
    ended = ran(tmp_path / "ledger.db", does)
    assert ended.result.startswith(f"{CALLS} Losses(dropped=")
    dropped = int(ended.result.partition("dropped=")[2].partition(",")[0])
    assert kept(tmp_path / "ledger.db") == CALLS - dropped
    assert sum(one.number for one in lost(tmp_path / "ledger.db")) == dropped
    assert len(ended.log) == (dropped > 0)
