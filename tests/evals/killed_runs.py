"""A run that is killed at points of one's choosing and goes on, against a server that counts."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tests.cli.inside import inside
from tests.vendor_server.answers import by_keyword
from tests.vendor_server.serving import Serving

HEAD = """---
version: %d
model: anthropic:claude-haiku-5-5
params: {max_tokens: 12}
inputs: {parcel: string}
---
"""
BODY = "{% user %}\nTo which yard does this go, harbour or station: {{ parcel }}\n{% enduser %}\n"
EVAL = """prompt: sort
versions: [v1, work]
dataset: {path: cases.jsonl, id: id, expected: yard}
scorers: [{label: [harbour, station]}]
gate: {metric: label, margin: 0.2}
budget: {usd: 1}
run: {concurrency: %d}
"""
FILE = "evals/sort.yaml"
TWICE = """SELECT count(*) FROM (SELECT answer_key FROM intents JOIN results USING (attempt_id)
WHERE status = 'ok' GROUP BY answer_key HAVING count(*) > 1)"""
SUMS = """SELECT count(*), sum(status = 'ok'), sum(input_tokens), sum(output_tokens)
FROM results"""


def project(root: Path, cases: int = 40, concurrency: int = 8) -> Path:
    """Make a project with one locked version, another in work, and an eval of both."""
    (root / "prompts").mkdir(parents=True)
    (root / "evals").mkdir()
    prompt = root / "prompts/sort.prompt.j2"
    prompt.write_text(HEAD.replace("%d", "1") + BODY)
    assert inside("lock", cwd=root).code == 0
    prompt.write_text(HEAD.replace("%d", "2") + BODY.replace("To which", "Say to which"))
    rows = [
        {"id": f"c{n}", "parcel": f"{'crate' if n % 2 else 'box'} number {n}",
         "yard": "harbour" if n % 2 else "station"}
        for n in range(cases)
    ]  # fmt: skip
    lines = "".join(f"{json.dumps(row)}\n" for row in rows)
    (root / "evals/cases.jsonl").write_text(lines)
    (root / FILE).write_text(EVAL.replace("%d", str(concurrency)))
    return root


def telling(server: Serving) -> None:
    """Have a server answer by the words of a parcel, some of them wrongly."""
    server.world.answer = by_keyword({"crate": "harbour", "box": "station"}, wrong=0.1)


@dataclass
class Killed:
    """A project whose run is killed and goes on; ``kills`` are the calls that had been heard."""

    root: Path
    server: Serving
    kills: list[int] = field(default_factory=list)
    said: list[str] = field(default_factory=list)

    def start(self, *words: str) -> subprocess.Popen[str]:
        """Start a command in the project."""
        return subprocess.Popen(
            [sys.executable, "-m", "promptops", "eval", *words, "--format", "json"],
            cwd=self.root,
            env={**os.environ, "NO_COLOR": "1", "NO_PROXY": "127.0.0.1",
                 **self.server.environment},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def kill(self, after: int, *words: str, wait: float = 0.0) -> bool:
        """Kill a run with so many calls heard, and some seconds; whether it was still there."""
        before = len(self.server.world.heard)
        process = self.start(*words)
        while len(self.server.world.heard) - before < after and process.poll() is None:
            time.sleep(0.0005)
        time.sleep(wait)
        process.send_signal(signal.SIGKILL)
        _, told = process.communicate()
        self.said.append(told)
        self.kills.append(len(self.server.world.heard) - before)
        return process.returncode == -signal.SIGKILL

    def end(self, *words: str) -> Any:
        """Let a run come to its end; returns its report."""
        process = self.start(*words)
        out, told = process.communicate(timeout=120)
        assert process.returncode in {0, 1, 3}, told
        self.said.append(told)
        return json.loads(out)

    def ask(self, query: str) -> tuple[Any, ...]:
        """Return the first row of a query to the ledger."""
        with closing(sqlite3.connect(self.root / ".promptops/ledger.db")) as connection:
            row: tuple[Any, ...] = connection.execute(query).fetchone()
            return row

    @property
    def lost(self) -> tuple[int, Decimal]:
        """How many calls are lost, and the most that they cost."""
        count = self.ask("SELECT count(*) FROM lost LEFT JOIN results USING (attempt_id)"
                         " WHERE results.attempt_id IS NULL")[0]  # fmt: skip
        with closing(sqlite3.connect(self.root / ".promptops/ledger.db")) as connection:
            rows = connection.execute("SELECT reserved_usd FROM lost JOIN intents"
                                      " USING (run_id, attempt_id)").fetchall()  # fmt: skip
        return count, sum((Decimal(one) for (one,) in rows), Decimal(0))


def answered_again(server: Serving) -> int:
    """Return how many answers a server gave beyond the first to a request."""
    counts: dict[str, int] = {}
    for one in server.world.heard:
        if one.said is not None:
            counts[one.key] = counts.get(one.key, 0) + 1
    return sum(count - 1 for count in counts.values())
