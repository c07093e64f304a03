"""What came of calls, told later, from any process, in any order and as often as one likes."""

from __future__ import annotations

import logging
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops import Registry
from promptops.cli.ledger import command
from promptops.errors import UsageError
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Usage
from promptops.recording.recorder import Recorder
from promptops.recording.recording import outcome
from promptops.recording.rows import outcome_of
from tests.registry.bundled import project

if TYPE_CHECKING:
    from collections.abc import Iterator

INBOX = Context("anthropic:claude-haiku-5-5", "triage", "v1", feature="inbox")
NOON = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    """The registry of a small project, whose calls go to a ledger beside it."""
    monkeypatch.setenv("PROMPTOPS_LEDGER", str(tmp_path / "calls.db"))
    made = Registry.load(project(tmp_path / "project", "triage"))
    yield made
    assert isinstance(made.recorder, Recorder)
    made.recorder.close()


def flushed(registry: Registry) -> Recorder:
    """Return a registry's recorder, when all that it was handed is written."""
    assert isinstance(registry.recorder, Recorder)
    assert registry.recorder.flush()
    return registry.recorder


def asked(path: Path, query: str) -> list[Any]:
    """Return what a ledger answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_an_outcome_is_told_of_a_session(registry: Registry, tmp_path: Path) -> None:
    registry.outcome("resolved", session="s-17", value=Decimal("12.50"))
    flushed(registry)
    found = asked(
        tmp_path / "calls.db", "SELECT kind, call_id, session, good, value_nanousd FROM outcomes"
    )
    assert found == [("resolved", None, "s-17", 1, 12_500_000_000)]


OTHER = """
import sys
from promptops import Registry
registry = Registry.load(sys.argv[1])
for _ in range(3):
    registry.outcome("accepted", call=sys.argv[2], good=False, id="order 7")
"""


def test_another_process_tells_an_outcome_by_the_calls_id(
    registry: Registry, tmp_path: Path
) -> None:
    with registry.record("triage@v1") as call:
        stored = f"{call.id}"
    assert len(stored) == 32
    assert stored.isalnum()
    subprocess.run([sys.executable, "-c", OTHER, tmp_path / "project", stored], check=True)
    flushed(registry)
    query = "SELECT calls.call_id, kind, good FROM outcomes JOIN calls USING (call_id)"
    assert asked(tmp_path / "calls.db", query) == [(stored, "accepted", 0)]


def test_what_is_told_again_with_its_id_or_its_time_is_one(
    registry: Registry, tmp_path: Path
) -> None:
    for _ in range(2):
        registry.outcome("resolved", session="s-1", id="ticket 5")
        registry.outcome("resolved", session="s-1", at=NOON)
        registry.outcome("resolved", session="s-1", at=NOON.timestamp())
        registry.outcome("converted", session="s-1", id="ticket 5")
        registry.outcome("resolved", session="s-2")  # nothing says that these are the same
    flushed(registry)
    query = "SELECT kind, session, count(*) FROM outcomes GROUP BY 1, 2 ORDER BY 1, 2"
    assert asked(tmp_path / "calls.db", query) == [
        ("converted", "s-1", 1), ("resolved", "s-1", 2), ("resolved", "s-2", 2),
    ]  # fmt: skip


@given(
    kind=st.sampled_from(["resolved", "accepted"]),
    session=st.sampled_from(["s-1", "s-2"]),
    own=st.one_of(st.none(), st.sampled_from(["a", "b"])),
    at=st.sampled_from([0.0, 5.5]),
)
@settings(max_examples=25)
def test_the_id_of_an_outcome_is_made_of_what_it_is_told_by(
    kind: str, session: str, own: str | None, at: float
) -> None:
    one = outcome_of(outcome(kind, session=session, id=own, at=at))
    again = outcome_of(outcome(kind, session=session, id=own, at=at, value=3, good=False))
    later = outcome_of(outcome(kind, session=session, id=own, at=at + 1))
    assert one.outcome_id == again.outcome_id
    assert (one.outcome_id == later.outcome_id) is (own is not None)
    assert one.outcome_id != outcome_of(outcome(f"{kind}!", session=session, id=own)).outcome_id


@pytest.mark.parametrize(
    ("told", "says"),
    [
        ({}, "'resolved' is of no call and of no session"),
        ({"session": "s", "value": "much"}, "'much' is no amount of dollars"),
        ({"session": "s", "value": float("nan")}, "nan is no amount of dollars"),
        ({"session": "s", "at": datetime(2026, 11, 3)}, "has no zone"),  # noqa: DTZ001
        ({"session": "s", "at": "noon"}, "could not convert"),
    ],
)
def test_an_outcome_that_cannot_be_kept_is_counted_and_breaks_nobody(
    registry: Registry, told: Any, says: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "promptops"):
        registry.outcome("resolved", **told)
        recorder = flushed(registry)
    assert recorder.losses.refused == 1
    assert says in caplog.text


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_tells_outcomes_of_its_own(registry: Registry, tmp_path: Path) -> None:
    registry.outcome("resolved", session="parent")
    child = os.fork()
    if child == 0:
        registry.outcome("resolved", session="child")
        os._exit(0 if flushed(registry).losses.dropped == 0 else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    flushed(registry)
    assert asked(tmp_path / "calls.db", "SELECT session FROM outcomes ORDER BY 1") == [
        ("child",), ("parent",),
    ]  # fmt: skip


def ran(*args: str) -> Result:
    """Return what a command came to."""
    return CliRunner().invoke(command, args, catch_exceptions=False)


def test_outcomes_that_come_before_their_calls_join_them_later(tmp_path: Path) -> None:
    pytest.importorskip("ibis")
    path = str(tmp_path / "calls.db")
    early = ("outcome", "resolved", "--ledger", path, "--value", "3")
    assert ran(*early, "--call", "a", "--at", "1970-01-05T00:00:00Z").output == "written\n"
    assert ran(*early, "--call", "of nobody").output == "written\n"
    assert ran(*early, "--session", "s-1").output == "written\n"
    with CallStore.open(path) as store:
        store.add([
            Call("a", 4.5 * 86_400, INBOX, Usage(10, 1)),
            Call("b", 4.5 * 86_400, INBOX, Usage(10, 1), session="s-1"),
        ])  # fmt: skip
    answer = ran("query", "outcomes", "--from", path, "--format", "csv").output.splitlines()
    columns = dict(zip(*(line.split(",") for line in answer), strict=True))
    assert columns["good"] == "2"
    assert asked(Path(path), "SELECT count(*) FROM outcomes") == [(3,)]


def test_the_command_says_when_it_was_told_before(tmp_path: Path) -> None:
    words = ("outcome", "accepted", "--not", "--session", "s", "--id", "7")
    path = tmp_path / "calls.db"
    assert ran(*words, "--ledger", str(path)).output == "written\n"
    assert ran(*words, "--ledger", str(path)).output == "it is there already\n"
    assert asked(path, "SELECT kind, good FROM outcomes") == [("accepted", 0)]


@pytest.mark.parametrize(
    "words", [["resolved"], ["resolved", "--session", "s", "--at", "noon"],
              ["resolved", "--session", "s", "--value", "Infinity"]],
)  # fmt: skip
def test_the_command_says_what_is_wrong(words: list[str], tmp_path: Path) -> None:
    with pytest.raises(UsageError):
        ran("outcome", *words, "--ledger", str(tmp_path / "calls.db"))
    assert not (tmp_path / "calls.db").exists()
