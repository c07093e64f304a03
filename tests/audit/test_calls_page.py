"""The page on recorded calls says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from promptops.audit.questions import questions
from promptops.cli.ledger import command
from promptops.ledger.call_tables import CALLS_NEVER_CHANGED

PAGE = (Path(__file__).parents[2] / "docs/calls.md").read_text("utf-8")


def test_every_question_is_on_the_page_in_its_own_words() -> None:
    rows = dict(
        re.findall(r"^\| `([a-z-]+)` \| (What .*?|How .*?|Why .*?) \|$", PAGE, re.MULTILINE)
    )
    told = {name: one.told for name, one in questions().items()}
    assert rows.keys() == told.keys()
    assert all(told[name].startswith(row.removesuffix(".")) for name, row in rows.items())


def test_every_command_and_table_is_on_the_page() -> None:
    for name in command.parts:
        assert f"`promptops ledger {name}" in PAGE
    assert all(f"| `{table}` |" in PAGE for table in CALLS_NEVER_CHANGED)
