"""The examples of docs/api.md, as Python would answer them."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def test_the_pages_examples_are_true(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    for name in ("PROMPTOPS_BUNDLE", "PROMPTOPS_LABELS_FILE"):
        monkeypatch.delenv(name, raising=False)
    text = (ROOT / "docs" / "api.md").read_text("utf-8")
    blocks = re.findall(r"^```pycon\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)
    page = doctest.DocTestParser().get_doctest("\n".join(blocks), {}, "api.md", "docs/api.md", 0)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    runner.run(page, out=said.append)
    assert not said, "".join(said)
    assert runner.tries > 15
