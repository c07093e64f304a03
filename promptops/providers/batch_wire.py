"""Calls about batches: JSON in and out, files sent from disk, results read line by line."""

from __future__ import annotations

import asyncio
import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from promptops.model.evaluation import ProviderError
from promptops.model.values import dataclass
from promptops.providers.batch_content import payload_of
from promptops.providers.exchange import LARGEST, REFUSED
from promptops.providers.pool import proxy_of
from promptops.providers.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiohttp import ClientResponse, ClientSession

    from promptops.providers.batch_content import Content
    from promptops.providers.vendor import Address

PATIENCE: Final = 120.0  # seconds of a call
SLOWEST: Final = 250_000.0  # bytes a second of what is sent
LONGEST: Final = 100_000  # bytes of a refusal
SILENCE: Final = 60.0  # seconds without a byte of results


@dataclass(frozen=True, slots=True)
class Wire:
    """A vendor's API, through a run's pool of connections."""

    who: str
    address: Address
    session: ClientSession

    async def get(self, path: str, **query: str | int | None) -> dict[str, Any]:
        """Return the JSON of a path.

        Raises:
            ProviderError: There is none.
        """
        given = {name: value for name, value in query.items() if value is not None}
        async with self._reply("GET", f"{path}?{urlencode(given)}" if given else path) as reply:
            return await self._object(reply)

    async def post(
        self, path: str, content: Content, headers: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        """Return the JSON that a post is answered with.

        Raises:
            ProviderError: There is none; ``billed`` is "no" where nothing was made, for certain.
        """
        async with self._reply("POST", path, content, headers) as reply:
            return await self._object(reply)

    async def lines(self, path: str) -> AsyncIterator[bytes]:
        """Yield the lines of a path as they come, but empty ones.

        Raises:
            ProviderError: They end early, or there are none.
        """
        async with self._reply("GET", path) as reply:
            rest: list[bytes] = []
            size = 0
            while chunk := await self._next(reply):
                *whole, last = chunk.split(b"\n")
                for line in whole:
                    joined = b"".join((*rest, line))
                    rest, size = [], 0
                    if joined.strip():
                        yield joined
                rest.append(last)
                size += len(last)
                if size > LARGEST:
                    raise ProviderError("malformed", f"{self.who}: a result is endless")
            if (joined := b"".join(rest)).strip():
                yield joined

    async def _next(self, reply: ClientResponse) -> bytes:
        async with asyncio.timeout(SILENCE):
            return await reply.content.readany()

    async def _object(self, reply: ClientResponse) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE):
            content = await reply.read()
        try:
            found = json.loads(content)
        except (ValueError, RecursionError):
            found = None
        if not isinstance(found, dict):
            told = f"{self.who}: the reply is no JSON"
            raise ProviderError("malformed", told, billed="unknown")
        return found

    @asynccontextmanager
    async def _reply(
        self,
        method: str,
        path: str,
        content: Content | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> AsyncIterator[ClientResponse]:
        import aiohttp

        payload = payload_of(content) if content else None
        kind = {"content-type": content.kind} if content else {}
        limit = PATIENCE + (content.size / SLOWEST if content else 0.0)
        try:
            async with asyncio.timeout(limit):
                reply = await self.session.request(
                    method,
                    f"{self.address.base}{path}",
                    data=payload,
                    headers={**self.address.headers, **(headers or {}), **kind},
                    allow_redirects=False,  # the next address would be told the key
                    proxy=proxy_of(self.address.base),
                )
            async with reply:
                if reply.status >= REFUSED:
                    raise await self._refused(reply)
                yield reply
        except TimeoutError:
            raise self._broken("timed_out", "no answer in time", payload) from None
        except aiohttp.ClientConnectorError as error:
            told = f"{self.who} cannot be reached ({error.os_error.strerror or 'no connection'})"
            raise ProviderError("unreachable", told) from None
        except (aiohttp.ClientError, OSError) as error:
            told = f"the connection broke ({type(error).__name__})"
            raise self._broken("dropped", told, payload) from None

    def _broken(self, cause: Any, told: str, payload: Any) -> ProviderError:
        unsent = payload is not None and not payload.sent
        said = f"{self.who}: {told}"
        if unsent:
            return ProviderError("unreachable", said)
        return ProviderError(cause, said, billed="unknown")

    async def _refused(self, reply: ClientResponse) -> ProviderError:
        content = await reply.content.read(LONGEST)
        error = refusal(
            self.who, reply.status, reply.headers, content, secrets=self.address.secrets
        )
        # A server that fails may have made what it was asked for before it did.
        error.billed = "unknown" if error.cause == "server" else "no"
        return error
