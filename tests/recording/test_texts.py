"""Texts of calls: kept where that is asked for, as a function of the project's lets them."""

from __future__ import annotations

import logging
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops import Registry
from promptops.config import find_project
from promptops.errors import ConfigError, PluginError
from promptops.ledger.losses import lost
from promptops.ledger.redaction import redaction
from promptops.recording import waiting
from promptops.recording.clients import recorded
from promptops.recording.raw import Asked, RawCall
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
from promptops.recording.texts import Texts, Unredacted, answer_text, piece
from promptops.registry.records import recorder as recorder_of
from tests.registry.bundled import project

if TYPE_CHECKING:
    from collections.abc import Iterator

SORT = Asked("anthropic:claude-haiku-5-5", "mail/sort", "v2")
CLAUDE = {
    "model": "claude-haiku-5-5",
    "stop_reason": "end_turn",
    "content": [{"type": "text", "text": "bills"}, {"type": "tool_use", "input": {"to": "x"}}],
    "usage": {"input_tokens": 9, "output_tokens": 1},
}
CUT = {**CLAUDE, "stop_reason": "max_tokens"}


def kept(path: Path) -> list[Any]:
    """Return the texts in a ledger, by call and place."""
    query = "SELECT role, text FROM recorded_texts ORDER BY sent, call_id, position"
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def written(path: Path, texts: Texts, answer: Any = CLAUDE) -> Recorder:
    """Record one call with its texts, and return the closed recorder."""
    recorder = Recorder(path, lambda *_: None, seconds=0.01, texts=texts)
    with Recording(recorder, SORT, {}) as call:
        call.sent(("You sort mail.", "A wet parcel."), roles=("system", "user"))
        call.response(answer)
    recorder.close()
    return recorder


def test_no_text_is_kept_unless_it_is_asked_for(tmp_path: Path) -> None:
    for number, texts in enumerate((Texts(), Texts("none"), Texts(0), Texts("errors"))):
        path = tmp_path / f"{number}.db"
        assert not any(written(path, texts).losses)
        assert kept(path) == []
        assert b"wet parcel" not in path.read_bytes()


def test_the_texts_of_a_call_are_kept_in_their_order(tmp_path: Path) -> None:
    written(tmp_path / "l.db", Texts("all"))
    assert kept(tmp_path / "l.db") == [
        ("system", "You sort mail."), ("user", "A wet parcel."), ("answer", "bills"),
    ]  # fmt: skip


def test_errors_are_what_failed_and_what_was_cut(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    written(path, Texts("errors"), CUT)
    recorder = Recorder(path, lambda *_: None, seconds=0.01, texts=Texts("errors"))
    call = Recording(recorder, SORT, {})
    call.sent(("Hello.",))
    call.end(TimeoutError("no answer; the key was sk-ant-api03-abcdefgh"))
    recorder.close()
    assert kept(path) == [
        ("system", "You sort mail."), ("user", "A wet parcel."), ("answer", "bills"),
        ("request", "Hello."), ("error", "TimeoutError: no answer; the key was [key]"),
    ]  # fmt: skip


@given(share=st.floats(0.05, 0.95), ids=st.sets(st.text(min_size=1), min_size=1))
@settings(max_examples=25)
def test_a_share_picks_the_same_calls_in_every_process(share: float, ids: set[str]) -> None:
    for one in ids:
        call = RawCall(one, 0.0, SORT, {}, texts=("x",))
        picked = bool(list(Texts(share).of(call)))
        assert picked == bool(list(Texts(share).of(call)))
        assert list(Texts(1).of(call))
        assert picked <= bool(list(Texts((share + 1) / 2).of(call)))  # of more, all of these


def test_a_share_is_about_that_many_calls() -> None:
    calls = [RawCall(str(number), 0.0, SORT, {}, texts=("x",)) for number in range(2_000)]
    assert 340 < sum(bool(list(Texts(0.2).of(one))) for one in calls) < 460


@pytest.mark.parametrize("which", ["some", -0.1, 1.5])
def test_what_names_no_calls_is_an_error(which: Any) -> None:
    with pytest.raises(ConfigError, match="none, errors, all, or a share"):
        Texts(which)


def test_the_hash_is_of_what_a_function_leaves(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    written(path, Texts("all", lambda text: text.replace("wet", "[state]")))
    assert ("user", "A [state] parcel.") in kept(path)
    assert b"wet" not in path.read_bytes()


@pytest.mark.parametrize("wrong", [ValueError("wet parcel"), SystemExit(3), None, 7])
def test_a_text_that_cannot_be_redacted_is_not_kept_and_that_is_said_once(
    tmp_path: Path, wrong: Any, caplog: pytest.LogCaptureFixture
) -> None:
    def redact(text: str) -> Any:
        if "parcel" not in text and "mail" not in text:
            return text
        if isinstance(wrong, BaseException):
            raise wrong
        return wrong

    path = tmp_path / "l.db"
    with caplog.at_level(logging.WARNING, "promptops"):
        recorder = written(path, Texts("all", redact))
    assert recorder.losses == (0, 0, 0, 2)
    assert kept(path) == [("answer", "bills")]
    assert [(one.kind, one.cause, one.number) for one in lost(path)] == [
        ("text", "redacting them failed", 2)
    ]
    assert len([one for one in caplog.messages if "redacting failed" in one]) == 1
    assert "wet parcel" not in caplog.text


class _Client:
    """A vendor's client that answers at once."""

    def __init__(self, answer: Any) -> None:
        self.messages = self.chat = self.completions = self
        self._answer = answer

    def create(self, **_: Any) -> Any:
        """Return the answer, or its events."""
        return iter(self._answer) if isinstance(self._answer, list) else self._answer


def test_a_client_s_requests_are_kept_as_they_were_when_they_were_sent(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    recorder = Recorder(path, lambda *_: None, seconds=5, texts=Texts("all"))
    client = recorded(_Client(CLAUDE), recorder)
    messages: list[Any] = [{"role": "user", "content": [{"type": "text", "text": "A letter."}]}]
    client.messages.create(model="m", system="You sort mail.", messages=messages)
    messages.append({"role": "assistant", "content": "later"})
    recorder.close()
    assert kept(path) == [
        ("system", "You sort mail."), ("user", "A letter."), ("answer", "bills"),
    ]  # fmt: skip


def test_a_stream_s_answer_is_put_together(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    recorder = Recorder(path, lambda *_: None, seconds=0.01, texts=Texts("all"))
    events = [
        {"type": "message_start", "message": {"model": "m", "usage": {"input_tokens": 3}}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "bil"}},
        {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "ls"}},
        {"delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 2}},
    ]  # fmt: skip
    client = recorded(_Client(events), recorder)
    assert len(list(client.messages.create(model="m", stream=True))) == 4
    recorder.close()
    assert kept(path) == [("answer", "bills")]


SAID = SimpleNamespace(content="bills")
PARTS = SimpleNamespace(parts=[SimpleNamespace(text="bi"), SimpleNamespace(text="lls")])


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (CLAUDE, "bills"),
        (SimpleNamespace(choices=[SimpleNamespace(message=SAID)]), "bills"),
        ({"choices": [{"message": {"content": None, "tool_calls": []}}]}, ""),
        ({"output": [{"type": "reasoning", "summary": []},
                     {"type": "message", "content": [{"type": "output_text", "text": "bills"}]}]},
         "bills"),
        (SimpleNamespace(candidates=[SimpleNamespace(content=PARTS)]), "bi\nlls"),
        ("bills", "bills"),
        (None, ""),
        (b"bills", ""),
        (7, ""),
    ],
)  # fmt: skip
def test_the_text_of_any_vendor_s_answer_is_found(answer: Any, text: str) -> None:
    assert answer_text(answer) == text


@pytest.mark.parametrize(
    ("event", "text"),
    [
        ({"type": "response.output_text.delta", "delta": "bil"}, "bil"),
        ({"type": "response.function_call_arguments.delta", "delta": "{"}, ""),
        (SimpleNamespace(choices=[SimpleNamespace(delta=SAID)]), "bills"),
        ({"choices": []}, ""),
        (SimpleNamespace(candidates=[SimpleNamespace(content=PARTS)]), "bi\nlls"),
        ({"type": "ping"}, ""),
    ],
)
def test_the_text_of_any_vendor_s_event_is_found(event: Any, text: str) -> None:
    assert piece(event) == text


HOOK = "def mask(text):\n    return text.replace('wet', '[state]')\n"


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project whose settings keep all texts, as a function beside it lets them."""
    root = project(tmp_path / "shop", "triage")
    (root / "promptops.toml").write_text(
        '[ledger]\ntexts = "all"\nredact = "shop_privacy.masks:mask"\n', "utf-8"
    )
    (root / "shop_privacy").mkdir()
    (root / "shop_privacy" / "masks.py").write_text(HOOK, "utf-8")
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.delenv("PROMPTOPS_LEDGER", raising=False)
    yield root
    for name in [name for name in sys.modules if name.startswith("shop_privacy")]:
        del sys.modules[name]


def test_settings_say_what_is_kept_and_what_redacts_it(shop: Path) -> None:
    registry = Registry.load(shop)
    with registry.record("triage@v1") as call:
        call.render(ticket="My parcel is wet.")
        call.response(CLAUDE)
    assert isinstance(registry.recorder, Recorder)
    registry.recorder.close()
    found = kept(shop / ".promptops" / "ledger.db")
    assert found[-1] == ("answer", "bills")
    assert "My parcel is [state]." in found[-2][1]


def test_a_function_that_cannot_be_loaded_keeps_texts_out(
    shop: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (shop / "shop_privacy" / "masks.py").write_text("1 / 0\n", "utf-8")
    with caplog.at_level(logging.WARNING, "promptops"):
        recorder = recorder_of(shop)
        with Recording(recorder, SORT, {}) as call:
            call.response(CUT)
            call.sent(("A wet parcel.",))
        recorder.close()
    assert recorder.losses == (0, 0, 0, 2)
    assert kept(shop / ".promptops" / "ledger.db") == []
    (told,) = [one for one in caplog.messages if "redacting failed" in one]
    assert "'shop_privacy.masks:mask' fails to load: ZeroDivisionError" in told


def test_arguments_outdo_settings(shop: Path) -> None:
    recorder = recorder_of(shop, texts="none")
    assert not recorder.keeps_texts
    recorder.close()
    again = recorder_of(shop, redact=str.upper)
    with Recording(again, SORT, {}) as call:
        call.response(CLAUDE)
    again.close()
    assert kept(shop / ".promptops" / "ledger.db") == [("answer", "BILLS")]


@pytest.mark.parametrize(
    ("reference", "says"),
    [("shop_privacy.masks:maks", "did you mean 'mask'"), ("nowhere.at_all:mask", "No module")],
)
def test_a_function_that_is_not_there_is_an_error_for_evals(
    shop: Path, reference: str, says: str
) -> None:
    (shop / "promptops.toml").write_text(f'ledger = {{redact = "{reference}"}}\n', "utf-8")
    with pytest.raises(PluginError, match=says):
        redaction(find_project(shop))


def test_evals_get_nothing_but_texts(shop: Path) -> None:
    (shop / "shop_privacy" / "masks.py").write_text("def mask(text): return None\n", "utf-8")
    redact = redaction(find_project(shop))
    assert redact is not None
    with pytest.raises(TypeError, match="a NoneType in place of a text"):
        redact("A wet parcel.")


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('texts = "some"', "expected one of none, errors, all"),
        ("texts = 2", "from 0 to 1"),
        ("texts = []", "expected a number"),
        ('redact = "masks.py"', "package.module:function"),
        ('redact = "a b:c"', "package.module:function"),
        ("redact = 3", "expected a string"),
    ],
)
def test_wrong_settings_are_said(tmp_path: Path, line: str, says: str) -> None:
    (tmp_path / "promptops.toml").write_text(f"[ledger]\n{line}\n", "utf-8")
    with pytest.raises(ConfigError, match=says):
        find_project(tmp_path)


def test_broken_settings_keep_no_texts_and_record_calls(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROMPTOPS_LEDGER", raising=False)
    (tmp_path / "promptops.toml").write_text("[ledger\n", "utf-8")
    recorder = recorder_of(tmp_path)
    assert not recorder.keeps_texts
    with Recording(recorder, SORT, {}) as call:
        call.response(CLAUDE)
    recorder.close()
    assert kept(tmp_path / ".promptops" / "ledger.db") == []
    assert not any(recorder.losses)


def test_a_text_that_cannot_be_redacted_says_nothing_of_itself() -> None:
    def redact(text: str) -> str:
        raise ValueError(text)

    with pytest.raises(Unredacted) as told:
        Texts("all", redact).kept(RawCall("a", 0.0, SORT, {}), 0, "user", "A wet parcel.")
    assert str(told.value) == "ValueError"


def test_texts_that_wait_are_bounded_by_their_length(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "LETTERS", 3_000)
    path = tmp_path / "l.db"
    path.mkdir()  # nothing can be written there
    recorder = Recorder(path, lambda *_: None, seconds=0.01, texts=Texts("all"))
    for number in range(5):
        with Recording(recorder, SORT, {}) as call:
            call.sent((f"{number}" * 1_000,))
    recorder.flush(0.5)
    path.rmdir()
    assert recorder.flush()
    recorder.close()
    assert sorted(text[0] for _, text in kept(path)) == ["2", "3", "4"]
    assert recorder.losses == (0, 0, 0, 2)
