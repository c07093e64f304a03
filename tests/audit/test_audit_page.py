"""The page on the audit says what there is."""

from __future__ import annotations

import re
from pathlib import Path

from promptops.audit.facts import Facts
from promptops.audit.report import audited
from promptops.audit.sins import sins
from promptops.audit.what_if import parse
from promptops.reporters.audit_json import report

PAGE = (Path(__file__).parents[2] / "docs/audit.md").read_text("utf-8")


def test_the_sins_are_on_the_page_in_the_order_in_which_they_are_applied() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| [^|`]+ \| [^|]+ \|$", PAGE, re.MULTILINE)
    assert rows == [one.name for one in sins(Facts(None))]


def test_each_lever_of_the_page_takes_its_example() -> None:
    rows = re.findall(r"^\| `(\w+)` \| `([^`]+)`(?:, `([^`]+)`)? \| .* \| \w", PAGE, re.MULTILINE)
    assert len(rows) == 7
    names = []
    for lever, *values in rows:
        for value in filter(None, values):
            given = "anthropic:claude-haiku-5-5" if value == "provider:name" else value
            (asked,) = parse(f"{lever}={given}")
        names.append(asked.lever)
    assert [one.lever for one in parse("batch=1,model=a:b,max_tokens=1,cache=best,chunks=1,"
                                       "turns=1,retries=0")] == names  # fmt: skip


def test_every_key_of_the_json_is_on_the_page() -> None:
    found = report(audited(Facts(None)))
    assert all(f"`{key}`" in PAGE or f"`{key}[]`" in PAGE for key in found if key != "schema")
    assert all(f"`{key}`" in PAGE for key in found["sins"][0])
