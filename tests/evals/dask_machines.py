"""A Dask cluster of real processes on this machine, each with an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass
class Machines:
    """A scheduler and its workers."""

    address: str  # dask://HOST:PORT
    folder: Path
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def add(self, environment: Mapping[str, str], threads: int = 4) -> subprocess.Popen[bytes]:
        """Start a worker; whoever asks for it is told when it is there by the scheduler."""
        command = [
            "worker", self.address.replace("dask", "tcp"), "--no-nanny", "--no-dashboard",
            "--nthreads", str(threads), "--local-directory", str(self.folder),
        ]  # fmt: skip
        self.workers.append(_dask(self.folder, command, environment))
        return self.workers[-1]


@contextmanager
def machines(folder: Path) -> Iterator[Machines]:
    """Yield a cluster without workers; all its processes end with the block."""
    told = folder / "scheduler.json"
    command = ["scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard"]
    scheduler = _dask(folder, [*command, "--scheduler-file", str(told)], {})
    until = time.monotonic() + 30
    while not told.exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(0.1)
    address = told.read_text().partition("tcp://")[2].partition('"')[0]
    made = Machines(f"dask://{address}", folder)
    try:
        yield made
    finally:
        for process in (*made.workers, scheduler):
            process.kill()
            process.wait()


def _dask(
    folder: Path, words: list[str], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    with (folder / f"{words[0]}.log").open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdout=log,
            stderr=log,
        )
