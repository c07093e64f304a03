"""``promptops usage``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from promptops.caching.traces import Recorded, line
from promptops.cli.usage_sync import _write
from promptops.config import find_project
from promptops.errors import UsageError
from promptops.reporters.contracts.usage import UsageSyncReport
from promptops.usage.measure import measure
from promptops.usage.sync import plan
from promptops.usage_file.reading import UsageFile
from tests.cli.commands import Done, one_line, promptops, write
from tests.reporters.reports import read
from tests.usage.worlds import START, by_chance, call

TEXT = "---\nversion: 3\nmodel: anthropic:claude-sonnet-5-5\n---\nWhere is my parcel?\n"


@pytest.fixture
def desk(tmp_path: Path) -> Path:
    """A project with a prompt, and a month of its calls."""
    write(tmp_path, desk=TEXT, support__triage=TEXT)
    return trace(tmp_path, *by_chance(2, 30, 7))


def trace(root: Path, *calls: Recorded, name: str = "calls.jsonl") -> Path:
    (root / name).write_text("".join(f"{line(one)}\n" for one in calls), encoding="utf-8")
    return root


def sync(root: Path, *arguments: str, code: int = 0) -> Done:
    done = promptops("usage", "sync", "--from", "calls.jsonl", *arguments, cwd=root)
    assert done.code == code, done
    assert max(map(len, done.out.splitlines()), default=0) <= 80
    return done


def report(root: Path, *arguments: str) -> UsageSyncReport:
    found = read("usage", "sync", "--from", "calls.jsonl", *arguments, cwd=root, code=0)
    assert isinstance(found, UsageSyncReport)
    return found


def usage(root: Path) -> UsageFile:
    return UsageFile.parse((root / "usage.yml").read_bytes(), "usage.yml")


def test_a_file_is_written_and_the_second_time_nothing_changes(desk: Path) -> None:
    first = sync(desk)
    text = (desk / "usage.yml").read_bytes()
    found = usage(desk)
    assert first.out.endswith("usage.yml: written\n")
    assert found.prompts["desk"].origin.startswith("trace 2026-11-16..2026-12-15, n=")
    assert 1_300 < found.prompts["desk"].calls_per_month.expected < 1_620  # type: ignore[union-attr]
    assert found.calibration["anthropic:claude-sonnet-5-5"].calls > 1_300
    again = sync(desk)
    assert again.out.endswith("usage.yml: nothing to change\n")
    assert (desk / "usage.yml").read_bytes() == text


def test_the_table_has_the_file_beside_the_measurement(desk: Path) -> None:
    (desk / "usage.yml").write_text(
        "prompts:\n  desk: {calls_per_month: 7, from: 'trace 2026-01-01..2026-01-02, n=1'}\n"
        "  support/triage: {calls_per_month: 1}\n"
    )
    calls = (call(START + at * 60, prompt="support/triage@v3") for at in range(7))
    trace(desk, *by_chance(2, 30, 7), *calls, call(prompt="old/desk@v2"), call(prompt=None))
    told = sync(desk, "--dry-run").out
    assert "1 trace, 2026-11-16..2026-12-15, 30.0 days," in told
    assert "  calls_per_month                                  7" in told
    assert "support/triage  7 calls, by hand: not changed\n" in told
    assert "- written by people, changed with --overwrite only: support/triage\n" in told
    assert "- no prompt here has the name: old/desk@v2 (1)\n" in told
    assert "- calls that name no prompt: 1\n" in told
    assert "- these calls tell nothing of reasoning_tokens, " in told
    assert told.endswith("usage.yml: not written\n")
    assert "7, from" in (desk / "usage.yml").read_text()


def test_long_names_and_figures_keep_to_80_columns(desk: Path) -> None:
    name = "/".join(["a-prompt-with-a-long-name"] * 3)
    write(desk, **{name: TEXT})
    usage_ = "calls_per_month: {low: 1.0000001, expected: 123456789.123456, high: 999_999_999_999}"
    (desk / "usage.yml").write_text(f"prompts:\n  {name}: {{{usage_}}}\n")
    trace(desk, *(one._replace(prompt=f"{name}@v3") for one in by_chance(2, 30, 7)))
    told = sync(desk).out
    assert f"{name}\n  1,4" in told
    assert "about 123M" in told


def test_the_report_keeps_its_contract(desk: Path) -> None:
    found = report(desk, "--dry-run")
    [prompt] = found.prompts
    assert (prompt.name, prompt.state, found.written, found.changed) == (
        "desk",
        "added",
        False,
        True,
    )
    assert [one.key for one in prompt.changes] == [
        *("calls_per_month", "output_tokens", "cache.hit_rate"),
        *("gaps.5m", "gaps.30m", "gaps.1h", "gaps.12h"),
    ]
    assert [one.after.calls for one in prompt.calibration] == [found.calibration[0].after.calls]
    assert prompt.changes[0].before is None
    assert found.window.calls == prompt.calls
    assert found.calibration[0].model == "anthropic:claude-sonnet-5-5"
    assert not (desk / "usage.yml").exists()
    assert report(desk).written
    assert not report(desk).changed


def test_check_fails_where_a_figure_is_off(desk: Path) -> None:
    assert sync(desk, "--check", code=1).out.endswith("usage.yml: not written\n")
    assert not (desk / "usage.yml").exists()
    sync(desk)
    sync(desk, "--check")
    text = (desk / "usage.yml").read_text()
    (desk / "usage.yml").write_text(text.replace("hit_rate: 0.", "hit_rate: 0.1"))
    sync(desk, "--check", code=1)
    sync(desk, "--check", "--within", "1000")


def test_people_s_entries_are_overwritten_when_asked(desk: Path) -> None:
    (desk / "usage.yml").write_text("prompts:\n  desk: {calls_per_month: 7}  # a guess\n")
    sync(desk)
    assert (desk / "usage.yml").read_text().startswith("prompts:\n  desk: {calls_per_month: 7}  #")
    sync(desk, "--overwrite")
    text = (desk / "usage.yml").read_text()
    assert usage(desk).prompts["desk"].cache is not None
    assert "}  # a guess\n" in text


def test_a_call_in_two_files_counts_once(desk: Path) -> None:
    named = [one._replace(id=f"c{at}") for at, one in enumerate(by_chance(2, 30, 7))]
    trace(desk, *named)
    trace(desk, *named[100:], name="again.jsonl")
    found = report(desk, "--from", "again.jsonl", "--dry-run")
    assert found.window.calls == len(named)
    assert found.repeated == len(named) - 100


def test_texts_are_counted_and_leave_no_trace(desk: Path) -> None:
    rows: list[dict[str, Any]] = []
    for at in range(40):
        texts = [{"value": "You answer for Lockwren."}, {"value": f"Where is parcel {at}?"}]
        usage_ = {"input_tokens": 22, "output_tokens": 5}
        row = {"time": START + at, "prompt": "desk@v3", "model": "anthropic:claude-sonnet-5-5"}
        rows.append({**row, "blocks": texts, "usage": usage_})
    (desk / "calls.jsonl").write_text("\n".join(map(json.dumps, rows)))
    found = report(desk)
    [model] = found.calibration
    assert model.after.calls == 40
    assert 1.5 < float(model.after.factor) < 2.5
    assert "parcel" not in (desk / "usage.yml").read_text()


def test_langfuse_names_a_model_without_its_provider(desk: Path) -> None:
    rows = [
        {
            "id": f"o{at}", "traceId": "t", "type": "GENERATION", "model": "claude-sonnet-5-5",
            "startTime": f"2026-11-{1 + at % 28:02}T08:00:00.000Z", "promptName": "desk",
            "promptVersion": 3, "usageDetails": {"input": 60, "output": 41 + at},
        }
        for at in range(56)
    ]  # fmt: skip
    (desk / "calls.jsonl").write_text("\n".join(map(json.dumps, rows)))
    sync(desk)
    found = usage(desk).prompts["desk"]
    assert found.output_tokens is not None
    assert (found.output_tokens.expected, found.output_tokens.high) == (68, 94)


def test_the_file_s_place_is_a_setting(desk: Path) -> None:
    (desk / "promptops.toml").write_text('[cost]\nusage = "costs/use.yml"\n')
    assert sync(desk).out.endswith("costs/use.yml: written\n")
    assert (desk / "costs" / "use.yml").is_file()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--from", "none.jsonl"), "none.jsonl: No such file"),
        (("--from", "empty.jsonl"), "holds no calls"),
        (("--from", "spans.json"), "none of the traces holds a call: a span that is not about"),
        (("--from", "calls.jsonl", "--sampled", "10"), "write the share that was recorded"),
        (("--from", "calls.jsonl", "--sampled", "few"), "--sampled 'few'"),
    ],
)
def test_a_call_that_cannot_be_followed_says_why(
    desk: Path, arguments: tuple[str, ...], says: str
) -> None:
    (desk / "empty.jsonl").write_text("")
    (desk / "spans.json").write_text('{"resourceSpans": [{"scopeSpans": [{"spans": [{}]}]}]}')
    done = promptops("usage", "sync", *arguments, cwd=desk)
    assert (done.code, one_line(done.err)) == (2, True)
    assert says in done.err
    assert not (desk / "usage.yml").exists()


@pytest.mark.parametrize(
    ("setting", "text", "says"),
    [
        (
            "usage.yml",
            "prompts: {desk: {calls: 7}}",
            "usage.yml, line 1: prompts.desk.calls: unknown",
        ),
        ("../usage.yml", "", "cost.usage: '../usage.yml' is no path below the project's root"),
    ],
)
def test_a_wrong_file_is_not_touched(desk: Path, setting: str, text: str, says: str) -> None:
    (desk / "promptops.toml").write_text(f"[cost]\nusage = {json.dumps(setting)}\n")
    (desk / "usage.yml").write_text(text)
    done = sync(desk, code=2)
    assert says in done.err
    assert (desk / "usage.yml").read_text() == text


def test_what_someone_changed_meanwhile_is_not_overwritten(desk: Path) -> None:
    here = find_project(desk)
    before = b"version: 1\n"
    found = measure(by_chance(2, 30, 7), lambda name: name)
    planned = plan(UsageFile.parse(before, "usage.yml"), found, "trace")
    (desk / "usage.yml").write_bytes(b"version: 1\n# mine\n")
    with pytest.raises(UsageError, match="changed while the calls were measured"):
        _write(here, before, planned)
    assert (desk / "usage.yml").read_bytes() == b"version: 1\n# mine\n"


def test_a_link_is_not_written_through(
    desk: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("else") / "usage.yml"
    elsewhere.write_text("version: 1\n")
    (desk / "usage.yml").symlink_to(elsewhere)
    assert "is a link" in sync(desk, code=2).err
    assert elsewhere.read_text() == "version: 1\n"
