"""Recording under 8 processes of 8 threads that are killed at random, and what it costs a caller.

    python benchmarks/recording.py [--rounds 5] [--seed 7]

Each process records and says in a file of its own how many calls it has handed over; then it is
killed. Afterwards the database is whole, no call is there twice, what is missing is at most what a
queue and one write hold, and the ledger's count of it is right: not less than what the files tell,
and more by what was handed over since their last word. Then the median and the CPU of one call on
the caller's thread: of the block alone, and of ``registry.record`` with texts and without.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from promptops import Registry
from promptops.ledger.losses import lost
from promptops.recording.raw import Asked
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
from promptops.recording.texts import Texts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
PROCESSES, THREADS = 8, 8
CHILD = """
import struct, sys, threading, time
from promptops.recording.raw import Asked
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
path, told, size = sys.argv[1], sys.argv[2], int(sys.argv[3])
recorder = Recorder(path, lambda *_: None, size=size)
answer = {"model": "m", "stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 1}}
asked = Asked("openai:gpt-5.6", "mail/sort", "v1")
counts = [0] * int(sys.argv[4])
def work(me):
    while True:
        with Recording(recorder, asked, {"feature": "inbox", "session": told}) as call:
            call.response(answer)
        counts[me] += 1
        time.sleep(0.002)
for me in range(len(counts)):
    threading.Thread(target=work, args=(me,), daemon=True).start()
with open(told, "wb", buffering=0) as file:
    while True:
        file.seek(0)
        file.write(struct.pack("<qq", sum(counts), recorder.losses.dropped))
        time.sleep(0.005)
"""
SIZE = 10_000
LATE = 200  # calls of a thread since the last word of its process's file, on a busy machine


def killed(folder: Path, seconds: random.Random) -> tuple[int, int, int, int]:
    """Kill one round of processes; returns calls handed over, dropped, kept, counted as lost."""
    ledger = folder / "ledger.db"
    files = [folder / f"told-{number}" for number in range(PROCESSES)]
    running = [
        subprocess.Popen([sys.executable, "-c", CHILD, ledger, file, str(SIZE), str(THREADS)])
        for file in files
    ]
    while not all(file.is_file() for file in files):
        time.sleep(0.05)
    for one in running:
        time.sleep(seconds.uniform(0.2, 1.0))
        os.kill(one.pid, signal.SIGKILL)
        one.wait()
    told = [struct.unpack("<qq", file.read_bytes()[:16] or b"\0" * 16) for file in files]
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        calls, different = connection.execute(
            "SELECT count(*), count(DISTINCT call_id) FROM calls"
        ).fetchone()
        by_process = dict(
            connection.execute("SELECT session, count(*) FROM calls GROUP BY session").fetchall()
        )
    assert calls == different, "a call is there twice"
    for file, (handed, dropped) in zip(files, told, strict=True):
        gone = handed - dropped - by_process.get(str(file), 0)
        assert gone <= SIZE + 1_000, f"{gone} calls of one process are lost"
    counted = sum(one.number for one in lost(ledger))
    handed = sum(one for one, _ in told)
    missing = handed - sum(one for _, one in told) - calls
    late = PROCESSES * THREADS * LATE
    assert missing <= counted <= missing + late, f"{missing} calls are missing, {counted} counted"
    return handed, sum(one for _, one in told), calls, counted


def caller(recorder: Recorder, begin: Callable[[], Recording]) -> tuple[float, float]:
    """Return the median wall and the mean CPU microseconds of a call on its caller's thread."""
    answer = {
        "model": "m", "stop_reason": "stop", "usage": {"input_tokens": 9, "output_tokens": 1},
        "choices": [{"message": {"role": "assistant", "content": "bills"}}],
    }  # fmt: skip
    walls: list[float] = []
    cpu = 0.0
    for _ in range(40):
        began = time.thread_time()
        for _ in range(500):
            at = time.perf_counter()
            with begin() as call:
                call.response(answer)
            walls.append(time.perf_counter() - at)
        cpu += time.thread_time() - began
        recorder.flush()
    recorder.close()
    return statistics.median(walls) * 1e6, cpu / len(walls) * 1e6


def callers(folder: Path) -> Iterator[tuple[str, float, float]]:
    """Yield what a call costs its caller, by how it is recorded."""
    asked = Asked("openai:gpt-5.6", "mail/sort", "v1")
    recorder = Recorder(folder / "block.db", lambda *_: None)
    yield "the block alone", *caller(recorder, lambda: Recording(recorder, asked, {"feature": "a"}))
    for texts in ("none", "all"):
        registry = Registry.load(ROOT)
        registry.recorder = own = Recorder(
            folder / f"{texts}.db", lambda *_: None, texts=Texts(texts)
        )
        yield (
            f"registry.record, texts {texts}",
            *caller(
                own,
                lambda registry=registry: registry.record(
                    "support/triage@production", feature="inbox", user_segment="free"
                ),
            ),
        )


def main() -> None:
    """Print what was lost in each round, and what a call costs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    seconds = random.Random(given.seed)
    for number in range(given.rounds):
        with tempfile.TemporaryDirectory() as name:
            handed, dropped, kept, counted = killed(Path(name), seconds)
        told = f"{handed:,} handed over, {dropped:,} dropped and counted, {kept:,} kept"
        print(f"round {number + 1}: {told}, {counted:,} lost by the kills and counted; none twice")
    with tempfile.TemporaryDirectory() as name:
        for how, wall, cpu in callers(Path(name)):
            print(f"{how}: a call costs {wall:.1f} µs (median), {cpu:.1f} µs of CPU; limit 50")


if __name__ == "__main__":
    main()
