"""``promptops ledger query``."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from click.testing import CliRunner, Result

from promptops.audit.questions import questions
from promptops.cli.ledger import command
from promptops.cli.ledger_query import DIALECTS
from promptops.errors import UsageError
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Price, Rates, Usage
from promptops.reporters.contracts import read_report

DAY = 86_400
PRICE = Price("openai:gpt-5.6", Rates(Decimal("1.25"), Decimal(10)))


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project whose ledger holds a few calls of two features."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\n")
    (tmp_path / ".git").mkdir()
    monkeypatch.chdir(tmp_path)
    inbox = Context("openai:gpt-5.6", "mail/sort", "v2", feature="inbox")
    search = inbox._replace(prompt="mail/find", version="v1", feature="=search|x")
    calls = [
        *(Call(f"i{n}", DAY * n, inbox, Usage(1_000_000, 1_000), PRICE) for n in range(4)),
        Call("s", DAY, search, Usage(1_000_000), PRICE),
        Call("u", DAY, search, Usage(5), None),
        Call("f", DAY, search),
    ]
    with CallStore.open(tmp_path / ".promptops" / "ledger.db") as store:
        store.add(calls)
    return tmp_path


def asked(*args: str) -> Result:
    """Return what the command came to."""
    return CliRunner().invoke(command, ["query", *args], catch_exceptions=False)


@pytest.mark.usefixtures("project")
def test_features_are_listed_by_their_cost_and_what_is_not_known_is_said() -> None:
    assert asked("features").output.splitlines() == [
        "What each feature costs.",
        "",
        "feature    calls   cost  share  a call      input  output",
        "inbox          4  $5.04  80.1%   $1.26  4,000,000   4,000",
        "=search|x      3  $1.25  19.9%   $1.25  1,000,005       0",
        "- 1 of 7 calls tell no usage: they are in no sum",
        "- 1 of 7 calls have no known price: they are in no sum",
    ]


@pytest.mark.usefixtures("project")
def test_dollars_are_exact_in_json() -> None:
    found: dict[str, Any] = json.loads(asked("versions", "--format", "json").output)
    assert found["schema"] == "promptops.ledger-query/1"
    first = found["rows"][0]
    assert (first["prompt"], first["version"], first["usd"]) == ("mail/sort", "v2", "5.04")


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"rows": [{"day": "1970-01-01"}]}, "other keys than the columns"),
        ({"columns": [{"name": "day", "kind": "usd"}], "rows": [{"day": "free"}]}, "match pattern"),
        ({"columns": [{"name": "day", "kind": "dollar"}]}, "kind: Input should be"),
        ({"question": "fetures"}, "question: Input should be"),
    ],
)
def test_json_that_is_no_answer_is_refused(change: dict[str, Any], told: str) -> None:
    text = asked("days", "--format", "json").output
    read_report(text)
    with pytest.raises(UsageError, match=told):
        read_report(json.dumps({**json.loads(text), **change}))


@pytest.mark.usefixtures("project")
def test_days_are_chosen_in_utc() -> None:
    found = json.loads(
        asked(
            "features", "--since", "1970-01-03", "--until", "1970-01-03", "--format", "json"
        ).output
    )
    assert [(row["feature"], row["calls"]) for row in found["rows"]] == [("inbox", 1)]


@pytest.mark.usefixtures("project")
def test_a_spreadsheet_runs_nothing_and_markdown_stays_a_table() -> None:
    assert "'=search|x," in asked("features", "--format", "csv").output
    assert r"| `=search\|x` | 3 |" in asked("features", "--format", "markdown").output


@pytest.mark.usefixtures("project")
def test_more_rows_than_the_limit_are_counted() -> None:
    assert "and 1 more (--limit)" in asked("features", "--limit", "1").output


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_question_is_printed_for_other_databases(dialect: str) -> None:
    for name in questions():
        printed = asked(name, "--sql", dialect).output
        assert printed.count("SELECT") > 1
        assert sqlglot.parse(printed, read=dialect)


@pytest.mark.usefixtures("project")
def test_without_a_question_all_are_listed() -> None:
    lines = asked().output.splitlines()
    assert "features" in lines[0]
    assert len(lines) >= 5


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["feature"], "did you mean 'features'"),
        (["features", "--since", "yesterday"], "write a day"),
        (["features", "--from", "nowhere.db"], "no ledger is there"),
        (["features", "--from", "nowhere.db", "--sql", "duckdb"], "asks no database"),
    ],
)
def test_what_cannot_be_asked_is_said(args: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        asked(*args)
