"""Vendors' own clients whose calls are recorded, against a server that speaks as they do."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptops.model.money import Price, Rates
from promptops.recording.clients import recorded
from promptops.recording.raw import Asked
from promptops.recording.recorder import Recorder
from promptops.recording.recording import Recording
from tests.vendor_server.faults import server_error
from tests.vendor_server.serving import Serving, serving

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")
genai = pytest.importorskip("google.genai")

PRICE = Price("any:model", Rates(Decimal(1), Decimal(5)))
WORDS = [{"role": "user", "content": "Where is my parcel?"}]
CLAUDE = {"model": "claude-haiku-5-5", "max_tokens": 40, "messages": WORDS}
CHAT = {"model": "gpt-5.6", "max_completion_tokens": 40, "messages": WORDS}


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        with serving() as found:
            yield found


@pytest.fixture
def recorder(tmp_path: Path) -> Iterator[Recorder]:
    made = Recorder(tmp_path / "ledger.db", lambda *_: PRICE, seconds=0.01)
    yield made
    made.close()


def kept(recorder: Recorder, tmp_path: Path) -> list[Any]:
    """Return what the ledger says of each call."""
    assert recorder.flush()
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        return connection.execute(
            "SELECT model, prompt, feature, max_tokens, finish, error, input_tokens, output_tokens"
            " FROM calls JOIN contexts USING (context_id) ORDER BY at"
        ).fetchall()


def billed(server: Serving) -> tuple[int, int]:
    """Return what the last request was billed."""
    said = server.world.heard[-1].said
    assert said is not None
    return said.plain, said.output


def claude(server: Serving) -> Any:
    key = server.environment["ANTHROPIC_API_KEY"]
    return anthropic.Anthropic(base_url=server.url, api_key=key, max_retries=0)


def gpt(server: Serving) -> Any:
    key = server.environment["OPENAI_API_KEY"]
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0)


@pytest.mark.parametrize("streamed", [False, True])
def test_claude_is_recorded(
    server: Serving, recorder: Recorder, tmp_path: Path, streamed: bool
) -> None:
    with recorded(claude(server), recorder, feature="inbox") as client:
        answer = client.messages.create(**CLAUDE, **({"stream": True} if streamed else {}))
        if streamed:
            assert [*answer][-1].type == "message_stop"
    found = kept(recorder, tmp_path)
    assert found == [
        ("anthropic:claude-haiku-5-5", None, "inbox", 40, "stop", None, *billed(server))
    ]


@pytest.mark.parametrize("streamed", [False, True])
def test_gpt_is_recorded(
    server: Serving, recorder: Recorder, tmp_path: Path, streamed: bool
) -> None:
    more = {"stream": True, "stream_options": {"include_usage": True}} if streamed else {}
    with recorded(gpt(server), recorder) as client:
        answer = client.chat.completions.create(**CHAT, **more)
        if streamed:
            assert list(answer)
        client.responses.create(model="gpt-5.6", input="Hello", max_output_tokens=9)
    first, second = kept(recorder, tmp_path)
    assert first[:6] == ("openai:gpt-5.6", None, None, 40, "stop", None)
    assert second == ("openai:gpt-5.6", None, None, 9, "stop", None, *billed(server))
    assert first[6] > 0


def test_gemini_is_recorded(server: Serving, recorder: Recorder, tmp_path: Path) -> None:
    options = {"base_url": server.url}
    client = genai.Client(api_key=server.environment["GEMINI_API_KEY"], http_options=options)
    own = recorded(client, recorder)
    own.models.generate_content(model="gemini-3-flash", contents="Hello")
    assert list(own.models.generate_content_stream(model="gemini-3-flash", contents="Hello"))
    client.close()
    for found in kept(recorder, tmp_path):
        assert found[0] == "google:gemini-3-flash"
        assert found[4:] == ("stop", None, *billed(server))


def test_an_asynchronous_client_is_recorded(
    server: Serving, recorder: Recorder, tmp_path: Path
) -> None:
    async def calls() -> None:
        key = server.environment["ANTHROPIC_API_KEY"]
        made = anthropic.AsyncAnthropic(base_url=server.url, api_key=key, max_retries=0)
        async with recorded(made, recorder) as client:
            await client.messages.create(**CLAUDE)
            stream = await client.messages.create(**CLAUDE, stream=True)
            assert [event async for event in stream]

    asyncio.run(calls())
    assert [row[4:] for row in kept(recorder, tmp_path)] == [("stop", None, *billed(server))] * 2


def test_a_call_inside_a_block_is_the_blocks(
    server: Serving, recorder: Recorder, tmp_path: Path
) -> None:
    asked = Asked("anthropic:claude-haiku-5-5", "mail/sort", "v2")
    with recorded(claude(server), recorder) as client, Recording(recorder, asked, {}):
        client.messages.create(**CLAUDE)
    (found,) = kept(recorder, tmp_path)
    assert found[1] == "mail/sort"
    assert found[6:] == billed(server)


def test_a_failure_is_recorded_and_goes_on(
    server: Serving, recorder: Recorder, tmp_path: Path
) -> None:
    server.world.faults.queue.append(server_error())
    with recorded(claude(server), recorder) as client, pytest.raises(anthropic.APIStatusError):
        client.messages.create(**CLAUDE)
    (found,) = kept(recorder, tmp_path)
    assert found[5:] == ("server", None, None)


def test_the_rest_of_a_client_is_its_own(server: Serving, recorder: Recorder) -> None:
    own = claude(server)
    with recorded(own, recorder) as client:
        assert client.base_url == own.base_url
        assert client.messages.batches == own.messages.batches
