"""Calls of an application, written down in the background."""

from __future__ import annotations

import os
import sqlite3
import threading
import time
from contextlib import closing
from decimal import Decimal
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from promptops.model.money import Price, Rates
from promptops.model.prompt import Input, Schema
from promptops.recording.parts import part_of
from promptops.recording.raw import Asked, RawCall
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PRICE = Price("anthropic:claude-haiku-5-5", Rates(Decimal(1), Decimal(5), Decimal("0.1")))
SORT = Asked("anthropic:claude-haiku-5-5", "mail/sort", "v2", max_tokens=64)
ANSWER = {
    "type": "message",
    "model": "claude-haiku-5-5-20260901",
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 900, "output_tokens": 12, "cache_read_input_tokens": 100,
              "cache_creation_input_tokens": 0},
}  # fmt: skip


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    """A recorder with a ledger of its own."""
    made = Recorder(tmp_path / "ledger.db", lambda *_: PRICE, seconds=0.01)
    yield made
    made.close()


def asked(path: Path, query: str) -> list[Any]:
    """Return what a ledger answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_call_is_written_with_what_its_answer_used(recorder: Recorder, tmp_path: Path) -> None:
    with Recording(recorder, SORT, {"feature": "inbox", "user_segment": "free"}) as call:
        call.response(ANSWER)
    assert recorder.flush()
    found = asked(
        tmp_path / "ledger.db",
        "SELECT prompt, version, feature, segment, model_served, max_tokens, input_tokens,"
        " cache_read_tokens, output_tokens, finish, error, price_sha256 IS NOT NULL"
        " FROM calls JOIN contexts USING (context_id)",
    )
    assert found == [
        ("mail/sort", "v2", "inbox", "free", "claude-haiku-5-5-20260901", 64, 900, 100, 12, "stop",
         None, 1)
    ]  # fmt: skip
    assert not any(recorder.losses)


def test_an_exception_goes_on_and_its_cause_is_kept(recorder: Recorder, tmp_path: Path) -> None:
    class RateLimitError(Exception):
        status_code = 429

    with pytest.raises(RateLimitError), Recording(recorder, SORT, {"attempt": 2}):
        raise RateLimitError
    assert recorder.flush()
    assert asked(tmp_path / "ledger.db", "SELECT error, attempt, input_tokens FROM calls") == [
        ("rate_limited", 2, None)
    ]


def test_outcomes_are_told_of_the_call_they_came_of(recorder: Recorder, tmp_path: Path) -> None:
    with Recording(recorder, SORT, {}) as call:
        call.response(ANSWER)
    call.outcome("resolved", value="1.25")
    assert recorder.flush()
    assert asked(
        tmp_path / "ledger.db", "SELECT call_id, kind, good, value_nanousd FROM outcomes"
    ) == [(call.id, "resolved", 1, 1_250_000_000)]


def test_texts_are_counted_by_part_and_not_kept(recorder: Recorder, tmp_path: Path) -> None:
    with Recording(recorder, SORT, {}) as call:
        call.sent(
            ("You sort mail. ", "SECRETLETTER and a chunk"),
            {"letter": "SECRETLETTER", "chunks": [{"text": "a chunk"}]},
        )
        call.response(ANSWER)
    assert recorder.flush()
    found = asked(
        tmp_path / "ledger.db",
        "SELECT instructions_chars, retrieved_chars, user_chars FROM calls",
    )
    assert found == [(20, 7, 12)]
    recorder.close()
    kept = b"".join(path.read_bytes() for path in tmp_path.iterdir() if path.is_file())
    assert b"SECRETLETTER" not in kept


def test_an_input_of_messages_is_history_whatever_its_name() -> None:
    declared = Input("mail", Schema("messages"))
    assert part_of("mail", declared) == "history"
    assert part_of("mail") == "user"


def test_a_full_queue_drops_calls_and_counts_them(tmp_path: Path) -> None:
    (tmp_path / "ledger.db").mkdir()  # nothing can be written there
    recorder = Recorder(tmp_path / "ledger.db", lambda *_: None, size=10, seconds=5)
    for _ in range(25):
        recorder.put(RawCall("a", 0.0, SORT, {}))
    lost = recorder.losses
    recorder.close(1)
    assert lost.dropped >= 5
    assert sum(recorder.losses) == 25


def test_a_ledger_that_is_locked_gets_its_calls_later(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    recorder = Recorder(path, lambda *_: None, seconds=0.01)
    recorder.put(RawCall("before", 0.0, SORT, {}))
    assert recorder.flush()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        recorder.put(RawCall("meanwhile", 0.0, SORT, {}))
        time.sleep(0.1)
        other.execute("COMMIT")
    assert recorder.flush()
    recorder.close()
    assert asked(path, "SELECT call_id FROM calls ORDER BY 1") == [("before",), ("meanwhile",)]
    assert not any(recorder.losses)


@pytest.mark.parametrize(
    "said",
    [{"session": "half a \ud83d character"}, {"attempt": None}, {"turn": 2**70}],
    ids=["surrogate", "null", "long"],
)
def test_a_call_that_no_ledger_could_take_keeps_no_other_from_it(
    recorder: Recorder, tmp_path: Path, said: Any
) -> None:
    for call_id, one in (("before", {}), ("wrong", said), ("after", {})):
        recorder.put(RawCall(call_id, 0.0, SORT, one))
    recorder.put(RawCall("three", 0.0, SORT, {}, usage={"input_tokens": 1, "output_tokens": 1}))
    assert recorder.flush()
    found = asked(tmp_path / "ledger.db", "SELECT call_id FROM calls ORDER BY 1")
    assert found == [("after",), ("before",), ("three",)]
    assert recorder.losses == (0, 1, 0, 0)


def test_an_answer_of_no_known_shape_costs_one_usage_and_nothing_else(
    recorder: Recorder, tmp_path: Path
) -> None:
    for answer in (None, 5, SimpleNamespace(usage=SimpleNamespace(tokens=3)), {"usage": "much"}):
        with Recording(recorder, SORT, {}) as call:
            assert call.response(answer) is answer
    assert recorder.flush()
    assert asked(tmp_path / "ledger.db", "SELECT count(*), count(input_tokens) FROM calls") == [
        (4, 0)
    ]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks")
@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")
def test_a_fork_records_on_its_own(recorder: Recorder, tmp_path: Path) -> None:
    recorder.put(RawCall("parent", 0.0, SORT, {}))
    child = os.fork()
    if child == 0:
        recorder.put(RawCall("child", 0.0, SORT, {}))
        os._exit(0 if recorder.flush() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert recorder.flush()
    assert asked(tmp_path / "ledger.db", "SELECT call_id FROM calls ORDER BY 1") == [
        ("child",), ("parent",),
    ]  # fmt: skip


def test_threads_record_at_once_and_nothing_is_lost(recorder: Recorder, tmp_path: Path) -> None:
    def work(number: int) -> None:
        for index in range(100):
            recorder.put(RawCall(f"{number}-{index}", 0.0, SORT, {}))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert recorder.flush()
    assert asked(tmp_path / "ledger.db", "SELECT count(*) FROM calls") == [(800,)]
