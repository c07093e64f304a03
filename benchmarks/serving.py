"""The page of a month of recorded calls: how long until it is there, from a file and served.

    python benchmarks/serving.py              # 1,000,000 calls of seed 1
    python benchmarks/serving.py 100000 7     # another number, another seed
    python benchmarks/serving.py 1000000 1 FOLDER     # take what benchmarks/month.py made there

The world is ``month_world``. ``audit --html`` and ``serve`` are processes of their own; times are
by the clock, from the request to its last byte: until something is shown, until the figures are
there, and once more. Exits with 1 if the page of the audit is 2 MB or more, or a second answer
takes more than a tenth of a second.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Final

from month_world import month

from promptops.audit.questions import questions
from promptops.ledger.call_store import CallStore
from promptops.registry.records import pricing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.model.calls import Call, Outcome

LARGEST: Final = 2_000_000  # bytes
SOON: Final = 0.1  # seconds


def made(folder: Path, count: int, seed: int) -> None:
    """Write the month's ledger, if it is not there."""
    (folder / "prompts").mkdir(parents=True, exist_ok=True)
    (folder / "pyproject.toml").write_text("[tool.promptops]\n")
    ledger = folder / ".promptops" / "ledger.db"
    if ledger.exists():
        return
    outcomes: list[Outcome] = []

    def calls() -> Iterator[Call]:
        for call, told in month(count, seed, pricing(folder)):
            outcomes.extend([told] if told else [])
            yield call

    with CallStore.open(ledger) as store:
        store.add(calls())
        store.tell(outcomes)


def command(*words: str) -> list[str]:
    """Return the command line of a process."""
    return [sys.executable, "-m", "promptops", *words]


def written(folder: Path) -> int:
    """Time ``audit --html``; returns the page's bytes."""
    page = folder / "audit.html"
    begun, before = time.perf_counter(), os.times()
    subprocess.run(command("audit", "--html", str(page)), cwd=folder, check=True)
    wall, after = time.perf_counter() - begun, os.times()
    cpu = after.children_user + after.children_system
    cpu -= before.children_user + before.children_system
    size = page.stat().st_size
    print(f"audit --html     {wall:6.2f} s ({cpu:.2f} CPU s), {size:,} bytes")
    return size


def asked(port: int, path: str) -> tuple[int, float, int]:
    """Ask for a page; returns its status, how long it took, its bytes."""
    begun = time.perf_counter()
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    connection.request("GET", path)
    found = connection.getresponse()
    size = len(found.read())
    connection.close()
    return found.status, time.perf_counter() - begun, size


def until_there(port: int, path: str) -> tuple[float, float, int]:
    """Ask until there are figures; returns when something showed, when they did, and bytes."""
    begun, shown = time.perf_counter(), 0.0
    while True:
        status, _, size = asked(port, path)
        shown = shown or time.perf_counter() - begun
        if status != 202:
            return shown, time.perf_counter() - begun, size


def served(folder: Path) -> float:
    """Time each page twice; returns the longest of the second times."""
    process = subprocess.Popen(command("serve", "--port", "0"), cwd=folder, text=True,
                               stdout=subprocess.PIPE)  # fmt: skip
    assert process.stdout is not None
    port = int(re.findall(r":(\d+)/", process.stdout.readline())[0])
    slowest = 0.0
    print(f"\n{'page':32} {'shown s':>8} {'there s':>8} {'again s':>8} {'bytes':>9}")
    try:
        for path in ("/", *(f"/questions/{name}" for name in questions())):
            shown, there, size = until_there(port, path)
            asked(port, path)
            again = asked(port, path)[1]
            slowest = max(slowest, again)
            print(f"{path:32} {shown:8.2f} {there:8.2f} {again:8.3f} {size:9,}", flush=True)
    finally:
        process.send_signal(signal.SIGINT)
        print(f"ended with {process.wait(30)}")
    return slowest


def main() -> int:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(sys.argv[3] if len(sys.argv) > 3 else name).absolute()
        made(folder, count, seed)
        print(f"{count:,} calls of seed {seed}")
        size = written(folder)
        slowest = served(folder)
    return int(size >= LARGEST or slowest > SOON)


if __name__ == "__main__":
    sys.exit(main())
