"""What all contenders of the eval benchmark are given: a project, a server, and a stopwatch."""

from __future__ import annotations

import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple
from urllib.request import urlopen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE: Final = Path(__file__).parent
PROMPTOPS: Final = str(Path(sys.executable).with_name("promptops"))
RULES: Final = "Crates with a red label wait in the yard behind the old customs house. " * 8
PROMPT: Final = """---
version: {version}
model: anthropic:claude-haiku-5-5
params: {{max_tokens: 12}}
inputs: {{parcel: string}}
cost: {{calls_per_month: 30_000}}
---
{{% system %}}
Say to which yard a parcel goes: harbour or station. {rules}{more}
{{% endsystem %}}
{{% user %}}
{{{{ parcel }}}}
{{% enduser %}}
"""
EVAL: Final = """prompt: sort
versions: [v1, v2]
models: [{model}]
dataset: {{path: cases.jsonl, id: id, expected: yard}}
scorers: [{{label: [harbour, station]}}]
gate: {{metric: label, margin: 0.02, inconclusive: pass}}
budget: {{usd: 100}}
run: {{concurrency: {concurrency}}}
"""
CONFIG: Final = '[providers.yard]\nbase-url = "{url}/v1"\nkey = "YARD_KEY"\n'


class Took(NamedTuple):
    """What a process took: seconds of wall and CPU, its highest memory in MB, what it printed."""

    wall: float
    cpu: float
    memory: float
    out: str = ""


def cases(number: int) -> list[dict[str, str]]:
    """Return the cases that all are asked about."""
    return [
        {"id": f"c{n}", "parcel": f"{'crate' if n % 2 else 'box'} number {n}, two labels",
         "yard": "harbour" if n % 2 else "station"}
        for n in range(number)
    ]  # fmt: skip


@contextmanager
def serving(latency: float, limited: float = 0.0, failing: float = 0.0) -> Iterator[str]:
    """Yield the address of a server in a process of its own."""
    command = [sys.executable, str(HERE / "evals_server.py"), "--latency", str(latency)]
    command += ["--limited", str(limited), "--failing", str(failing)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.terminate()


def stats(url: str) -> dict[str, int]:
    """Return what a server has counted."""
    with urlopen(f"{url}/_stats") as reply:
        found: dict[str, int] = json.load(reply)
    return found


def environment(url: str) -> dict[str, str]:
    """Return the variables that lead every contender to the server."""
    return {
        **os.environ, "NO_COLOR": "1", "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1",
        "OPENAI_API_KEY": "key", "OPENAI_BASE_URL": f"{url}/v1", "YARD_KEY": "key",
        "ANTHROPIC_API_KEY": "key", "ANTHROPIC_BASE_URL": url,
    }  # fmt: skip


def project(root: Path, url: str, number: int, concurrency: int, model: str) -> Path:
    """Write a project whose eval asks two versions of a prompt about half of so many cases."""
    for folder in ("prompts", "evals"):
        (root / folder).mkdir(parents=True)
    (root / "promptops.toml").write_text(CONFIG.format(url=url))
    prompt = root / "prompts/sort.prompt.j2"
    prompt.write_text(PROMPT.format(version=1, rules=RULES, more=""))
    subprocess.run([PROMPTOPS, "lock"], cwd=root, check=True, capture_output=True)
    prompt.write_text(PROMPT.format(version=2, rules=RULES, more="Be brief."))
    asked = cases(max(number // 2, 1))
    (root / "evals/cases.jsonl").write_text("".join(json.dumps(one) + "\n" for one in asked))
    told = EVAL.format(model=model, concurrency=concurrency)
    if number == 1:
        told = told.replace("[v1, v2]", "[v1]")
        told = "".join(line for line in told.splitlines(keepends=True) if line[:4] != "gate")
    (root / "evals/sort.yaml").write_text(told)
    return root


def took(
    command: Sequence[str], folder: Path, variables: Mapping[str, str], fine: Sequence[int] = (0,)
) -> Took:
    """Return what a process took, with all its own; it must end as it says that it does."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=variables, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        for file in (out, err):
            file.seek(0)
        told = out.read().decode()
        if process.returncode not in fine:
            raise SystemExit(f"{' '.join(command)}: {told[-500:]}{err.read().decode()[-2000:]}")
    return Took(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, told)


def middle(found: Sequence[Took]) -> Took:
    """Return the medians."""
    return Took(
        statistics.median(one.wall for one in found),
        statistics.median(one.cpu for one in found),
        statistics.median(one.memory for one in found),
        found[-1].out,
    )


def answered(root: Path) -> int:
    """Return how many answers a project's ledger holds."""
    with closing(sqlite3.connect(root / ".promptops/ledger.db")) as ledger:
        query = "SELECT count(*) FROM results WHERE status = 'ok'"
        found: int = ledger.execute(query).fetchone()[0]
    return found
