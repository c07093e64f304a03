"""Providers of one's own: an entry point of ``promptops.providers``, or ``file.py:function``.

Each is a function of a ``Request`` that returns a text or a ``Completion``. One that is no
coroutine runs in a thread.
"""

from __future__ import annotations

import asyncio
import inspect
from time import perf_counter
from traceback import extract_tb
from typing import TYPE_CHECKING, Any, Final

from promptops import plugins
from promptops.errors import PluginError, PromptopsError, nearest
from promptops.model.evaluation import Completion, ProviderError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor
    from pathlib import Path

    from promptops.model.evaluation import Request
    from promptops.providers.settings import Provider, Settings

GROUP: Final = "promptops.providers"


def plugin(model: str, settings: Settings, pool: Callable[[], Executor]) -> Provider:
    """Return the plugin that answers for a model.

    Raises:
        PluginError: It is missing, fails to load, or a package would shadow what is built in.
    """
    name, _, rest = model.partition(":")
    if name.endswith(".py"):
        function = from_file(settings.root, name, rest.partition(":")[0], ("request",))
        return Plugin(f"{name}:{rest}", function, pool)
    no_shadows()
    return Plugin(name, _callable(plugins.load(GROUP, name), name), pool)


def no_shadows() -> None:
    """Check that no installed package offers what is built in.

    Raises:
        PluginError: One does.
    """
    from importlib.metadata import entry_points

    from promptops.providers.opening import BUILT_IN

    for point in entry_points(group=GROUP):
        if point.name in BUILT_IN:
            told = f"plugin {point.name!r} ({point.value}) would shadow the built-in provider"
            raise PluginError(told)


def from_file(root: Path, file: str, name: str, given: Sequence[str]) -> Callable[..., Any]:
    """Return a function of a Python file; the file runs.

    Raises:
        PluginError: The file or the function is not there, the file fails, or the function cannot
            be called with what it is given.
    """
    import sys
    from importlib.util import module_from_spec, spec_from_file_location

    path = (root / file).resolve()
    spec = spec_from_file_location(f"promptops_provider_{path.stem}", path)
    if not path.is_file() or spec is None or spec.loader is None:
        raise PluginError(f"there is no file {file}")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    try:
        spec.loader.exec_module(module)
    except Exception as error:  # what a stranger's module raises cannot be known
        raise PluginError(f"{file} fails to load: {type(error).__name__}: {error}") from error
    if not name:
        raise PluginError(f"{file}: which function? write {file}:function")
    found = getattr(module, name, None)
    if found is None:
        there = [one for one, value in vars(module).items() if callable(value)]
        raise PluginError(f"{file} has no function {name!r}{nearest(name, there)}")
    function = _callable(found, f"{file}:{name}")
    _check_parameters(function, f"{file}:{name}", given)
    return function


class Plugin:
    """Answers with a function's result."""

    def __init__(
        self, name: str, function: Callable[..., Any], pool: Callable[[], Executor]
    ) -> None:
        self._name = name
        self._function = function
        self._pool = pool

    async def complete(self, request: Request) -> Completion:
        """Return what the function returns.

        Raises:
            ProviderError: It failed, or returned something else.
            PromptopsError: It raised one.
        """
        return await called(self._name, self._function, self._pool, request)


async def called(
    name: str, function: Callable[..., Any], pool: Callable[[], Executor], *arguments: Any
) -> Completion:
    """Return what a stranger's function answers; a text becomes a ``Completion``.

    Raises:
        ProviderError: It failed, or returned something else.
        PromptopsError: It raised one.
    """
    start = perf_counter()
    try:
        if inspect.iscoroutinefunction(function):
            found = await function(*arguments)
        else:
            loop = asyncio.get_running_loop()
            found = await loop.run_in_executor(pool(), function, *arguments)
            if inspect.isawaitable(found):
                found = await found
    except (ProviderError, PromptopsError):
        raise
    except Exception as error:  # what a stranger's function raises cannot be known
        frames = extract_tb(error.__traceback__)
        where = f"{frames[-1].filename}:{frames[-1].lineno}"
        told = f"{name}: {type(error).__name__} at {where}"
        raise ProviderError("dropped", told, billed="unknown") from error
    if isinstance(found, str):
        return Completion(found, latency=perf_counter() - start)
    if not isinstance(found, Completion):
        told = f"{name} returned {type(found).__name__}, neither a text nor a Completion"
        raise PluginError(told)
    return found


def _check_parameters(function: Callable[..., Any], name: str, given: Sequence[str]) -> None:
    try:
        signature = inspect.signature(function)
    except (ValueError, TypeError):  # such as a function written in C: its call will tell
        return
    try:
        signature.bind(*given)
    except TypeError as error:
        call = f"{name.rpartition(':')[2]}({', '.join(given)})"
        raise PluginError(f"{name} is called as {call}, and takes {signature}") from error


def _callable(found: Any, name: str) -> Callable[..., Any]:
    if not callable(found):
        raise PluginError(f"{name} is no function")
    function: Callable[..., Any] = found
    return function
