"""Files of outcomes, which find the calls that they are of."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptops.errors import UsageError
from promptops.intake.reading import reading
from promptops.recording.recording import outcome
from promptops.recording.rows import outcome_of
from tests.intake.taken import asked, taken, why, written
from tests.intake.test_traces import LITELLM

COLUMNS = "at, kind, call_id, session, good, value_nanousd"
HEAD = "at,outcome,session,call,good,value,id\n"


def test_a_row_is_an_outcome_of_a_session_or_of_a_call(tmp_path: Path) -> None:
    rows = (
        "2026-11-03T14:05:00Z,resolved,s-17,,yes,12.50,\n"
        "1793714700.5,accepted,,c1,No,,\n"
        "1793714701,converted,s-18,,,-3,own-1\n"
    )
    found = taken(tmp_path / "l.db", written(tmp_path / "o.csv", HEAD + rows))
    assert (found.kind, found.what, found.new) == ("outcomes", "outcome", 3)
    assert asked(tmp_path / "l.db", f"SELECT {COLUMNS} FROM outcomes ORDER BY at") == [
        (1_793_714_700.0, "resolved", None, "s-17", 1, 12_500_000_000),
        (1_793_714_700.5, "accepted", "c1", None, 0, None),
        (1_793_714_701.0, "converted", None, "s-18", 1, -3_000_000_000),
    ]


def test_columns_are_mapped_and_json_has_keys(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    path = written(tmp_path / "o.csv", "when,what,ticket\n2026-11-03T14:05:00Z,resolved,s-17\n")
    assert taken(ledger, path, "at=when", "outcome=what", "session=ticket").new == 1
    told = [{"at": "2026-11-03T14:05:00Z", "outcome": "resolved", "session": "s-17", "good": True}]
    assert taken(ledger, written(tmp_path / "o.jsonl", told)).known == 1


def test_what_the_application_told_and_a_file_tells_again_is_one(tmp_path: Path) -> None:
    path = written(tmp_path / "o.csv", HEAD + "1793714700,resolved,s-17,,yes,,ticket-9\n")
    taken(tmp_path / "l.db", path)
    same = outcome_of(outcome("resolved", session="s-17", id="ticket-9", at=1_793_714_700.0))
    assert asked(tmp_path / "l.db", "SELECT outcome_id FROM outcomes") == [(same.outcome_id,)]


def test_calls_are_found_by_the_ids_of_their_source(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    path = written(tmp_path / "o.csv", "at,outcome,call\n1795176010,accepted,chatcmpl-9\n")
    taken(ledger, path, source="litellm")  # the call may come later
    taken(ledger, written(tmp_path / "a.json", LITELLM))
    assert asked(ledger, "SELECT kind, model FROM outcomes JOIN calls USING (call_id)"
                         " JOIN contexts USING (context_id)") == [
        ("accepted", "anthropic:claude-haiku-4-5")
    ]  # fmt: skip


def test_a_row_that_is_no_outcome_is_left_out(tmp_path: Path) -> None:
    rows = [
        "1,,s,,,,", "1,resolved,,,,,", "soon,resolved,s,,,,", "1,resolved,s,,perhaps,,",
        "1,resolved,s,,,much,", f"1,{'x' * 1_001},s,,,,", "1,resolved,s,,,1e12,",
        "-1,resolved,s,,,,",
    ]  # fmt: skip
    found = taken(tmp_path / "l.db", written(tmp_path / "o.csv", HEAD + "\n".join(rows)))
    assert found.new == 0
    assert why(found) == {
        "outcome is missing": (1, 2),
        "neither a call nor a session": (1, 3),
        "at is no time": (1, 4),
        "good is neither true nor false": (1, 5),
        "an amount that is no number": (2, 6),
        "a name of more than 1,000 characters": (1, 7),
        "at is no number of seconds since 1970": (1, 9),
    }
    values = [7, {"at": 1, "outcome": 3, "session": "s"}, {"at": True, "outcome": "x", "call": "c"}]
    told = taken(tmp_path / "l.db", written(tmp_path / "o.jsonl", values), kind="outcomes")
    assert (told.new, len(told.left or {})) == (0, 3)


@pytest.mark.parametrize(
    ("content", "given", "source", "told"),
    [
        (HEAD, ("worth=value",), None, "no field 'worth'"),
        ("outcome,session\n", (), None, "no column 'at'"),
        ("at,model,input_tokens\n", (), "csv", "--source says whose calls outcomes are of"),
    ],
)
def test_what_means_nothing_to_a_file_is_said(
    tmp_path: Path, content: str, given: tuple[str, ...], source: str | None, told: str
) -> None:
    with pytest.raises(UsageError, match=told):
        reading(written(tmp_path / "o.csv", content), None, given, source)
