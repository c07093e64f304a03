"""A Dask cluster by its address, opened for a run."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.evals.dask_calls import Outfit
from promptops.evals.dask_cluster import Cluster
from promptops.providers.opening import open_providers

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from contextlib import AbstractAsyncContextManager

    from promptops.providers.settings import Settings

SCHEME: Final = "dask://"
TCP: Final = "tcp://"
PATIENCE: Final = 10.0  # seconds, to find the scheduler
LOOK: Final = 2.0  # seconds between looks at who is there


def cluster(address: str) -> Callable[[Settings], AbstractAsyncContextManager[Cluster]]:
    """Return what opens a cluster, such as ``dask://10.0.0.1:8786``, for a run's settings.

    Raises:
        ConfigError: It is no such address.
    """
    where = address.removeprefix(SCHEME)
    host, _, port = where.rpartition(":")
    if where == address or not host or not port.isdecimal():
        raise ConfigError(f"{address!r}: write the scheduler's address, such as dask://HOST:8786")
    return partial(_opened, f"{TCP}{where}")


@asynccontextmanager
async def _opened(address: str, settings: Settings) -> AsyncIterator[Cluster]:
    try:
        from distributed import Client
    except ImportError:
        told = "calls on a cluster need Dask: pip install 'promptops-toolkit[dask]'"
        raise ConfigError(told) from None
    await _reached(address)
    outfit = Outfit(settings.timeouts, dict(settings.servers), str(settings.root.resolve()))
    connected: Any = Client  # it has no types
    try:
        client = await connected(address, asynchronous=True, timeout=PATIENCE, set_as_default=False)
    except (OSError, TimeoutError) as error:
        raise ConfigError(f"there is no Dask scheduler at {address}") from error
    async with client, open_providers(settings) as local:
        made = Cluster(client, local, outfit, frozenset(settings.functions))
        await made.look(strict=True)
        looking = asyncio.ensure_future(_look(made))
        try:
            yield made
        finally:
            looking.cancel()
            await made.close()


async def _reached(address: str) -> None:
    """Look whether anybody listens; Dask itself would try for long."""
    host, _, port = address.removeprefix(TCP).rpartition(":")
    try:
        async with asyncio.timeout(PATIENCE):
            _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
    except (OSError, TimeoutError) as error:
        raise ConfigError(f"there is no Dask scheduler at {address}") from error
    writer.close()


async def _look(made: Cluster) -> None:
    """Look again and again; a scheduler that is gone is told by the calls themselves."""
    while True:
        await asyncio.sleep(LOOK)
        with suppress(OSError):
            await made.look()
