"""Batches are sent as the vendors' own clients send them, and read as these read them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from io import BytesIO
from typing import Any, TypeVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.errors import ConfigError
from promptops.model.evaluation import Completion, Endpoint, ProviderError
from promptops.providers.batch import BatchService, Handed, Seen, custom_id, line_of
from promptops.providers.batch_anthropic import Listed
from promptops.providers.batch_opening import open_batches
from tests.providers.asking import BODIES, request
from tests.vendor_server import faults
from tests.vendor_server.answers import Answer
from tests.vendor_server.serving import Serving

anthropic = pytest.importorskip("anthropic")
openai = pytest.importorskip("openai")

T = TypeVar("T")
NAMES = [custom_id(f"{n:040x}", 1) for n in range(5)]
COUNT = {"authorization", "x-api-key", "anthropic-version", "anthropic-beta", "x-gateway"}
ENDPOINTS: list[Endpoint] = ["anthropic.messages", "openai.responses", "openai.chat"]
VENDOR: dict[Endpoint, str] = {
    "anthropic.messages": "anthropic",
    "openai.responses": "openai",
    "openai.chat": "openai",
}


def served(server: Serving, name: str, use: Callable[[BatchService], Coroutine[Any, Any, T]]) -> T:
    """Return what comes of using a vendor's batches."""

    async def run() -> T:
        async with open_batches(server.environment) as services:
            service = services.of(name)
            assert service is not None
            return await use(service)

    return asyncio.run(run())


def handed(
    service: BatchService, endpoint: Endpoint, names: list[str] = NAMES, **body: Any
) -> Handed:
    """Return a batch of requests of an endpoint."""
    lines = [service.line(name, request(endpoint, **body)) for name in names]
    assert all(lines)
    content = b"".join(line.content for line in lines if line)
    assert lines[0] is not None
    return Handed("n" * 32, lines[0].group, BytesIO(content), len(content))


async def made(service: BatchService, batch: Handed) -> Seen:
    """Make a batch."""
    return await service.submit(batch, await service.upload(batch) if service.uploads else None)


async def ended(service: BatchService, seen: Seen) -> dict[str, Completion | ProviderError]:
    """Return what became of a batch's requests."""
    return {name: came async for name, came in service.results(await service.look(seen.id))}


@pytest.fixture(autouse=True)
def _a_clock_of_its_own(server: Serving) -> None:
    server.world.clock.set(0)


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"system": "Be brief. “naïve” \U0001f512\n"},
        {"extra_headers": {"X-Gateway": "one", "anthropic-beta": "fast-2026-01-01"}},
        {"extra_body": {"max_tokens": 7}},
    ],
    ids=["plain", "text", "headers", "body"],
)
def test_anthropics_batch_is_what_its_client_posts(server: Serving, more: dict[str, Any]) -> None:
    served(server, "anthropic", lambda it: made(it, handed(it, "anthropic.messages", **more)))
    key = server.environment["ANTHROPIC_API_KEY"]
    params = {**BODIES["anthropic.messages"], **more}
    headers = params.pop("extra_headers", None)
    params.update(params.pop("extra_body", {}))
    with anthropic.Anthropic(base_url=server.url, auth_token=key, max_retries=0) as client:
        requests = [{"custom_id": name, "params": params} for name in NAMES]
        client.messages.batches.create(requests=requests, extra_headers=headers)
    ours, theirs = server.world.heard
    assert ours.body == theirs.body
    assert ours.path == theirs.path
    said = [{k: v for k, v in one.headers.items() if k in COUNT} for one in (ours, theirs)]
    assert said[0] == said[1]


@pytest.mark.parametrize("endpoint", ENDPOINTS[1:])
def test_openais_file_and_batch_are_what_its_client_posts(
    server: Serving, endpoint: Endpoint
) -> None:
    batches: list[Handed] = []

    async def use(service: BatchService) -> Seen:
        batches.append(handed(service, endpoint))
        return await made(service, batches[0])

    served(server, "openai", use)
    batches[0].lines.seek(0)
    key = server.environment["OPENAI_API_KEY"]
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0) as client:
        file = client.files.create(file=("lines.jsonl", batches[0].lines), purpose="batch")
        client.batches.create(
            input_file_id=file.id,
            endpoint=batches[0].group[1],
            completion_window="24h",
            metadata={"promptops_nonce": "n" * 32},
        )
    our_file, our_batch, their_file, their_batch = server.world.heard
    assert our_file.body == their_file.body
    assert {**our_batch.body, "input_file_id": ""} == {**their_batch.body, "input_file_id": ""}
    for ours, theirs in ((our_file, their_file), (our_batch, their_batch)):
        assert ours.path == theirs.path
        assert ours.headers["authorization"] == theirs.headers["authorization"]
    lines = [json.loads(line) for line in our_file.body["content"].splitlines()]
    assert [line["custom_id"] for line in lines] == NAMES


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_results_are_the_answers_of_live_calls_at_the_batch_tier(
    server: Serving, endpoint: Endpoint
) -> None:
    fates = dict(
        zip(NAMES, ["succeeded", "errored", "expired", "succeeded", "succeeded"], strict=True)
    )
    server.world.fate = fates.__getitem__
    server.world.answer = lambda _: Answer("harbour")

    async def use(service: BatchService) -> dict[str, Completion | ProviderError]:
        seen = await made(service, handed(service, endpoint))
        assert (seen.ended, seen.requests) == (None, 5)
        server.world.clock.advance(60)
        return await ended(service, seen)

    came = served(server, VENDOR[endpoint], use)
    assert came.keys() == {*NAMES}
    answer = came[NAMES[0]]
    assert isinstance(answer, Completion)
    assert (answer.text, answer.tier, answer.finish) == ("harbour", "batch", "stop")
    assert answer.usage is not None
    assert answer.usage.output_tokens == 2
    causes = [
        (one.cause, one.billed) for one in map(came.get, NAMES) if isinstance(one, ProviderError)
    ]
    assert causes == [("invalid", "no"), ("expired", "no")]


@pytest.mark.parametrize("name", ["anthropic", "openai"])
def test_the_list_of_batches_is_gone_through_page_by_page_back_to_a_time(
    server: Serving, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"promptops.providers.batch_{name}.PAGE", 2)
    endpoint: Endpoint = "anthropic.messages" if name == "anthropic" else "openai.chat"

    async def use(service: BatchService) -> tuple[list[str], list[str]]:
        sent = [(await made(service, handed(service, endpoint))).id for _ in range(5)]
        found = [one.id async for one in service.recent(0.0)]
        assert not [one async for one in service.recent(4e9)]
        return sent, found

    sent, found = served(server, name, use)
    assert found == sent[::-1]


def test_openais_batch_bears_the_nonce_that_it_was_made_with(server: Serving) -> None:
    async def use(service: BatchService) -> list[str | None]:
        await made(service, handed(service, "openai.chat"))
        return [one.nonce async for one in service.recent(0.0)]

    assert served(server, "openai", use) == ["n" * 32]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        ({"stream": True}, "a stream"),
        ({"extra_query": {"a": 1}}, "a query of its own"),
        ({"metadata": {"x": float("nan")}}, "no JSON"),
        ({"metadata": {"x": "\ud800"}}, "half a character"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_what_no_batch_can_hold_has_no_line(
    server: Serving, endpoint: Endpoint, body: dict[str, Any], why: str
) -> None:
    async def use(service: BatchService) -> object:
        return service.line("a", request(endpoint, **body))

    assert served(server, VENDOR[endpoint], use) is None, why


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_line_gives_back_what_it_was_made_of(server: Serving, endpoint: Endpoint) -> None:
    headers = {"anthropic-beta": "b"} if endpoint == "anthropic.messages" else {}

    async def use(service: BatchService) -> bool:
        asked = request(endpoint, temperature=0.5, extra_headers=headers)
        first = service.line("a", asked)
        assert first is not None
        return service.line("a", request(endpoint, body=service.given(first))) == first

    assert served(server, VENDOR[endpoint], use)


@pytest.mark.parametrize(
    ("fault", "cause", "billed"),
    [
        (faults.rate_limited(retry_after=3), "rate_limited", "no"),
        (faults.server_error(), "server", "unknown"),
        (faults.dropped_after(), "dropped", "unknown"),
        (faults.status(401, "authentication_error"), "denied", "no"),
        (faults.status(400, "invalid_request_error"), "invalid", "no"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_failure_says_whether_the_batch_may_have_been_made(
    server: Serving, fault: faults.Fault, cause: str, billed: str
) -> None:
    server.world.faults.queue.append(fault)

    async def use(service: BatchService) -> ProviderError:
        with pytest.raises(ProviderError) as found:
            await made(service, handed(service, "anthropic.messages"))
        return found.value

    error = served(server, "anthropic", use)
    assert (error.cause, error.billed) == (cause, billed)
    assert "key-of-anthropic" not in str(error)
    assert len(server.world.batches) == (fault.kind == "drop_after")


def test_results_that_break_off_are_an_error_and_no_end(server: Serving) -> None:
    server.world.batch_seconds = 0.0

    async def use(service: BatchService) -> None:
        seen = await made(service, handed(service, "anthropic.messages"))
        server.world.faults.queue.append(faults.cut_off())
        with pytest.raises(ProviderError):
            await ended(service, seen)
        assert len(await ended(service, seen)) == 5

    served(server, "anthropic", use)


def test_accounts_are_told_apart_by_what_is_no_key(server: Serving) -> None:
    async def use(service: BatchService) -> str:
        return service.account

    first = served(server, "openai", use)
    assert len(first) == 16
    assert first not in server.environment["OPENAI_API_KEY"]
    other = Serving(server.url, server.world)
    environment = {**other.environment, "OPENAI_API_KEY": "another"}

    async def run() -> str:
        async with open_batches(environment) as services:
            service = services.of("openai")
            assert service is not None
            return service.account

    assert asyncio.run(run()) != first


def test_without_a_key_there_are_no_batches_and_other_vendors_have_none() -> None:
    async def run() -> None:
        async with open_batches({}) as services:
            assert services.of("gemini") is None
            with pytest.raises(ConfigError, match="ANTHROPIC_API_KEY"):
                services.of("anthropic")

    asyncio.run(run())


LINES = st.lists(st.dictionaries(st.text(max_size=5), st.text(max_size=30)), min_size=1, max_size=9)


@settings(max_examples=25)
@given(LINES, st.integers(1, 40))
def test_lines_are_read_as_a_list_in_pieces_of_any_size(
    lines: list[dict[str, str]], size: int
) -> None:
    found = [line_of(("anthropic",), line) for line in lines]
    content = b"".join(one.content for one in found if one)
    listed = Listed(Handed("n", (), BytesIO(content), len(content)))
    for _ in range(2):
        listed.seek(0)
        read = b"".join(iter(lambda: listed.read(size), b""))
        assert len(read) == len(content) - 1
        assert json.loads(b"[" + read + b"]") == lines
