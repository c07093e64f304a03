"""Calls of a registry's prompts, written down as they happen."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from promptops import Registry
from promptops.errors import PromptNotFound
from promptops.recording.recorder import Recorder
from tests.registry.bundled import project

LABELS = "triage: {production: v1, canary: {v1: 50, v2: 50}}\n"
ANSWER = {
    "model": "m",
    "stop_reason": "max_tokens",
    "usage": {"input_tokens": 5, "output_tokens": 2},
}


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    """The registry of a small project, whose calls go to a ledger beside it."""
    monkeypatch.setenv("PROMPTOPS_LEDGER", str(tmp_path / "calls.db"))
    return Registry.load(project(tmp_path / "project", "triage", labels=LABELS))


def test_a_call_knows_its_prompt_and_who_made_it(registry: Registry, tmp_path: Path) -> None:
    with registry.record("triage@canary", key="user-1", feature="inbox", session="s1") as call:
        rendered = call.render(ticket="My parcel is wet.")
        assert "My parcel is wet." in rendered.messages[-1].text
        call.response(ANSWER)
    assert isinstance(registry.recorder, Recorder)
    assert registry.recorder.flush()
    with closing(sqlite3.connect(tmp_path / "calls.db")) as connection:
        query = (
            "SELECT prompt, label, version = variant, prompt_sha256, feature, session, finish,"
            " user_chars FROM calls JOIN contexts USING (context_id)"
        )
        (found,) = connection.execute(query).fetchall()
    sha256 = rendered.ref.sha256.removeprefix("sha256:")
    assert found == ("triage", "canary", 1, sha256, "inbox", "s1", "length", 17)


def test_an_unknown_prompt_is_said_before_anything_is_sent(registry: Registry) -> None:
    with pytest.raises(PromptNotFound), registry.record("triag"):
        pytest.fail("the block was entered")


def test_a_registry_may_hand_its_calls_to_something_else(registry: Registry) -> None:
    class Taken(list[object]):
        def put(self, raw: object) -> None:
            self.append(raw)

    taken = Taken()
    registry.recorder = taken
    with registry.record("triage@v1"):
        pass
    assert len(taken) == 1


def test_the_one_line_that_records_is_as_the_page_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMPTOPS_LEDGER", raising=False)
    labels = "support/triage: {production: v1}\n"
    registry = Registry.load(project(tmp_path, "support/triage", labels=labels))
    vendor_response = ANSWER
    with registry.record("support/triage@production", feature="inbox", user_segment="free") as call:
        assert call.response(vendor_response) is vendor_response
    assert isinstance(registry.recorder, Recorder)
    registry.recorder.close()
    with closing(sqlite3.connect(tmp_path / ".promptops" / "ledger.db")) as connection:
        (found,) = connection.execute(
            "SELECT prompt, version, label, feature, segment, output_tokens FROM recorded_calls"
        ).fetchall()
    assert found == ("support/triage", "v1", "production", "inbox", "free", 2)
