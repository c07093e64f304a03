"""One HTTP exchange: a body goes out, a reply comes back or a ``ProviderError`` says why not.

A reply that begins is read to its end, so that its connection serves the next call. What cannot be
told from outside, whether a vendor has worked, is ``billed: unknown``; a body that did not go out
whole was not worked on.
"""

from __future__ import annotations

import asyncio
from functools import cache
from time import perf_counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from promptops.model.evaluation import ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from aiohttp import ClientResponse, ClientSession

LARGEST: Final = 64_000_000  # bytes of a reply
REFUSED: Final = 300  # and above: statuses that are no answer


class Sink(Protocol):
    """Takes a stream as it comes; ``done`` once it was told its end."""

    done: bool

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""


class Outgoing(NamedTuple):
    """What is sent; ``who`` opens the messages of errors."""

    who: str
    url: str
    headers: Mapping[str, str]
    content: bytes
    first_byte: float
    total: float
    proxy: str | None = None


class Reply(NamedTuple):
    """What came back; of a stream the content went into its sink. Times are seconds."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    first_byte: float
    latency: float
    streamed: bool = False


class Exchange:
    """Posts through one pool of connections, which is asked for when there is something to post."""

    def __init__(self, session: Callable[[], ClientSession]) -> None:
        self._session = session

    async def post(self, out: Outgoing, sink: Sink | None = None) -> Reply:
        """Return the reply, whatever its status; a stream of events goes into the sink.

        Raises:
            ProviderError: There is no whole reply.
        """
        import aiohttp

        payload = _watched()(out.content)
        try:
            # One clock for both: it is set to the whole once the first byte is there.
            async with asyncio.timeout(out.first_byte) as limit:
                return await self._posted(out, payload, sink, limit)
        except TimeoutError as error:  # also aiohttp's own, while it connects
            if not payload.sent:
                raise ProviderError("unreachable", f"{out.who}: no connection in time") from error
            told = f"{out.who}: no answer in time"
            raise ProviderError("timed_out", told, billed="unknown") from None
        except aiohttp.ClientConnectorError as error:
            told = f"{out.who} cannot be reached ({_reason(error.os_error)})"
            raise ProviderError("unreachable", told) from None
        except aiohttp.ClientHttpProxyError as error:
            told = f"{out.who}: the proxy refuses: HTTP {error.status}"
            raise ProviderError("unreachable", told) from None
        except aiohttp.ClientResponseError:
            told = f"{out.who}: the reply is no HTTP"
            raise ProviderError("malformed", told, billed="unknown") from None
        except (aiohttp.ClientError, OSError) as error:
            if not payload.sent:
                told = f"{out.who}: the connection broke before all was sent ({_reason(error)})"
                raise ProviderError("unreachable", told) from None
            told = f"{out.who}: the connection broke ({_reason(error)})"
            raise ProviderError("dropped", told, billed="unknown") from None

    async def _posted(
        self, out: Outgoing, payload: Any, sink: Sink | None, limit: asyncio.Timeout
    ) -> Reply:
        start = perf_counter()
        response = await self._session().post(
            out.url,
            data=payload,
            headers=out.headers,
            allow_redirects=False,  # the next address would be told the key
            proxy=out.proxy,
        )
        try:
            first = await _first(response)
            began = perf_counter() - start
            if not response.content.at_eof():
                limit.reschedule((limit.when() or 0.0) - out.first_byte + out.total)
            streamed = sink if sink and response.content_type == "text/event-stream" else None
            content = await _rest(out.who, response, first, streamed)
        except BaseException:
            response.close()
            raise
        took = perf_counter() - start
        return Reply(response.status, response.headers, content, began, took, streamed is not None)


async def _first(response: ClientResponse) -> bytes:
    try:
        return await response.content.readany()
    except OSError:
        if response.status < REFUSED:
            raise
        return b""  # the status says enough


async def _rest(who: str, response: ClientResponse, first: bytes, sink: Sink | None) -> bytes:
    import aiohttp

    chunk, size = first, 0
    found: list[bytes] = []
    try:
        while chunk:
            size += len(chunk)
            if size > LARGEST:
                told = f"{who}: the reply is longer than {LARGEST:,} bytes"
                raise ProviderError("malformed", told, billed="unknown")
            if sink is None:
                found.append(chunk)
            else:
                sink.feed(chunk)
            chunk = b"" if response.content.at_eof() else await response.content.readany()
    except (aiohttp.ClientError, OSError):
        if not (sink.done if sink else response.status >= REFUSED):
            raise
        response.close()
    return found[0] if len(found) == 1 else b"".join(found)


@cache
def _watched() -> type[Any]:
    from aiohttp import Payload

    class Watched(Payload):
        """Bytes that know whether all of them were handed to the network."""

        sent = False

        def __init__(self, value: bytes) -> None:
            super().__init__(value, content_type="application/json")
            self._size = len(value)

        def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
            return str(self._value, encoding, errors)

        async def write(self, writer: Any) -> None:
            await self.write_with_length(writer, None)

        async def write_with_length(self, writer: Any, content_length: int | None) -> None:
            await writer.write(self._value)
            self.sent = True

    return Watched


def _reason(error: BaseException) -> str:
    """Return what happened, without what was sent."""
    return getattr(error, "strerror", None) or type(error).__name__
