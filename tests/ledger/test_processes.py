"""What becomes of a ledger when processes are killed, many, or refused by the system."""

import asyncio
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from promptops.errors import LedgerError
from promptops.ledger import Ledger, schema
from tests.ledger.makers import STORED, answer, failure, intent, item, key, result, run

ROOT = Path(__file__).parents[2]
POSIX = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")
CALLS = """
import sys, threading
from promptops.ledger import Ledger
from tests.ledger.makers import answer, intent, result

def calls(writer, thread, count):
    for n in range(count):
        sent = intent(f"{sys.argv[2]} {thread} {n}")
        writer.commit_intents([sent])
        sys.stdout.write(sent.attempt_id + "\\n")
        sys.stdout.flush()
        writer.end(result(sent), answer(n))

with Ledger.open(sys.argv[1]) as ledger, ledger.writer() as writer:
    some = [
        threading.Thread(target=calls, args=(writer, n, int(sys.argv[3])))
        for n in range(int(sys.argv[4]))
    ]
    for one in some: one.start()
    for one in some: one.join()
"""


def start(script: str, *arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def ask(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def assert_sound(path: Path) -> None:
    assert ask(path, "PRAGMA integrity_check") == [("ok",)]
    orphans = (
        "SELECT count(*) FROM results WHERE attempt_id NOT IN (SELECT attempt_id FROM intents)"
    )
    assert ask(path, orphans) == [(0,)]
    texts = """SELECT count(*) FROM results WHERE status = 'ok'
    AND answer_sha256 NOT IN (SELECT answer_sha256 FROM answers)"""
    assert ask(path, texts) == [(0,)]


@POSIX
def test_a_killed_process_leaves_every_intent_that_was_committed(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    dice = random.Random(5)
    said: set[str] = set()
    for attempt in range(6):
        worker = start(CALLS, path, attempt, 100_000, 4)
        assert worker.stdout is not None
        said.add(worker.stdout.readline().strip())
        time.sleep(dice.random() * 0.3)
        worker.send_signal(signal.SIGKILL)
        lines = worker.communicate()[0].splitlines(keepends=True)
        said |= {line.strip() for line in lines if line.endswith("\n")}
        assert_sound(path)
        with Ledger.open(path) as ledger:
            with ledger.lease("r1") as lease:
                lost = lease.mark_lost()
            assert lost <= 4 + 16 + 4  # a call of each thread, and what ended in the last 10 ms
            assert ledger.run_state("r1").in_flight == ()
    stored = {str(row[0]) for row in ask(path, "SELECT attempt_id FROM intents")}
    assert said <= stored
    assert len(said) > 100


def test_eight_processes_of_eight_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    workers = [start(CALLS, path, n, 6, 8) for n in range(8)]
    said = [line for worker in workers for line in worker.communicate()[0].splitlines()]
    assert [worker.returncode for worker in workers] == [0] * 8
    assert_sound(path)
    assert {row[0] for row in ask(path, "SELECT attempt_id FROM results")} == set(said)
    assert len(said) == len(set(said)) == 8 * 8 * 6


FULL = """
import resource, sys
from promptops.errors import LedgerError
from promptops.ledger import Ledger
from tests.ledger.makers import answer, intent, item, key, result, run

hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
ledger = Ledger.open(sys.argv[1])
writer = ledger.writer()
writer.add(run())
writer.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, hard))
sent = []
try:
    for n in range(5_000):
        one = intent(n)
        writer.commit_intents([one])
        sent.append(one)
except LedgerError as error:
    print(error)
for n, one in enumerate(sent):
    writer.end(result(one), answer(n))
if sys.argv[2] == "mended":
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
try:
    writer.close()
except LedgerError as error:
    print(error)
print(len(sent))
"""


@POSIX
@pytest.mark.parametrize("then", ["mended", "full"])
def test_a_full_disk_stops_the_next_call_and_is_said(tmp_path: Path, then: str) -> None:
    path = tmp_path / "l.db"
    lines = start(FULL, path, then).communicate()[0].splitlines()
    assert str(path) in lines[0]
    assert_sound(path)
    sent = int(lines[-1])
    assert 10 < sent < 5_000
    assert ask(path, "SELECT count(*) FROM intents") == [(sent,)]
    kept = int(str(ask(path, "SELECT count(*) FROM results")[0][0]))
    if then == "mended":
        assert (kept, len(lines)) == (sent, 2)
    else:
        assert f"; {2 * (sent - kept)} rows are not saved" in lines[1]


def test_a_locked_file_stops_the_next_call_and_loses_no_result(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with Ledger.open(path, busy=0.05) as ledger, ledger.writer() as writer:
        writer.add(run(), item(1))
        writer.commit_intents([intent(1)])
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writer.end(result(intent(1)), answer(1))
            with pytest.raises(LedgerError, match="locked"):
                writer.commit_intents([intent(2)])
            assert writer.unsaved == 2
            assert len(ledger.run_state("r1").in_flight) == 1  # whoever reads does not wait
            other.execute("ROLLBACK")
        writer.flush()
        assert writer.unsaved == 0
        assert ledger.run_state("r1").done == {key(1): "r1-1"}
        assert ledger.run_state("r1").in_flight == ()


def test_a_file_that_is_locked_now_and_then_gets_every_row_once(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    stop = threading.Event()

    def lock_and_unlock() -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            while not stop.wait(0.002):
                other.execute("BEGIN IMMEDIATE")
                stop.wait(0.01)
                other.execute("ROLLBACK")

    with Ledger.open(path, busy=0.005) as ledger, ledger.writer() as writer:
        locker = threading.Thread(target=lock_and_unlock)
        locker.start()
        refused = 0
        for n in range(100):
            sent = False
            while not sent:
                try:
                    writer.commit_intents([intent(n)])
                    sent = True
                except LedgerError:
                    refused += 1
            writer.end(result(intent(n)), answer(n))
        stop.set()
        locker.join()
        writer.flush()
        assert refused > 0
        assert writer.unsaved == 0
        assert ledger.run_state("r1").done == {key(n): f"r1-{n}" for n in range(100)}
    assert_sound(path)


def test_an_event_loop_goes_on_while_an_intent_waits_for_the_disk(tmp_path: Path) -> None:
    async def main() -> tuple[int, float]:
        ticks = 0
        waits = asyncio.ensure_future(ledger_writer.intents_committed([intent(1), intent(2)]))
        started = time.monotonic()
        while not waits.done():
            await asyncio.sleep(0.005)
            ticks += 1
        await waits
        return ticks, time.monotonic() - started

    path = tmp_path / "l.db"
    with Ledger.open(path) as ledger, ledger.writer() as ledger_writer:
        other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.3, other.close).start()
        ticks, seconds = asyncio.run(main())
        assert seconds > 0.25
        assert ticks > 20
        assert len(ledger.run_state("r1").in_flight) == 2


def test_a_task_that_is_cancelled_while_it_waits_harms_no_other(tmp_path: Path) -> None:
    async def main() -> None:
        first = asyncio.ensure_future(writer.intents_committed([intent(1)]))
        second = asyncio.ensure_future(writer.intents_committed([intent(2)]))
        await asyncio.sleep(0.01)
        first.cancel()
        other.execute("ROLLBACK")
        await second
        with pytest.raises(asyncio.CancelledError):
            await first

    path = tmp_path / "l.db"
    with Ledger.open(path) as ledger, ledger.writer() as writer:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            asyncio.run(main())
        assert len(ledger.run_state("r1").in_flight) == 2


def test_an_intent_of_a_task_brings_what_was_handed_over_before_it(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.db") as ledger, ledger.writer() as writer:
        for n in range(50):
            writer.add(run(), item(n))
            asyncio.run(writer.intents_committed([intent(n)] if n % 2 else ()))
            assert len(list(ledger.items("r1"))) == n + 1
            assert len(ledger.run_state("r1").in_flight) == (n + 1) // 2


def test_an_intent_of_a_task_overtakes_nothing_however_much_waits(tmp_path: Path) -> None:
    async def main() -> int:
        for at in range(0, 2_000, 100):
            writer.add(*(item(n) for n in range(at, at + 100)))
        await writer.intents_committed([intent(1)])
        return len(list(ledger.items("r1")))

    interval = sys.getswitchinterval()
    with Ledger.open(tmp_path / "l.db") as ledger, ledger.writer() as writer:
        try:
            sys.setswitchinterval(10)  # the thread sleeps on while rows are handed over
            assert asyncio.run(main()) == 2_000
        finally:
            sys.setswitchinterval(interval)


def test_an_intent_of_a_task_waits_for_who_reads_a_ledger_that_has_no_log() -> None:
    async def main() -> int:
        ticks = 0
        waits = asyncio.ensure_future(writer.intents_committed([intent(2)]))
        threading.Timer(0.2, cursor.close).start()
        while not waits.done():
            await asyncio.sleep(0.005)
            ticks += 1
        await waits
        return ticks

    with Ledger.memory() as ledger, ledger.writer() as writer:
        writer.add(run(), item(1))
        writer.commit_intents([intent(0), intent(1)])
        with ledger._readers.one() as connection:
            cursor = connection.execute("SELECT * FROM intents")
            cursor.fetchone()
            writer.add(item(2))
            assert asyncio.run(main()) > 5
        assert len(list(ledger.items("r1"))) == 2
        assert len(ledger.run_state("r1").in_flight) == 3


def test_the_log_is_copied_to_the_file_as_calls_go_on(tmp_path: Path) -> None:
    async def main() -> int:
        longest = 0
        for n in range(5_000):
            await writer.intents_committed([intent(n)])
            longest = max(longest, log.stat().st_size)
        return longest

    path, log = tmp_path / "l.db", tmp_path / "l.db-wal"
    with Ledger.open(path) as ledger, ledger.writer() as writer:
        empty = path.stat().st_size
        assert asyncio.run(main()) < 40_000_000
        writer.flush()
        assert path.stat().st_size > empty + 4_000 * 200
        assert len(ledger.run_state("r1").in_flight) == 5_000


def test_what_could_not_be_written_comes_before_the_next_intent_of_a_task(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with Ledger.open(path, busy=0.02) as ledger, ledger.writer() as writer:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            writer.add(run(), item(1))
            with pytest.raises(LedgerError, match="locked"):
                asyncio.run(writer.intents_committed([intent(1)]))
            assert writer.unsaved == 2
            other.execute("ROLLBACK")
        asyncio.run(writer.intents_committed([intent(2)]))
        assert writer.unsaved == 0
        assert len(ledger.run_state("r1").in_flight) == 1


def test_what_nobody_waits_for_is_written_soon_though_the_event_loop_stands_still(
    tmp_path: Path,
) -> None:
    async def main() -> list[int]:
        await writer.intents_committed([intent(1)])
        found = []
        for n, idle in ((1, 0.0), (2, 0.05)):  # the thread waits for more, or sleeps
            time.sleep(idle)  # noqa: ASYNC251 - a scorer that takes its time
            writer.end(result(intent(n)), answer(n))
            time.sleep(0.1)  # noqa: ASYNC251
            found.append(ledger.total("r1").attempts - len(ledger.run_state("r1").in_flight))
            await writer.intents_committed([intent(n + 1)])
        return found

    with Ledger.open(tmp_path / "l.db") as ledger, ledger.writer() as writer:
        writer.add(run())
        assert asyncio.run(main()) == [1, 2]


def test_intents_of_one_turn_of_two_event_loops_are_all_committed(tmp_path: Path) -> None:
    async def main(first: int) -> None:
        writer.add(item(first))
        each = (writer.intents_committed([intent(first + n)]) for n in range(20))
        await asyncio.wait_for(asyncio.gather(*each), 10)

    async def left() -> None:
        waits = asyncio.ensure_future(writer.intents_committed([intent(99)]))
        await asyncio.sleep(0)
        waits.cancel()

    with Ledger.open(tmp_path / "l.db") as ledger, ledger.writer() as writer:
        writer.add(run())
        asyncio.run(main(0))
        asyncio.run(left())
        asyncio.run(main(20))
        assert ledger.total("r1").attempts == 41


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Return a folder that other users may enter."""
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    yield folder
    folder.chmod(0o755)
    shutil.rmtree(folder)


READ_ONLY = """
import os, sys
from promptops.errors import LedgerError
from promptops.ledger import Ledger
if os.getuid() == 0:
    os.setuid(65534)
with Ledger.open(sys.argv[1]) as ledger:
    print(len(ledger.runs()), ledger.total("r1").attempts)
    with Ledger.memory() as other:
        print(other.merge(ledger))
    try:
        ledger.writer()
    except LedgerError as error:
        print(error)
"""


@POSIX
def test_a_read_only_ledger_can_be_read(open_folder: Path) -> None:
    path = open_folder / "l.db"
    with Ledger.open(path) as ledger, ledger.writer() as writer:
        writer.add(run())
        writer.commit_intents([intent(1)])
    path.chmod(0o444)
    open_folder.chmod(0o555)
    lines = start(READ_ONLY, path).communicate()[0].splitlines()
    assert lines[0] == "1 1"
    assert lines[1] == "2"
    assert lines[2].startswith(f"ledger {path}: ")


def test_a_ledger_of_the_first_schema_is_brought_to_the_newest(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with closing(sqlite3.connect(path)) as connection:
        schema._execute(connection, schema._STEPS[0][1])
        connection.execute(
            "INSERT INTO runs VALUES ('r1', '1/1', 'e', 'd', '{}', 7, NULL, NULL, '0.1', 5.0)"
        )
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    workers = [start(CALLS, path, n, 2, 2) for n in range(3)]
    for worker in workers:
        worker.communicate()
        assert worker.returncode == 0
    with Ledger.open(path) as ledger:
        assert [(one.run_id, one.seed) for one in ledger.runs()] == [("r1", 7)]
        assert ledger.total("r1").attempts == 12
    assert ask(path, "PRAGMA user_version") == [(schema.NEWEST,)]
    assert ask(path, "SELECT DISTINCT state FROM attempts") == [("ok",)]
    applied = ask(path, "SELECT name FROM _sqlite_migrations")
    assert applied == [(name,) for name, _ in schema._STEPS[1:]]


def test_a_new_ledger_has_the_schema_that_an_old_one_is_brought_to(tmp_path: Path) -> None:
    tables = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%sqlite%' ORDER BY name"
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    with closing(sqlite3.connect(old)) as connection:
        schema._execute(connection, schema._STEPS[0][1])
        connection.execute("PRAGMA user_version = 1")
    for path in (old, new):
        Ledger.open(path).close()
    assert ask(old, tables) == ask(new, tables)


def test_a_ledger_of_a_newer_promptops_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    Ledger.open(path).close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LedgerError, match="newer promptops"):
        Ledger.open(path)


def test_a_file_that_is_no_database_is_an_error_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    path.write_bytes(b"dear diary, " * 1000)
    with pytest.raises(LedgerError, match="not a database"):
        Ledger.open(path)
    assert path.read_bytes() == b"dear diary, " * 1000
    with pytest.raises(LedgerError, match="unable to open"):
        Ledger.open(path / "below.db")


@POSIX
@pytest.mark.parametrize("version", [0, 3])
def test_a_database_of_another_program_is_left_alone(tmp_path: Path, version: int) -> None:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE lamps (name TEXT)")
        other.execute(f"PRAGMA user_version = {version}")
    with pytest.raises(LedgerError, match="a database of another program"):
        Ledger.open(path)
    with closing(sqlite3.connect(path)) as other:
        assert other.execute("SELECT name FROM sqlite_master").fetchall() == [("lamps",)]


def test_a_child_of_a_fork_reads_and_may_not_use_the_writer(tmp_path: Path) -> None:
    script = """
import os, sys
from promptops.errors import LedgerError
from promptops.ledger import Ledger
from tests.ledger.makers import intent, run
with Ledger.open(sys.argv[1]) as ledger, ledger.writer() as writer:
    writer.add(run())
    writer.flush()
    ledger.runs()
    if os.fork() == 0:
        try:
            writer.commit_intents([intent(1)])
        except LedgerError as error:
            print(len(ledger.runs()), error, flush=True)
        os._exit(0)
    os.wait()
    writer.commit_intents([intent(2)])
    print(ledger.total("r1").attempts)
"""
    lines = start(script, tmp_path / "l.db").communicate()[0].splitlines()
    assert lines[0].startswith("1 a writer of the ledger stays with the process")
    assert lines[1] == "1"


@POSIX
def test_a_child_of_a_fork_makes_no_id_of_its_parent(tmp_path: Path) -> None:
    script = """
import os
from promptops.ledger.ids import new_id
new_id(0.0)
child = os.fork()
print(new_id(0.0), flush=True)
if child:
    os.wait()
"""
    lines = start(script, tmp_path / "l.db").communicate()[0].splitlines()
    assert len(lines) == len(set(lines)) == 2


@pytest.mark.skipif(
    sys.platform != "linux", reason="asks /proc; elsewhere a child has its parent's"
)
def test_ten_thousand_calls_fit_into_eighty_megabytes(tmp_path: Path) -> None:
    script = """
import sys
from pathlib import Path
from promptops.ledger import Ledger
from tests.ledger.makers import STORED, answer, intent, item, key, result, run, scored
with Ledger.open(sys.argv[1]) as ledger:
    with ledger.writer() as writer:
        writer.add(run(), STORED, *(item(n, position=n) for n in range(10_000)))
        for first in range(0, 10_000, 50):
            some = range(first, first + 50)
            writer.commit_intents(intent(n) for n in some)
            writer.end_all((result(intent(n)), answer(n)) for n in some)
            writer.add(*(scored(n) for n in some))
    assert sum(1 for one in ledger.outcomes("r1") if one.answer) == 10_000
    assert sum(1 for _ in ledger.scores("r1")) == 10_000
    assert ledger.total("r1").attempts == len(ledger.run_state("r1").done) == 10_000
print(Path("/proc/self/status").read_text("ascii").split("VmHWM:")[1].split()[0])
"""
    done = start(script, tmp_path / "l.db").communicate()[0]
    assert int(done) < 80 * 2**10


def test_a_failed_call_of_a_closed_writer_is_an_error(tmp_path: Path) -> None:
    with Ledger.open(tmp_path / "l.db") as ledger:
        with ledger.writer() as writer:
            writer.add(STORED)
        with pytest.raises(LedgerError, match="closed"):
            writer.end(failure(intent(1)))
