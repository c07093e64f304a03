"""What a worker of a Dask cluster does: it answers a request, with keys of its own environment.

Nothing here imports Dask. A worker runs this module's functions on its event loop; what they
return is plain, so that a failure travels as well as an answer.
"""

from __future__ import annotations

import asyncio
from dataclasses import field
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError, PromptopsError
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass
from promptops.providers.opening import Providers
from promptops.providers.settings import Settings, Timeouts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Server
    from promptops.model.evaluation import Request

_FIELDS: Final = (
    "cause", "status", "retry_after", "again", "billed", "usage", "request_id", "limits",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Outfit:
    """What workers are told before they answer; ``root`` is a folder that they have, too."""

    timeouts: Timeouts
    servers: Mapping[str, Server] = field(default_factory=dict)
    root: str = "."

    @property
    def settings(self) -> Settings:
        """The settings of a worker's providers: keys come from its own environment."""
        return Settings(self.timeouts, self.servers, root=Path(self.root))


@dataclass(frozen=True, slots=True)
class Failed:
    """Why there is no answer: the fields of a ``ProviderError``, or a wrong setting."""

    message: str
    known: Mapping[str, Any] | None = None  # None: a wrong setting

    @classmethod
    def of(cls, error: ProviderError) -> Failed:
        """Return what is known of a failure."""
        return cls(str(error), {name: getattr(error, name) for name in _FIELDS})

    def error(self) -> ProviderError | ConfigError:
        """Return it as it was raised."""
        if self.known is None:
            return ConfigError(self.message)
        return ProviderError(message=self.message, **self.known)


_open: dict[str, Providers] = {}  # by run
_under_way: dict[str, asyncio.Task[Completion]] = {}  # by call


async def answer(run: str, call: str, request: Request, outfit: Outfit) -> Completion | Failed:
    """Return the answer to a request; the providers of a run stay open for its next call."""
    providers = _open.setdefault(run, Providers(outfit.settings))
    task = asyncio.ensure_future(providers.complete(request))
    _under_way[call] = task
    try:
        return await task
    except ProviderError as error:
        return Failed.of(error)
    except PromptopsError as error:
        return Failed(str(error))
    except asyncio.CancelledError:
        if not task.cancelled():  # it is the worker that ends
            raise
        return Failed("the call was cancelled", {"cause": "dropped", "billed": "unknown"})
    finally:
        del _under_way[call]


async def cancel(call: str) -> None:
    """End a call that nobody waits for any more."""
    if task := _under_way.get(call):
        task.cancel()


async def leave(run: str) -> None:
    """Close what a run has opened."""
    if providers := _open.pop(run, None):
        await providers.close()


def installed() -> str:
    """Return the version of promptops here."""
    return version("promptops-toolkit")
