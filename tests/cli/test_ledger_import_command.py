"""``promptops ledger import``: others' records in the ledger."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from promptops.cli.audit import command as audit
from promptops.cli.ledger import command
from promptops.errors import UsageError
from promptops.reporters.contracts import read_report
from promptops.reporters.contracts.ledger_import import LedgerImportReport

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


BILL = {
    "data": [
        {
            "starting_at": "2026-10-26T00:00:00Z", "ending_at": "2026-10-27T00:00:00Z",
            "results": [
                {"uncached_input_tokens": 400, "output_tokens": 980, "cache_read_input_tokens": 620,
                 "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
                 "model": "claude-haiku-5-5-20260901", "service_tier": "standard"}
            ],
        }
    ],
    "has_more": False, "next_page": None,
}  # fmt: skip


def test_a_bill_and_calls_make_the_coverage_and_a_note_of_the_audit(here: Path) -> None:
    (here / "bill.json").write_text(json.dumps(BILL))
    done = imported("otlp.json", "bill.json")
    assert done.output.splitlines() == [
        "otlp.json: 1 new call, 0 already there (opentelemetry)",
        "bill.json: 1 new bucket, 0 already there (anthropic-usage)",
    ]
    answer = CliRunner().invoke(command, ["query", "coverage", "--format", "json"])
    ((row,), (note, *_)) = (json.loads(answer.output)[name] for name in ("rows", "notes"))
    assert (row["billed_tokens"], row["tokens"], row["share"]) == (2_000, 1_020, 0.51)
    assert note.startswith("49.0% of what anthropic billed on 2026-10-26 is in no recorded call")
    report = CliRunner().invoke(audit, ["--format", "json"])
    assert note in json.loads(report.output)["notes"]


def test_figures_that_changed_are_told_from_new_ones(here: Path) -> None:
    (here / "bill.json").write_text(json.dumps(BILL))
    imported("bill.json")
    later = json.loads(json.dumps({**BILL, "has_more": True}))
    later["data"][0]["results"][0]["output_tokens"] = 1_000
    (here / "bill.json").write_text(json.dumps(later))
    counts, page = imported("bill.json").output.splitlines()
    assert "0 new buckets, 1 with other figures than before, 0 already there" in counts
    assert page == "  the last page has a next one, which is not in the file"


def test_outcomes_find_the_calls_of_the_logs_that_they_name(here: Path) -> None:
    (here / "outcomes.csv").write_text("at,outcome,call\n2026-11-20T11:00:00Z,resolved,r1\n")
    done = imported("litellm.json")
    done = imported("outcomes.csv", "--source", "litellm")
    assert done.output == "outcomes.csv: 1 new outcome, 0 already there (outcomes)\n"
    answer = CliRunner().invoke(command, ["query", "outcomes", "--format", "json"])
    ((row,),) = (json.loads(answer.output)["rows"],)
    assert (row["feature"], row["outcome"], row["good"]) == ("search", "resolved", 1)


def test_what_was_read_of_a_file_that_was_cut_off_is_told_before_the_error(here: Path) -> None:
    lines = "".join(f'{{"time": {n}, "id": "c{n}", "model": "m:a"}}\n' for n in range(1, 4))
    (here / "own.jsonl").write_text(lines[:-9])
    done = CliRunner().invoke(command, ["import", "own.jsonl", "otlp.json", "--format", "json"])
    assert isinstance(done.exception, UsageError)
    assert isinstance(read_report(done.output), LedgerImportReport)
    assert done.exception.exit_code == 2
    ((found,),) = (json.loads(done.output)["files"],)  # none after it is taken in
    assert (found["new"], found["error"]) == (2, str(done.exception))
    assert "own.jsonl:3: not JSON" in found["error"]
    assert len(asked(here, "call_id")) == 2


def test_rows_that_were_left_out_are_told_with_the_first_of_their_kind(here: Path) -> None:
    rows = "".join(f"{n},m:a,{'x' if n % 3 else n},{n}\n" for n in range(1, 8))
    (here / "some.csv").write_text("at,model,input_tokens,id\n" + rows)
    printed = imported("some.csv", "--format", "json").output
    assert isinstance(read_report(printed), LedgerImportReport)
    told = json.loads(printed)
    assert told["files"] == [
        {"file": "some.csv", "kind": "csv", "what": "call", "new": 2, "changed": 0, "known": 0,
         "left_out": [{"why": "input_tokens is no count", "rows": 5, "first_line": 2,
                       "first": "input_tokens is no count"}],
         "more_pages": False, "error": None}
    ]  # fmt: skip


@pytest.mark.skipif(sys.platform == "win32", reason="it has no such terminals")
def test_a_terminal_sees_how_far_a_file_is(here: Path) -> None:
    import pty

    watched, terminal = pty.openpty()
    words = [sys.executable, "-m", "promptops", "ledger", "import", "litellm.json"]
    with subprocess.Popen(words, cwd=here, stdout=subprocess.PIPE, stderr=terminal) as running:
        said, _ = running.communicate(timeout=60)
    os.close(terminal)
    assert said == b"litellm.json: 1 new call, 0 already there (litellm)\n"
    assert b"litellm.json: 1 row" in os.read(watched, 10_000)
    os.close(watched)
