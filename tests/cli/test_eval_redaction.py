"""Texts of evals are redacted by the function that the project's settings name."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from tests.cli.commands import ROOT, promptops

if TYPE_CHECKING:
    from pathlib import Path

TRIAGE = "evals/support/triage.yaml"


def made(root: Path, function: str) -> Path:
    """Return a project whose texts a function redacts."""
    for folder in ("prompts", "evals"):
        shutil.copytree(ROOT / folder, root / folder)
    (root / "promptops.toml").write_text('[ledger]\nredact = "masks:mask"\n', "utf-8")
    (root / "masks.py").write_text(function, "utf-8")
    return root


def test_answers_are_kept_as_the_function_returns_them(tmp_path: Path) -> None:
    root = made(tmp_path, "def mask(text):\n    return f'[{len(text)}]'\n")
    done = promptops("eval", TRIAGE, cwd=root)
    assert done.code in {0, 1}, done.err
    with closing(sqlite3.connect(root / ".promptops" / "ledger.db")) as connection:
        found = [text for (text,) in connection.execute("SELECT text FROM answers")]
    assert found
    assert all(text.strip("[]").isdecimal() for text in found)


def test_no_eval_begins_without_the_function_that_is_named(tmp_path: Path) -> None:
    root = made(tmp_path, "1 / 0\n")
    done = promptops("eval", TRIAGE, cwd=root)
    assert done.code == 2
    assert "'masks:mask' fails to load: ZeroDivisionError" in done.err
    assert not (root / ".promptops").exists()
