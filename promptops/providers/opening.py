"""Providers by name, and the one pool of connections that they share."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from promptops.errors import ConfigError
from promptops.providers.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from concurrent.futures import ThreadPoolExecutor

    from aiohttp import ClientSession

    from promptops.model.evaluation import Completion, Endpoint, Request
    from promptops.providers.exchange import Exchange
    from promptops.providers.settings import Provider
    from promptops.providers.vendor import Address, Dialect

BUILT_IN: Final = (
    "anthropic", "openai", "google", "gemini", "bedrock", "replay", "baseline",
)  # fmt: skip
THREADS: Final = 64  # of plugins that block, and of Bedrock's client


@asynccontextmanager
async def open_providers(settings: Settings | None = None) -> AsyncIterator[Providers]:
    """Yield the providers of a run; what they opened is closed at the end."""
    providers = Providers(settings or Settings())
    try:
        yield providers
    finally:
        await providers.close()


class Providers:
    """Answers requests to any model, each through the provider that its name begins with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_model: dict[str, Provider] = {}
        self._session: ClientSession | None = None
        self._threads: ThreadPoolExecutor | None = None
        for what, names in (("servers", settings.servers), ("functions", settings.functions)):
            taken = sorted(set(names) & set(BUILT_IN))
            if taken:
                raise ConfigError(f"{what} cannot be called {', '.join(taken)}: these are built in")

    async def complete(self, request: Request) -> Completion:
        """Return the model's answer.

        Raises:
            ProviderError: There is none.
            ConfigError: The provider is not known, or a key is not set.
            PluginError: A plugin is missing or fails to load.
        """
        return await self.provider(request.model).complete(request)

    def provider(self, model: str) -> Provider:
        """Return who answers for a model, so that what is not set up is known before a run.

        Raises:
            ConfigError: The provider is not known, or a key is not set.
            PluginError: A plugin is missing or fails to load.
        """
        found = self._by_model.get(model)
        if found is None:
            found = self._by_model[model] = self._made(model)
        return found

    async def close(self) -> None:
        """Close the connections; threads that still work are not waited for."""
        if self._session is not None:
            await self._session.close()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    def _made(self, model: str) -> Provider:
        name, _, rest = model.partition(":")
        if not rest:
            raise ConfigError(f"{model!r} is no provider:model")
        made = {
            "anthropic": self._anthropic,
            "openai": self._openai,
            "google": self._gemini,
            "gemini": self._gemini,
            "bedrock": self._bedrock,
            "replay": self._replay,
        }.get(name)
        if made is not None:
            return made()
        if name in self._settings.functions:
            from promptops.providers.plugin import Plugin

            return Plugin(name, self._settings.functions[name], self._pool)
        if name in self._settings.servers:
            return self._server(name)
        if name == "baseline":
            from promptops.providers.baseline import baseline

            return baseline(rest, self._settings, self._pool)
        from promptops.providers.plugin import plugin

        return plugin(model, self._settings, self._pool)

    def _anthropic(self) -> Provider:
        from promptops.providers import anthropic

        address = anthropic.address(self._settings.environment)
        return self._over_http(anthropic.WHO, anthropic.DIALECTS, address)

    def _openai(self) -> Provider:
        from promptops.providers import openai

        address = openai.address(self._settings.environment)
        return self._over_http(openai.WHO, openai.DIALECTS, address)

    def _server(self, name: str) -> Provider:
        from promptops.providers import openai

        server, environment = self._settings.servers[name], self._settings.environment
        address = openai.address_of_server(name, server, environment)
        return self._over_http(name, openai.dialects_of_server(name), address)

    def _gemini(self) -> Provider:
        from promptops.providers import gemini

        address = gemini.address(self._settings.environment)
        return self._over_http(gemini.WHO, gemini.DIALECTS, address)

    def _bedrock(self) -> Provider:
        from promptops.providers.bedrock import BedrockProvider

        return BedrockProvider(self._settings.timeouts, self._pool())

    def _replay(self) -> Provider:
        from promptops.providers.replay import replay

        return replay(self._settings.cassette)

    def _over_http(
        self, who: str, dialects: Mapping[Endpoint, Dialect], address: Address
    ) -> Provider:
        from promptops.providers.vendor import HttpProvider

        return HttpProvider(who, dialects, address, self._exchange(), self._settings.timeouts)

    def _exchange(self) -> Exchange:
        from promptops.providers.exchange import Exchange
        from promptops.providers.pool import check_installed

        check_installed()
        return Exchange(self._connections)

    def _connections(self) -> ClientSession:
        """Return the pool, made for the first call: stored answers alone need none."""
        from promptops.providers.pool import session

        if self._session is None:
            self._session = session(self._settings.timeouts.connect)
        return self._session

    def _pool(self) -> ThreadPoolExecutor:
        if self._threads is None:
            from concurrent.futures import ThreadPoolExecutor

            self._threads = ThreadPoolExecutor(THREADS, "promptops-provider")
        return self._threads
