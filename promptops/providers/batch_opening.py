"""Batch services by the name of their vendor, over one pool of connections."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from aiohttp import ClientSession

    from promptops.providers.batch import BatchService
    from promptops.providers.batch_wire import Wire
    from promptops.providers.vendor import Address

BATCHING: Final = ("anthropic", "openai")
_CONNECT: Final = 10.0  # seconds


@asynccontextmanager
async def open_batches(environment: Mapping[str, str]) -> AsyncIterator[Services]:
    """Yield the vendors' batch services; their connections are closed at the end."""
    services = Services(environment)
    try:
        yield services
    finally:
        await services.close()


class Services:
    """The services, each made when it is first asked for."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._session: ClientSession | None = None
        self._made: dict[str, BatchService] = {}

    def of(self, name: str) -> BatchService | None:
        """Return a vendor's service; None where it has none that is spoken here.

        Raises:
            ConfigError: A key is not set, or aiohttp is not installed.
        """
        if name in BATCHING and name not in self._made:
            self._made[name] = self._service(name)
        return self._made.get(name)

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    def _wire(self, who: str, address: Address) -> Wire:
        from promptops.providers.batch_wire import Wire
        from promptops.providers.pool import session

        if self._session is None:
            self._session = session(_CONNECT)
        return Wire(who, address, self._session)

    def _service(self, name: str) -> BatchService:
        if name == "anthropic":
            from promptops.providers import anthropic
            from promptops.providers.batch_anthropic import AnthropicBatches

            address = anthropic.address(self._environment)
            return AnthropicBatches(self._wire(anthropic.WHO, address))
        from promptops.providers import openai
        from promptops.providers.batch_openai import OpenAIBatches

        address = openai.address(self._environment)
        return OpenAIBatches(self._wire(openai.WHO, address))
