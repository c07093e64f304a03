"""Clients of Anthropic, OpenAI and Google whose calls are recorded, without a line at each call."""

from __future__ import annotations

from functools import partial
from inspect import iscoroutine
from typing import TYPE_CHECKING, Any, Final, TypeVar, Unpack

from promptops.recording.raw import Asked
from promptops.recording.recording import Recording, current
from promptops.recording.streams import Stream

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from promptops.recording.raw import Said
    from promptops.recording.recording import Taker

Client = TypeVar("Client")
_PROVIDERS: Final = {"anthropic": "anthropic", "openai": "openai", "google": "google"}
# The ways to a call; what stands on the way is wrapped as it is asked for.
_CALLS: Final = frozenset(
    (
        "messages.create", "beta.messages.create", "chat.completions.create",
        "chat.completions.parse", "responses.create", "responses.parse",
        "models.generate_content", "models.generate_content_stream",
        "aio.models.generate_content", "aio.models.generate_content_stream",
    )
)  # fmt: skip
_LIMITS: Final = ("max_tokens", "max_completion_tokens", "max_output_tokens")
_ON_THE_WAY: Final = frozenset(
    path.rsplit(".", count)[0] for path in _CALLS for count in range(1, path.count(".") + 1)
)


def recorded(client: Client, taker: Taker, **said: Unpack[Said]) -> Client:
    """Return a client whose calls are written down; in all else it is the one that is given.

    A call inside a block of ``registry.record`` is that block's, with its prompt and its tags; any
    other is known by its model, and by what is said here.

    Args:
        client: ``Anthropic``, ``OpenAI``, ``genai.Client`` or their asynchronous kinds.
        taker: What calls are handed to: ``registry.recorder``, or a ``Recorder`` of your own.
        said: What holds for all its calls, such as ``feature``.
    """
    package = type(client).__module__.partition(".")[0]
    provider = _PROVIDERS.get(package, package)
    found: Any = _Way(client, "", partial(_call, provider, taker, said))
    return found  # type: ignore[no-any-return]


class _Way:
    """A client, or a part of it on the way to a call."""

    def __init__(self, part: Any, path: str, call: Callable[..., Any]) -> None:
        self._promptops = (part, path, call)

    def __getattr__(self, name: str) -> Any:
        part, path, call = self._promptops
        found = getattr(part, name)
        here = f"{path}.{name}" if path else name
        if here in _CALLS:
            return partial(call, found)
        return _Way(found, here, call) if here in _ON_THE_WAY else found

    def __enter__(self) -> Any:
        self._promptops[0].__enter__()
        return self

    def __exit__(self, *error: object) -> Any:
        return self._promptops[0].__exit__(*error)

    async def __aenter__(self) -> Any:
        await self._promptops[0].__aenter__()
        return self

    async def __aexit__(self, *error: object) -> Any:
        return await self._promptops[0].__aexit__(*error)


def _call(
    provider: str, taker: Taker, said: Said, method: Callable[..., Any], *args: Any, **given: Any
) -> Any:
    call = current.get()
    ends = call is None
    if call is None:
        tags = said
        if isinstance(tier := given.get("service_tier"), str):
            tags = {**said, "tier": tier}
        call = Recording(taker, _asked(provider, given), tags)
    call.request(given)
    try:
        answer = method(*args, **given)
    except BaseException as error:
        if ends:
            call.end(error)
        raise
    if iscoroutine(answer):
        return _awaited(call, answer, ends=ends)
    return _answered(call, answer, ends=ends)


def _asked(provider: str, given: Mapping[str, Any]) -> Asked:
    model = given.get("model")
    name = f"{provider}:{model.removeprefix('models/')}" if isinstance(model, str) else None
    limits = [given.get(key) for key in _LIMITS]
    return Asked(name, max_tokens=next((one for one in limits if isinstance(one, int)), None))


async def _awaited(call: Recording, pending: Awaitable[Any], *, ends: bool) -> Any:
    try:
        answer = await pending
    except BaseException as error:
        if ends:
            call.end(error)
        raise
    return _answered(call, answer, ends=ends)


def _answered(call: Recording, answer: Any, *, ends: bool) -> Any:
    if hasattr(answer, "__next__") or hasattr(answer, "__anext__"):
        return Stream(answer, call, ends=ends)
    call.response(answer)
    if ends:
        call.end()
    return answer
