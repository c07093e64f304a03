"""What a scorer needs beside promptops is known before anything is scored."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from promptops.scorers.extras import NEEDS, missing
from tests.scorers.pages import made

KINDS = Path(__file__).parents[2] / "promptops/scorers/kinds"


def test_every_kind_that_imports_a_package_is_listed() -> None:
    source = "".join(path.read_text("utf-8") for path in KINDS.glob("*.py"))
    imported = set(re.findall(r"^ +(?:from|import) (rapidfuzz|rouge_score|sacrebleu|jsonschema)",
                              source, re.MULTILINE))  # fmt: skip
    assert imported == {one.module for one in NEEDS.values()}


@pytest.mark.parametrize(
    ("name", "module", "extra"),
    [("edit_similarity", "rapidfuzz", "edit"), ("autoevals.Levenshtein", "autoevals", "autoevals")],
)
def test_a_package_that_is_missing_is_told_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, name: str, module: str, extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    told = f"{name} needs {module}: install promptops-toolkit[{extra}]"
    assert list(missing([made({name: {}}), made("equals")])) == [told]
