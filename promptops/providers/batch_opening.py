"""Batch services by the name of their vendor, over one pool of connections."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiohttp import ClientSession

    from promptops.providers.batch import BatchService

BATCHING: Final = ("anthropic", "openai")
_CONNECT: Final = 10.0  # seconds


@asynccontextmanager
async def open_batches(environment: Mapping[str, str]) -> AsyncIterator[Services]:
    """Yield the vendors' batch services; their connections are closed at the end.

    Raises:
        ConfigError: aiohttp is not installed.
    """
    from promptops.providers.pool import session

    async with session(_CONNECT) as pool:
        yield Services(pool, environment)


class Services:
    """The services, each made when it is first asked for."""

    def __init__(self, session: ClientSession, environment: Mapping[str, str]) -> None:
        self._session = session
        self._environment = environment
        self._made: dict[str, BatchService] = {}

    def of(self, name: str) -> BatchService | None:
        """Return a vendor's service; None where it has none that is spoken here.

        Raises:
            ConfigError: A key is not set.
        """
        if name in BATCHING and name not in self._made:
            self._made[name] = self._service(name)
        return self._made.get(name)

    def _service(self, name: str) -> BatchService:
        from promptops.providers.batch_wire import Wire

        if name == "anthropic":
            from promptops.providers import anthropic
            from promptops.providers.batch_anthropic import AnthropicBatches

            address = anthropic.address(self._environment)
            return AnthropicBatches(Wire(anthropic.WHO, address, self._session))
        from promptops.providers import openai
        from promptops.providers.batch_openai import OpenAIBatches

        address = openai.address(self._environment)
        return OpenAIBatches(Wire(openai.WHO, address, self._session))
