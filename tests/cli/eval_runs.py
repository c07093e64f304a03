"""A small project whose evals ask a server on this machine, for tests of what comes after a run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.commands import Done
from tests.cli.inside import inside
from tests.evals.killed_runs import FILE, project, telling
from tests.vendor_server.serving import Serving, serving

TIMES = ("generated_at", "notes")


@dataclass
class Shop:
    root: Path
    server: Serving

    def eval(self, *words: str | Path) -> Done:
        return inside("eval", *words, cwd=self.root, **self.server.environment)

    def run(self, *words: str) -> Any:
        """Run the eval; returns its report."""
        done = self.eval(FILE, "--format", "json", *words)
        assert done.code in {0, 1, 3}, done.err
        return done.json

    def show(self, word: str = "last", *words: str) -> Any:
        done = self.eval("show", word, "--format", "json", *words)
        assert done.code == 0, done.err
        return done.json

    def write(self, path: str, before: str, after: str) -> None:
        file = self.root / path
        text = file.read_text()
        assert before in text
        file.write_text(text.replace(before, after))


@contextmanager
def shop(root: Path) -> Iterator[Shop]:
    with serving() as server:
        telling(server)
        yield Shop(project(root / "shop", cases=24), server)


def but_times(report: Any) -> Any:
    """Return a report without what depends on when it was made."""
    found = {key: value for key, value in report.items() if key not in TIMES}
    found["run"] = {key: value for key, value in report["run"].items() if key != "ended"}
    return json.loads(json.dumps(found))
