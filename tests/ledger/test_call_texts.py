"""Texts of calls and losses as rows of the ledger: kept once, pruned with every byte."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from promptops.cli.ledger_prune import command
from promptops.errors import UsageError
from promptops.ledger import schema
from promptops.ledger.call_pruning import old, overwritten, prune
from promptops.ledger.call_store import CallStore
from promptops.ledger.losses import Lost, lost, sentences
from promptops.model.calls import Call, Context, Loss, Outcome, Text

DAY = 86_400.0
INBOX = Context("anthropic:claude-haiku-5-5", "mail/sort", "v2", feature="inbox")
SECRET = "the letter that nobody may find again: "


def asked(path: Path, query: str) -> list[Any]:
    """Return what a ledger answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def texts(call_id: str, at: float, letter: str) -> list[Text]:
    """Return the texts of a call that sorts a letter."""
    return [
        Text(call_id, 0, "system", at, "You sort mail."),
        Text(call_id, 1, "user", at, letter),
        Text(call_id, 2, "answer", at, "bills"),
    ]


def made(path: Path) -> Path:
    """Return a ledger of two calls with texts, one of them four days older."""
    with CallStore.open(path) as store:
        store.add([Call("a", 1 * DAY, INBOX), Call("b", 5 * DAY, INBOX)])
        store.keep([*texts("a", 1 * DAY, SECRET * 40), *texts("b", 5 * DAY, "A parcel is wet.")])
        store.tell([Outcome("o", 1 * DAY, "resolved", "a")])
        store.lose([Loss("l", 1 * DAY, "host:7", "call", "queue full", 12)])
    return path


def bytes_of(path: Path) -> bytes:
    """Return what is in a ledger's files, its log among them."""
    return b"".join(one.read_bytes() for one in path.parent.iterdir() if one.is_file())


def test_a_text_that_many_calls_have_is_stored_once(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    with CallStore.open(path) as store:
        store.keep(texts("b", 5 * DAY, "A parcel is wet."))
    assert asked(path, "SELECT count(*) FROM texts") == [(4,)]
    view = "SELECT prompt, role, text FROM recorded_texts WHERE call_id = 'b' ORDER BY position"
    assert asked(path, view) == [
        ("mail/sort", "system", "You sort mail."),
        ("mail/sort", "user", "A parcel is wet."),
        ("mail/sort", "answer", "bills"),
    ]


def test_half_a_character_does_not_keep_a_text_out(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with CallStore.open(path) as store:
        store.keep([Text("a", 0, "user", 1.0, "caf\u00e9 \ud83d")])
    assert asked(path, "SELECT text FROM texts") == [("caf\u00e9 \\ud83d",)]


def test_texts_may_go_before_their_calls_with_every_byte(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    assert SECRET.encode() in bytes_of(path)
    assert old(path, None, 3 * DAY) == {
        "calls": 0,
        "outcomes": 0,
        "losses": 0,
        "billed": 0,
        "texts": 1,
    }
    assert prune(path, None, 3 * DAY) == {
        "calls": 0,
        "outcomes": 0,
        "losses": 0,
        "billed": 0,
        "texts": 1,
    }
    overwritten(path)
    assert SECRET.encode() not in bytes_of(path)
    assert asked(path, "SELECT count(*) FROM calls") == [(2,)]
    # The instructions are those of the younger call, too.
    assert asked(path, "SELECT count(*), count(DISTINCT call_id) FROM recorded_texts") == [(3, 1)]


def test_calls_go_with_their_texts_outcomes_and_losses(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    assert prune(path, 3 * DAY) == {"calls": 1, "outcomes": 1, "losses": 1, "billed": 0, "texts": 1}
    overwritten(path)
    assert SECRET.encode() not in bytes_of(path)
    assert prune(path, 9 * DAY) == {"calls": 1, "outcomes": 0, "losses": 0, "billed": 0, "texts": 3}
    assert asked(path, "SELECT count(*) FROM contexts") == [(0,)]


def test_losses_of_a_window_are_summed_by_day_and_cause(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    more = [
        Loss("m", 1 * DAY + 5, "host:8", "call", "queue full", 3),
        Loss("n", 1 * DAY + 6, "host:8", "outcome", "queue full", 1),
        Loss("o", 9 * DAY, "host:8", "call", "killed", 2),
    ]
    with CallStore.open(path) as store:
        store.lose(more)
        store.lose(more)  # told twice
    assert lost(path) == (
        Lost(1, "call", "queue full", 15),
        Lost(1, "outcome", "queue full", 1),
        Lost(9, "call", "killed", 2),
    )
    assert lost(path, first=2, last=8) == ()
    assert lost(path, first=9) == (Lost(9, "call", "killed", 2),)


def test_losses_of_a_kind_and_cause_are_one_sentence() -> None:
    full = "the queue was full"
    several = [Lost(20_760, "call", full, 1200), Lost(20_762, "call", full, 4)]
    assert sentences(several[:1]) == ("1,200 calls were not recorded on 3 November 2026: " + full,)
    assert sentences([*several, Lost(0, "outcome", "it was late", 1)]) == (
        "1,204 calls were not recorded from 3 November 2026 to 5 November 2026: " + full,
        "1 outcome was not recorded on 1 January 1970: it was late",
    )
    assert sentences([]) == ()


def of_schema(path: Path, steps: int) -> None:
    """Make a ledger that has taken so many steps, with a call."""
    with closing(sqlite3.connect(path)) as connection:
        for _, statements in schema._STEPS[:steps]:
            schema._execute(connection, statements)
        connection.execute("INSERT INTO contexts (context_id, model, source) VALUES (1, 'm', 's')")
        connection.execute(
            "INSERT INTO calls (call_id, at, day, context_id, attempt) VALUES ('old', 1.0, 0, 1, 1)"
        )
        connection.execute(f"PRAGMA user_version = {steps}")
        connection.commit()


@pytest.mark.parametrize("steps", [4, 6, 7])
def test_a_ledger_of_a_former_schema_gets_texts_and_losses_and_keeps_its_calls(
    tmp_path: Path, steps: int
) -> None:
    path = tmp_path / "ledger.db"
    of_schema(path, steps)
    assert lost(path) == ()  # read as it stands
    with CallStore.open(path) as store:
        store.keep(texts("old", 1.0, "A parcel is wet."))
        store.lose([Loss("l", 1.0, "host:7", "call", "queue full", 12)])
    assert asked(path, "SELECT call_id, count(*) FROM recorded_texts GROUP BY 1") == [("old", 3)]
    assert lost(path) == (Lost(0, "call", "queue full", 12),)
    assert asked(path, "PRAGMA user_version") == [(schema.NEWEST,)]
    assert asked(path, "PRAGMA integrity_check") == [("ok",)]


def test_rows_of_texts_and_losses_are_never_changed(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    for change in (
        "UPDATE texts SET text = ''",
        "UPDATE call_texts SET role = ''",
        "UPDATE losses SET number = 0",
    ):
        with pytest.raises(sqlite3.IntegrityError, match="never changed"):
            asked(path, change)


def test_pruning_nothing_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="--texts-before 7d"):
        CliRunner().invoke(command, [], catch_exceptions=False)


def test_the_command_prunes_texts_alone(tmp_path: Path) -> None:
    path = made(tmp_path / "ledger.db")
    words = ["--texts-before", "1970-01-04", "--ledger", str(path)]
    told = CliRunner().invoke(command, [*words, "--dry-run"]).output
    assert told == (
        "0 calls, 0 outcomes, 0 notes of losses, 0 sums of what was billed and 1 texts are older\n"
    )
    assert CliRunner().invoke(command, words).output == "deleted: 1 texts\n"
    assert SECRET.encode() not in bytes_of(path)
    assert CliRunner().invoke(command, words).output == "nothing is that old\n"


@pytest.mark.parametrize("words", [["--session", "s-17"], ["--tenant", "acme"]])
def test_what_is_of_a_session_or_a_tenant_goes_with_every_byte(
    tmp_path: Path, words: list[str]
) -> None:
    path = tmp_path / "ledger.db"
    with CallStore.open(path) as store:
        store.add([
            Call("a", 1 * DAY, INBOX, session="s-17", tenant="acme"),
            Call("b", 2 * DAY, INBOX, session="s-18", tenant="other"),
            Call("c", 3 * DAY, INBOX),
        ])  # fmt: skip
        store.keep([*texts("a", 1 * DAY, SECRET * 9), *texts("b", 2 * DAY, "A parcel is wet.")])
        store.tell([
            Outcome("of its session", 5 * DAY, "resolved", session="s-17"),
            Outcome("of its call", 5 * DAY, "resolved", "a"),
            Outcome("of another", 5 * DAY, "resolved", session="s-18"),
        ])  # fmt: skip
    told = [*words, "--ledger", str(path)]
    dry = CliRunner().invoke(command, [*told, "--dry-run"], catch_exceptions=False)
    assert dry.output == "2 outcomes, 1 texts and 1 calls would go\n"
    assert SECRET.encode() in bytes_of(path)
    assert CliRunner().invoke(command, told).output == "deleted: 2 outcomes, 1 texts, 1 calls\n"
    assert SECRET.encode() not in bytes_of(path)
    assert b"s-17" not in bytes_of(path)
    assert asked(path, "SELECT call_id FROM calls ORDER BY 1") == [("b",), ("c",)]
    assert asked(path, "SELECT outcome_id FROM outcomes") == [("of another",)]
    assert asked(path, "SELECT count(*) FROM texts") == [(3,)]
    assert CliRunner().invoke(command, told).output == "nothing of it is there\n"


def test_ages_and_owners_are_asked_for_one_at_a_time(tmp_path: Path) -> None:
    words = ["--before", "90d", "--session", "s-17", "--ledger", str(made(tmp_path / "l.db"))]
    with pytest.raises(UsageError, match="or else --session"):
        CliRunner().invoke(command, words, catch_exceptions=False)
