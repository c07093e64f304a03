"""Run the command line as a user does: another process, in a folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
CORPUS = ROOT.parent / "shared" / "corpus"


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def promptops(*arguments: str | Path, cwd: Path, **environment: str) -> Done:
    """Run a command; a traceback is never the right answer."""
    command = [sys.executable, "-m", "promptops", *map(str, arguments)]
    done = subprocess.run(
        command,
        cwd=cwd,
        env={**os.environ, "NO_COLOR": "1", **environment},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def write(root: Path, **files: str | bytes) -> Path:
    """Write prompts by name below ``prompts/``; ``__`` in a name stands for ``/``."""
    for name, text in files.items():
        path = root / "prompts" / f"{name.replace('__', '/')}.prompt.j2"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return root


def one_line(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith("\n")
