"""Calls made by the workers of a Dask cluster, each once; rows, limits and budget stay here.

A worker is told to run a function, beside Dask's tasks: those are repeated where a worker dies,
and a call that may be paid must not be. So a lost worker's calls are ``dropped``, and it is the
run's own rules that decide what is asked again.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from contextlib import suppress
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import uuid4

from promptops.errors import ConfigError
from promptops.evals import dask_calls
from promptops.evals.dask_calls import Failed
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.evals.dask_calls import Outfit
    from promptops.model.evaluation import Request
    from promptops.providers.opening import Providers

FREE: Final = ("baseline:", "replay:")  # they call nobody, and know what workers do not
PARTING: Final = 3.0  # seconds, to take leave of workers


@dataclass
class Cluster:
    """Answers requests on workers, as many at once as they have threads.

    Models that call nobody, and functions of this process, are answered here.
    """

    client: Any
    local: Providers
    outfit: Outfit
    own: frozenset[str] = frozenset()  # functions of this process
    run: str = field(default_factory=lambda: uuid4().hex)

    def __post_init__(self) -> None:
        self._threads: dict[str, int] = {}
        self._busy: Counter[str] = Counter()
        self._changed = asyncio.Event()
        self._version = dask_calls.installed()
        self._parting: set[asyncio.Task[Any]] = set()

    def provider(self, model: str) -> None:
        """Look whether what is answered here is set up; workers know what they have."""
        if self._here(model):
            self.local.provider(model)

    async def complete(self, request: Request) -> Completion:
        """Return the model's answer.

        Raises:
            ProviderError: There is none; ``dropped`` where the worker was lost on the way.
            ConfigError: A worker lacks promptops, a key or a provider.
        """
        if self._here(request.model):
            return await self.local.complete(request)
        worker = await self._place()
        self._busy[worker] += 1
        try:
            return await self._asked(worker, request)
        finally:
            self._busy[worker] -= 1
            self._changed.set()

    async def look(self, *, strict: bool = False) -> None:
        """See which workers are there; one that has another promptops, or none, is given nothing.

        Raises:
            ConfigError: There is such a one, and that is ``strict``.
        """
        found = await self.client.scheduler.identity(n_workers=-1)
        threads = {name: told["nthreads"] for name, told in found["workers"].items()}
        new = [name for name in threads if name not in self._threads]
        told = await self.client.run(dask_calls.installed, workers=new, on_error="return")
        for name, version in told.items():
            if version == self._version:
                continue
            del threads[name]
            if strict and not isinstance(version, OSError):  # it has gone again
                said = version if isinstance(version, str) else type(version).__name__
                raise ConfigError(
                    f"worker {name} has not promptops {self._version} but {said}: "
                    "install the same on all workers"
                )
        self._threads = threads
        self._changed.set()

    async def close(self) -> None:
        """Have workers close what this run opened; those that do not answer are left alone."""
        with suppress(TimeoutError, OSError):
            async with asyncio.timeout(PARTING):
                if self._parting:
                    await asyncio.wait(self._parting)
                await self._tell(dask_calls.leave, self.run, [*self._threads])

    def _here(self, model: str) -> bool:
        return model.startswith(FREE) or model.partition(":")[0] in self.own

    async def _place(self) -> str:
        """Return the worker with the most threads free; wait for one."""
        while True:
            if not self._threads:
                await self.look()
            free = {name: most - self._busy[name] for name, most in self._threads.items()}
            if not free:
                raise ProviderError("unreachable", "the cluster has no worker")
            if (best := max(free, key=free.__getitem__)) and free[best] > 0:
                return best
            self._changed.clear()
            await self._changed.wait()

    async def _asked(self, worker: str, request: Request) -> Completion:
        call = uuid4().hex
        work = partial(self.client.run, dask_calls.answer, workers=[worker], on_error="return")
        try:
            told = (await work(self.run, call, request, self.outfit))[worker]
        except asyncio.CancelledError:
            parting = asyncio.ensure_future(self._tell(dask_calls.cancel, call, [worker]))
            self._parting.add(parting)
            parting.add_done_callback(self._parting.discard)
            raise
        except OSError as error:
            raise _dropped(error) from None
        if isinstance(told, Completion):
            return told
        if isinstance(told, Failed):
            raise told.error()
        self._threads.pop(worker, None)
        raise _dropped(told)

    async def _tell(self, what: Callable[..., Any], said: str, workers: list[str]) -> None:
        await self.client.run(what, said, workers=workers, on_error="ignore")


def _dropped(error: object) -> ProviderError:
    told = f"the worker was lost on the way ({type(error).__name__})"
    return ProviderError("dropped", told, billed="unknown")
