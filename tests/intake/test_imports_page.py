"""The page on imports, the command's words and the report's are those of the import."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

from promptops.cli.ledger_import import KINDS as OFFERED
from promptops.intake import columns, outcomes
from promptops.intake.reading import KINDS
from promptops.reporters.contracts.ledger_import import FileKind
from tests.intake.taken import asked, taken, written

PAGE = (Path(__file__).parents[2] / "docs/calls.md").read_text("utf-8")


def section(head: str) -> str:
    """Return what stands below a head of the page, up to the next."""
    return re.split(r"^##", PAGE.partition(f"{head}\n")[2], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_kind_of_file_is_offered_and_reported() -> None:
    assert OFFERED == KINDS == get_args(FileKind)


def test_every_column_is_on_the_page() -> None:
    for head, fields in (
        ("### Columns of calls", columns.FIELDS), ("### Outcomes", outcomes.FIELDS),
    ):  # fmt: skip
        told = section(head)
        assert [name for name in fields if f"`{name}`" not in told] == []


def test_the_outcomes_on_the_page_are_outcomes(tmp_path: Path) -> None:
    example = section("### Outcomes").partition("```csv\n")[2].partition("```")[0]
    assert taken(tmp_path / "l.db", written(tmp_path / "o.csv", example)).new == 2
    told = asked(tmp_path / "l.db", "SELECT session, good, value_nanousd FROM outcomes ORDER BY at")
    assert told == [("s-17", 1, 12_500_000_000), ("s-18", 0, None)]
