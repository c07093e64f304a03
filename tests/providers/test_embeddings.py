"""Embeddings are asked for as the vendors' own clients do, and come as one kind of text."""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from struct import unpack

import pytest

from promptops.evals.judging_vectors import vector_of, vector_request
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.money import Usage
from tests.providers.asking import answer, error, settings
from tests.vendor_server.faults import malformed, rate_limited
from tests.vendor_server.protocols.embeddings import vector
from tests.vendor_server.serving import Serving, serving

openai = pytest.importorskip("openai")
genai = pytest.importorskip("google.genai")
TEXT = "A lamp “naïve” \U0001f512 for parcel 7"
OPENAI, GEMINI = "openai:text-embedding-3-small", "google:gemini-embedding-001"


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with pytest.MonkeyPatch.context() as patch, serving() as found:
        for name in ("NO_PROXY", "no_proxy"):
            patch.setenv(name, "127.0.0.1")
        yield found


def test_openai_is_sent_what_its_client_sends(server: Serving) -> None:
    asked = vector_request(OPENAI, TEXT)
    key = server.environment["OPENAI_API_KEY"]
    with openai.OpenAI(base_url=f"{server.url}/v1", api_key=key, max_retries=0) as client:
        theirs = client.embeddings.create(**asked.body).data[0].embedding
    ours = answer(settings(server), asked)
    before, after = server.world.heard[-2:]
    assert (after.path, after.body) == (before.path, before.body)
    assert ours.text.partition(".")[0] == theirs
    assert ours.usage == Usage(len(TEXT) // 4 + 1)
    assert list(vector_of(ours)) == vector(TEXT)


def test_gemini_is_sent_what_its_client_sends(server: Serving) -> None:
    asked = vector_request(GEMINI, TEXT)
    client = genai.Client(
        api_key=server.environment["GEMINI_API_KEY"],
        http_options={"base_url": server.url, "api_version": "v1"},
    )
    theirs = client.models.embed_content(**asked.body).embeddings[0].values
    ours = answer(settings(server), asked)
    before, after = server.world.heard[-2:]
    assert (after.path, after.body) == (before.path, before.body)
    assert list(vector_of(ours)) == theirs == vector(TEXT)
    assert ours.usage is None


def test_numbers_of_a_server_that_knows_no_base64_become_the_same_text(server: Serving) -> None:
    plain = vector_request(OPENAI, TEXT)
    body = {key: value for key, value in plain.body.items() if key != "encoding_format"}
    found = answer(
        settings(server), type(plain)(OPENAI, "openai.embeddings", body, (), {}, "a", "r")
    )
    data = b64decode(found.text.partition(".")[0])
    assert list(unpack(f"<{len(data) // 4}f", data)) == vector(TEXT)


def test_failures_are_those_of_every_other_call(server: Serving) -> None:
    server.world.faults.queue += [rate_limited(retry_after=3), malformed()]
    for cause in ("rate_limited", "malformed"):
        found = error(settings(server), vector_request(OPENAI, TEXT))
        assert found.cause == cause


@pytest.mark.parametrize("text", ["", "[", "[[1]]", '["a"]', "AACAPw==", "AACAPw==.00000000", "{}"])
def test_what_is_no_vector_is_told(text: str) -> None:
    with pytest.raises(ProviderError, match=r"no vector|empty vector"):
        vector_of(Completion(text))


def test_a_function_of_ones_own_may_answer_with_numbers() -> None:
    assert vector_of(Completion(" [1, 2.5]\n")) == [1.0, 2.5]
