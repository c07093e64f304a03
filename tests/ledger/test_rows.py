import json
import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.errors import LedgerError
from promptops.ledger import Ledger
from promptops.ledger.ids import new_id
from promptops.ledger.keeping import Keeping
from promptops.ledger.rows import Answer, Batch, Reuse, Row
from promptops.ledger.schema import NEVER_CHANGED
from promptops.model.evaluation import Score, ToolCall
from tests.ledger.makers import (
    NOON,
    STORED,
    answer,
    failure,
    intent,
    item,
    key,
    result,
    run,
    scored,
)  # fmt: skip

HALF = "half a smiley: \ud83d"


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.memory() as found:
        yield found


def rows(path: Path, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_whole_run_comes_back_as_it_was_written(ledger: Ledger) -> None:
    said = Answer.of("billing", (ToolCall("route", {"team": "billing"}),), {"team": ["billing"]})
    sent = intent(1, cause_of_retry="server", attempt_no=2, batch_id="b1")
    ended = result(
        sent, reasoning_tokens=40, model_served="m-1", finish_reason="stop", tier="flex",
        vendor_request_id="req 1", latency=1.5, first_byte=0.5, queued=0.25, http_status=200,
    )  # fmt: skip
    batch = Batch("b1", "r1", "prepared", NOON, "nonce", "anthropic", "print", None, "v 1")
    with ledger.writer() as writer:
        writer.add(run(), item(1), STORED, batch)
        writer.commit_intents([sent])
        assert writer.end(ended, said) == said
    assert ledger.runs() == (run(),)
    assert ledger.batches("r1") == (batch,)
    (found,) = ledger.outcomes("r1")
    assert found.item == item(1)
    assert found.result == replace(ended, answer_sha256=said.answer_sha256)
    assert found.answer == said
    assert found.from_run is None


@pytest.mark.parametrize("text", [HALF, "a\0b", "", "é😀", "x" * 100_000, "'; DROP TABLE runs; --"])
def test_any_text_comes_back_as_it_was(ledger: Ledger, text: str) -> None:
    said = Answer.of(text, (ToolCall(text, [text]),), {text: text})
    with ledger.writer() as writer:
        writer.add(run(), item(1))
        writer.commit_intents([intent(1)])
        writer.end(result(intent(1), message=text), said)
        writer.add(scored(1, answer_sha256=said.answer_sha256, score=Score(0.5, text, text)))
    (found,) = ledger.outcomes("r1")
    assert found.answer == said
    assert len(list(ledger.scores("r1"))) == 1
    assert all(json.loads(line) for line in ledger.export())


def test_a_row_that_is_there_stays_as_it_is(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run(), item(1))
        writer.commit_intents([intent(1), intent(1, reserved_usd=Decimal(9))])
        writer.end(result(intent(1)))
        writer.end(failure(intent(1)))
    (found,) = ledger.outcomes("r1")
    assert found.result is not None
    assert found.result.status == "ok"
    assert ledger.total("r1").attempts == 1


@pytest.mark.parametrize("table", NEVER_CHANGED)
def test_no_row_can_be_changed(tmp_path: Path, table: str) -> None:
    path = tmp_path / "l.db"
    one: tuple[Row, ...] = (run(), item(1), STORED, scored(1), Reuse("r1", key(2), "a", "r0"))
    batch = Batch("b1", "r1", "prepared", NOON, "n", "anthropic", "print")
    with Ledger.open(path) as ledger, ledger.writer() as writer:
        writer.add(*one, batch)  # type: ignore[arg-type]
        writer.commit_intents([intent(1), intent(2)])
        writer.end(result(intent(1)), answer(1))
        writer.flush()
        with ledger.lease("r1") as lease:
            assert lease.mark_lost() == 1
    column = rows(path, f"SELECT name FROM pragma_table_info('{table}')")[0][0]
    assert rows(path, f"SELECT count(*) FROM {table}") != [(0,)]
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        rows(path, f"UPDATE {table} SET {column} = {column}")


def test_the_default_folder_is_kept_out_of_git_and_from_other_users(tmp_path: Path) -> None:
    path = tmp_path / ".promptops" / "ledger.db"
    Ledger.open(path).close()
    assert (path.parent / ".gitignore").read_text("utf-8").endswith("\n*\n")
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    Ledger.open(tmp_path / "data" / "other.db").close()
    assert [one.name for one in (tmp_path / "data").iterdir()] == ["other.db"]


def test_hashes_alone_hold_no_word_of_an_answer(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    with Ledger.open(path, keeping=Keeping("hashes")) as ledger:
        with ledger.writer() as writer:
            writer.add(run(), item(1))
            writer.commit_intents([intent(1)])
            writer.end(result(intent(1), message="secret-word"), Answer.of("secret-word"))
            writer.add(scored(1, score=Score(1.0, reason="secret-word", error="secret-word")))
        assert ledger.reusable([key(1)])[key(1)].why == "not_kept"  # type: ignore[union-attr]
        (found,) = ledger.outcomes("r1")
        assert found.result is not None
        assert found.result.answer_sha256 == Answer.of("secret-word").answer_sha256
        assert found.answer is None
    assert b"secret-word" not in path.read_bytes()


def test_texts_are_redacted_before_they_are_stored(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    keeping = Keeping(redact=lambda text: text.replace("Ada", "[name]"))
    said = Answer.of("for Ada", (ToolCall("mail", {"to": ["Ada", 1]}),), {"name": "Ada"})
    with Ledger.open(path, keeping=keeping) as ledger:
        with ledger.writer() as writer:
            writer.add(run(), item(1), scored(1, score=Score(1.0, reason="Ada", error="Ada")))
            writer.commit_intents([intent(1)])
            kept = writer.end(result(intent(1), message="Ada"), said)
        (found,) = ledger.outcomes("r1")
        call = ToolCall("mail", {"to": ["[name]", 1]})
        assert found.answer == kept == Answer.of("for [name]", (call,), {"name": "[name]"})
        assert found.result is not None
        assert found.result.answer_sha256 == kept.answer_sha256
    assert b"Ada" not in path.read_bytes()


def test_an_answer_that_cannot_be_redacted_is_not_kept_but_its_cost_is() -> None:
    def fails(_: str) -> str:
        raise ValueError("no dictionary of names")

    with Ledger.memory(keeping=Keeping(redact=fails)) as ledger:
        with ledger.writer() as writer:
            writer.add(run(), item(1), STORED)
            writer.commit_intents([intent(1)])
            with pytest.raises(LedgerError, match="no dictionary"):
                writer.end(result(intent(1)), answer(1))
        (found,) = ledger.outcomes("r1")
        assert found.answer is None
        assert ledger.total("r1").spent > 0


@pytest.mark.parametrize(
    "secret",
    [
        "sk-ant-api03-abcdef",
        "sk-pr***wxyz",
        "AIzaSyA-123456789",
        "Bearer eyJhbGciOi.abc123",
        "AKIA1234567890AB",
    ],
)
def test_a_message_of_a_vendor_keeps_no_key(ledger: Ledger, secret: str) -> None:
    with ledger.writer() as writer:
        writer.add(run(), item(1))
        writer.commit_intents([intent(1)])
        writer.end(failure(intent(1), message=f"wrong key: {secret}. " + "long " * 1000))
    (found,) = ledger.outcomes("r1")
    assert found.result is not None
    assert found.result.message is not None
    assert found.result.message.startswith("wrong key: [key]")
    assert len(found.result.message) == 500


def test_a_message_about_keys_is_left_as_it_is(ledger: Ledger) -> None:
    message = "Basic authentication is off: send a bearer token (sk-... or a key-value pair)"
    with ledger.writer() as writer:
        writer.add(run(), item(1))
        writer.commit_intents([intent(1)])
        writer.end(failure(intent(1), message=message))
    (found,) = ledger.outcomes("r1")
    assert found.result is not None
    assert found.result.message == message


def test_a_traceback_of_a_scorer_keeps_no_key(ledger: Ledger) -> None:
    failed = Score(None, error="401: Bearer eyJhbGciOi.abc123")
    with ledger.writer() as writer:
        writer.add(run(), item(1), scored(1, score=failed))
        writer.commit_intents([intent(1)])
        writer.end(result(intent(1)), answer(1))
    (found,) = ledger.scores("r1")
    assert found.score.error == "401: [key]"


def test_a_row_that_sqlite_refuses_is_said_and_takes_no_other_with_it(ledger: Ledger) -> None:
    writer = ledger.writer()
    writer.add(run(), item(1))
    writer.add(replace(item(2), position=2**70))
    writer.add(item(3))
    with pytest.raises(LedgerError, match="too large"):
        writer.close()
    assert [one.item.case_id for one in ledger.outcomes("r1")] == ["case 1", "case 3"]


def test_ids_sort_by_time_and_are_all_different() -> None:
    made = [new_id(NOON + n) for n in range(1000)]
    assert made == sorted(made)
    assert len({new_id(NOON) for _ in range(1000)}) == 1000


def test_opening_and_writing_a_ledger_needs_no_sqlite_utils(tmp_path: Path) -> None:
    script = f"""
import sys
from promptops.ledger import Ledger
with Ledger.open({str(tmp_path / "l.db")!r}) as ledger, ledger.writer() as writer:
    writer.flush()
print(sorted({{"sqlite_utils", "pandas", "asyncio", "jinja2", "yaml"}} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"
