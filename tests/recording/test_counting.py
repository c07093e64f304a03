"""Some calls' texts are counted in tokens of o200k_base, on the recorder's thread."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from promptops.recording.counting import EVERY, FIRST, PATIENCE, SECONDS, TOGETHER, Counting
from promptops.recording.raw import Asked, RawCall, Said
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
from promptops.tokens.counter import TokenCounter

if TYPE_CHECKING:
    from pathlib import Path

SORT = Asked("anthropic:claude-sonnet-5-5", "mail/sort", "v3", "ab" * 32)
USAGE = {"input_tokens": 90, "output_tokens": 3}
TEXTS = ("You sort letters.", "A lamp hums at night: <|endoftext|>.")
TOOL = {"name": "find_lamp", "input_schema": {"type": "object", "properties": {}}}


def raw(number: int, asked: Asked = SORT, said: Said | None = None) -> RawCall:
    return RawCall(str(number), 0.0, asked, said or {}, USAGE, texts=TEXTS)


def expected(*texts: str) -> int:
    return sum(TokenCounter(None).encoded(texts, "o200k_base"))


def test_a_recorded_call_s_messages_and_tools_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    recorder = Recorder(path, lambda *_: None, seconds=0.01)
    for texts in (TEXTS, (*TEXTS, "SECRETLETTER")):
        with Recording(recorder, SORT, {}) as call:
            call.sent(texts, attached=(TOOL,))
            call.response({"model": "claude-sonnet-5-5", "usage": USAGE})
    recorder.close()
    with closing(sqlite3.connect(path)) as connection:
        found = connection.execute("SELECT o200k_tokens FROM counted ORDER BY 1").fetchall()
    tool = '{"name":"find_lamp","input_schema":{"type":"object","properties":{}}}'
    own = expected(*TEXTS, tool)
    assert found == [(own,), (own + expected("SECRETLETTER"),)]
    kept = b"".join(one.read_bytes() for one in tmp_path.iterdir())
    assert b"SECRETLETTER" not in kept


def test_the_first_calls_of_a_prompt_are_counted_and_then_one_of_many() -> None:
    counting = Counting()
    found: list[str] = []
    for number in range(3 * EVERY):
        counting.take([raw(number)], number)
        found += counting.counted(number * SECONDS)
    found += counting.counted(0.0, all_of_them=True)
    assert [int(one) for one in found] == [*range(FIRST), *(n * EVERY - 1 for n in (1, 2, 3))]


def test_counts_are_made_together_and_seldom() -> None:
    counting = Counting()
    counting.take(map(raw, range(TOGETHER - 1)), 0.0)
    assert counting.counted(PATIENCE - 1) == {}
    counting.take([raw(TOGETHER)], 1.0)
    assert len(counting.counted(1.0)) == TOGETHER
    counting.take(map(raw, range(100, 100 + TOGETHER)), 1.0)
    assert counting.counted(0.5 + SECONDS) == {}
    assert len(counting.counted(1.0 + SECONDS)) == TOGETHER
    counting.take([raw(900)], 50.0)
    assert counting.counted(49.0 + PATIENCE) == {}
    assert counting.counted(50.0 + PATIENCE) == {"900": expected(*TEXTS)}


@pytest.mark.parametrize(
    "call",
    [
        raw(1, said={"attempt": 2}),
        raw(1, said={"turn": 3}),
        raw(1, SORT._replace(model="openai:gpt-5-mini")),
        raw(1, SORT._replace(model=None)),
        RawCall("1", 0.0, SORT, {}, USAGE),
        RawCall("1", 0.0, SORT, {}, None, texts=TEXTS),
        RawCall("1", 0.0, SORT, {}, USAGE, error=TimeoutError(), texts=TEXTS),
    ],
    ids=["a retry", "a later turn", "an exact model", "no model", "no text", "no usage", "failed"],
)
def test_a_call_that_tells_no_factor_is_not_counted(call: RawCall) -> None:
    counting = Counting()
    counting.take([call], 0.0)
    assert counting.counted(0.0, all_of_them=True) == {}
