"""What travels to a cluster's workers and back, tried without a cluster."""

import asyncio
import pickle
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.config import Server
from promptops.errors import ConfigError
from promptops.evals import dask_calls
from promptops.evals.dask_calls import Failed, Outfit
from promptops.evals.dask_opening import cluster
from promptops.model.evaluation import Billed, Cause, Completion, Limit, ProviderError, Request
from promptops.model.money import Usage
from promptops.providers.settings import Timeouts

SLOW = """
import asyncio
async def wait(request):
    await asyncio.sleep(60)
async def say(request):
    return request.messages[0][1].upper()
async def fail(request):
    raise RuntimeError("the model is not loaded")
"""


def request(model: str) -> Request:
    said = (("user", "where is the crate?"),)
    return Request(model, "plain", {"max_tokens": 5}, said, {"parcel": "crate"}, "key", "hash", "c")


@pytest.fixture
def outfit(tmp_path: Path) -> Outfit:
    (tmp_path / "models.py").write_text(SLOW)
    return Outfit(Timeouts(), {"yard": Server("http://127.0.0.1:9", "YARD_KEY")}, str(tmp_path))


def answered(model: str, outfit: Outfit) -> Completion | Failed:
    async def ask() -> Completion | Failed:
        try:
            return await dask_calls.answer("run", "call", request(model), outfit)
        finally:
            await dask_calls.leave("run")

    return asyncio.run(ask())


def test_a_worker_answers_with_what_its_files_say(outfit: Outfit) -> None:
    found = answered("models.py:say", outfit)
    assert isinstance(found, Completion)
    assert found.text == "WHERE IS THE CRATE?"


def test_a_failure_comes_back_as_it_was(outfit: Outfit) -> None:
    found = answered("models.py:fail", outfit)
    assert isinstance(found, Failed)
    error = found.error()
    assert isinstance(error, ProviderError)
    assert (error.cause, error.billed) == ("dropped", "unknown")
    assert str(error).startswith("models.py:fail: RuntimeError at ")


def test_a_key_that_a_worker_lacks_is_a_wrong_setting(
    outfit: Outfit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("YARD_KEY", raising=False)
    found = answered("yard:small", outfit)
    assert isinstance(found, Failed)
    with pytest.raises(ConfigError, match="YARD_KEY"):
        raise found.error()


def test_no_key_travels(outfit: Outfit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("YARD_KEY", "key-of-the-yard")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "key-of-anthropic")
    sent = pickle.dumps((request("yard:small"), outfit))
    assert b"YARD_KEY" in sent
    assert b"key-of" not in sent


def test_a_call_that_nobody_waits_for_ends(outfit: Outfit) -> None:
    async def ask() -> Completion | Failed:
        call = asyncio.ensure_future(
            dask_calls.answer("run", "one", request("models.py:wait"), outfit)
        )
        await asyncio.sleep(0.01)
        await dask_calls.cancel("another")
        await dask_calls.cancel("one")
        found = await call
        await dask_calls.leave("run")
        return found

    found = asyncio.run(ask())
    assert isinstance(found, Failed)
    assert found.known == {"cause": "dropped", "billed": "unknown"}


@given(
    st.sampled_from(get_args(Cause)),
    st.sampled_from(get_args(Billed)),
    st.none() | st.floats(0, 100),
    st.none() | st.integers(400, 599),
)
def test_all_that_is_known_of_a_failure_survives_the_way(
    cause: Cause, billed: Billed, wait: float | None, status: int | None
) -> None:
    limits = (Limit("requests", 5, 0, 1.5),)
    before = ProviderError(
        cause, "no room", status=status, retry_after=wait, billed=billed, usage=Usage(3, 1),
        request_id="req_1", limits=limits,
    )  # fmt: skip
    after: Failed = pickle.loads(pickle.dumps(Failed.of(before)))
    error = after.error()
    assert isinstance(error, ProviderError)
    assert (vars(error), str(error)) == (vars(before), "no room")


@pytest.mark.parametrize(
    "address", ["10.0.0.1:8786", "dask://10.0.0.1", "dask://:8786", "ray://a:1"]
)
def test_an_address_is_a_scheme_a_host_and_a_port(address: str) -> None:
    with pytest.raises(ConfigError, match="write the scheduler's address"):
        cluster(address)
