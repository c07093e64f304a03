"""``promptops ledger import``: others' records in the ledger."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from promptops.cli.ledger import command
from promptops.errors import UsageError

SPAN = {
    "traceId": "t1", "spanId": "s1",
    "startTimeUnixNano": "1793000000000000000", "endTimeUnixNano": "1793000001500000000",
    "attributes": [
        {"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
        {"key": "gen_ai.provider.name", "value": {"stringValue": "anthropic"}},
        {"key": "gen_ai.request.model", "value": {"stringValue": "claude-haiku-5-5"}},
        {"key": "gen_ai.usage.input_tokens", "value": {"intValue": "1000"}},
        {"key": "gen_ai.usage.cache_read.input_tokens", "value": {"intValue": "600"}},
        {"key": "gen_ai.usage.output_tokens", "value": {"intValue": "20"}},
        {"key": "gen_ai.prompt.name", "value": {"stringValue": "mail/sort"}},
        {"key": "gen_ai.prompt.version", "value": {"stringValue": "4"}},
        {"key": "gen_ai.request.max_tokens", "value": {"intValue": "64"}},
        {"key": "gen_ai.response.finish_reasons",
         "value": {"arrayValue": {"values": [{"stringValue": "max_tokens"}]}}},
        {"key": "promptops.feature", "value": {"stringValue": "inbox"}},
    ],
}  # fmt: skip
OTLP = {"resourceSpans": [{"scopeSpans": [{"spans": [SPAN]}]}]}
LITELLM = {
    "request_id": "r1", "call_type": "acompletion", "startTime": "2026-11-20 10:00:00+00:00",
    "endTime": "2026-11-20 10:00:02+00:00", "model": "gpt-5.6", "custom_llm_provider": "openai",
    "prompt_tokens": 50, "completion_tokens": 5, "team_id": "blue",
    "metadata": {"requester_metadata": {"feature": "search"}},
}  # fmt: skip
LANGFUSE = {
    "id": "g1", "type": "GENERATION", "traceId": "t", "startTime": "2026-11-20T10:00:00Z",
    "endTime": "2026-11-20T10:00:03Z", "model": "gpt-5.6", "promptName": "mail/find",
    "promptVersion": 2, "usageDetails": {"input": 40, "output": 4, "total": 44},
    "modelParameters": {"max_tokens": 100},
}  # fmt: skip
CSV = "when,model,input_tokens,out,feature,user_segment\n2026-11-20T10:00:00,openai:gpt-5.6,30,3,inbox,pro\n,openai:gpt-5.6,1,1,,\n"  # noqa: E501


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with files of each kind."""
    (tmp_path / "prompts").mkdir()
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\n")
    for name, value in (("otlp", OTLP), ("litellm", LITELLM), ("langfuse", LANGFUSE)):
        (tmp_path / f"{name}.json").write_text(json.dumps(value))
    (tmp_path / "calls.csv").write_text(CSV)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def imported(*args: str) -> Result:
    """Return what the command came to."""
    return CliRunner().invoke(command, ["import", *args], catch_exceptions=False)


def asked(here: Path, columns: str) -> list[Any]:
    """Return columns of the one call in the ledger."""
    with closing(sqlite3.connect(here / ".promptops" / "ledger.db")) as connection:
        query = f"SELECT {columns} FROM calls JOIN contexts USING (context_id)"
        return connection.execute(query).fetchall()


def test_spans_come_with_prompt_feature_and_finish(here: Path) -> None:
    assert "1 new call, 0 already there (opentelemetry)" in imported("otlp.json").output
    found = asked(
        here,
        "model, prompt, version, feature, max_tokens, input_tokens, cache_read_tokens, finish,"
        " latency, source, price_sha256 IS NOT NULL",
    )
    assert found == [
        ("anthropic:claude-haiku-5-5", "mail/sort", "v4", "inbox", 64, 400, 600, "length", 1.5,
         "opentelemetry", 1)
    ]  # fmt: skip


def test_logs_of_litellm_come_with_their_team(here: Path) -> None:
    imported("litellm.json")
    found = asked(here, "model, feature, tenant, input_tokens, latency")
    assert found == [("openai:gpt-5.6", "search", "blue", 50, 2.0)]


def test_generations_of_langfuse_come_with_their_prompt(here: Path) -> None:
    imported("langfuse.json")
    assert asked(here, "prompt, version, max_tokens, latency") == [("mail/find", "v2", 100, 3.0)]


def test_a_file_that_is_taken_in_twice_changes_nothing(here: Path) -> None:
    for new in (1, 0):
        told = json.loads(imported("otlp.json", "--format", "json").output)
        assert [(one["new"], one["known"]) for one in told["files"]] == [(new, 1 - new)]
    assert len(asked(here, "call_id")) == 1


def test_columns_are_mapped_and_rows_that_cannot_be_read_are_counted(here: Path) -> None:
    done = imported("calls.csv", "--map", "at=when", "--map", "output_tokens=out")
    assert done.output.splitlines() == [
        "calls.csv: 1 new call, 0 already there (csv)",
        "  1 left out: at is no time; the first in line 3",
    ]
    found = asked(here, "at, model, input_tokens, output_tokens, feature, segment")
    assert found == [(1_795_168_800.0, "openai:gpt-5.6", 30, 3, "inbox", "pro")]


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (["calls.csv"], "no column 'at'"),
        (["calls.csv", "--map", "when"], "write FIELD=COLUMN"),
        (["calls.csv", "--map", "time=when"], "no field 'time'"),
        (["calls.csv", "--map", "at=wen"], "no column 'wen'; did you mean 'when'"),
        (["otlp.json", "--map", "at=when"], "CSV files"),
        (["nowhere.csv"], "cannot be read"),
    ],
)
def test_what_cannot_be_taken_in_is_said(args: list[str], told: str) -> None:
    with pytest.raises(UsageError, match=told):
        imported(*args)
