"""What an eval in batches takes: seconds, memory, and bytes that go out, beside the same one live.

    python benchmarks/batches.py                  # 3,000 calls of 33 kB
    python benchmarks/batches.py 10000 2000       # calls, characters of the instructions

Each run is a process of its own, against the tests' server in another, whose batches end at once.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

ROOT: Final = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

if TYPE_CHECKING:
    from collections.abc import Iterator

MODELS: Final = ("anthropic:claude-haiku-5-5", "openai:gpt-5-mini")
TEXT: Final = "Crates with a red label wait behind the customs house. "


def main() -> None:
    """Print a line for each vendor and way."""
    calls, size = (int(one) for one in (*sys.argv[1:3], *("3000", "33000")[len(sys.argv) - 1 :]))
    print(f"{calls:,} calls, some {calls * size / 1e6:.0f} MB of instructions")
    print(f"{'':30} {'':5} {'wall s':>7} {'CPU s':>7} {'MB':>5}  answers")
    for model in MODELS:
        for way in ("batch", "live"):
            with _server() as url, tempfile.TemporaryDirectory() as folder:
                command = [sys.executable, __file__, "--one", url, folder, model, way]
                done = subprocess.run(
                    [*command, str(calls), str(size)], check=True, capture_output=True, text=True
                )
            wall, cpu, memory, answers = json.loads(done.stdout)
            print(f"{model:30} {way:5} {wall:7.1f} {cpu:7.1f} {memory:5.0f}  {answers:,}")


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "tests.vendor_server", "--batch", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.kill()


def _one(url: str, folder: str, model: str, way: str, calls: str, size: str) -> None:
    """Run an eval, and print what it took as JSON."""
    from promptops.evals.batch import Manner
    from promptops.ledger.ledger import Ledger
    from tests.evals.batch_worlds import QUICK, project, ran
    from tests.vendor_server.serving import Serving

    os.environ.update({**Serving(url).environment, "NO_PROXY": "127.0.0.1"})
    root = project(Path(folder), int(calls) // 2)
    for prompt in root.glob("v*/prompts/*"):
        text = prompt.read_text().replace("Say to", TEXT * (int(size) // len(TEXT)) + "Say to")
        prompt.write_text(text)
    manner = Manner(pace=QUICK) if way == "batch" else None
    with Ledger.open(root / "ledger.db") as ledger:
        wall, cpu = -time.perf_counter(), -time.process_time()
        found = ran(root, ledger, model, batches=manner)
        wall, cpu = wall + time.perf_counter(), cpu + time.process_time()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(json.dumps([wall, cpu, memory, sum(one.n or 0 for one in found.variants)]))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        _one(*sys.argv[2:])
    else:
        main()
