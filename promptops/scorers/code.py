"""Functions of Python files that an eval file names: ``checks.py:polite``."""

from __future__ import annotations

import sys
from hashlib import sha256
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any, NamedTuple

from promptops.errors import PluginError, nearest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class Named(NamedTuple):
    """A function by its file, and what the file holds now."""

    path: Path
    function: str
    sha256: str


def named(reference: str, folder: Path) -> Named:
    """Return what a reference such as ``checks.py:polite`` names; nothing runs.

    Raises:
        PluginError: It is no such reference, or the file cannot be read.
    """
    file, colon, function = reference.rpartition(":")
    if not colon or not file.endswith(".py") or not function.isidentifier():
        raise PluginError(f"{reference!r} is no FILE.py:FUNCTION")
    path = (folder / file).resolve()
    try:
        return Named(path, function, sha256(path.read_bytes()).hexdigest())
    except OSError as error:
        raise PluginError(f"{file} cannot be read: {error.strerror}") from error


def module_name(wanted: Named) -> str:
    """Return what the module of a function's file is called here."""
    return f"promptops_scorer_{wanted.path.stem}_{wanted.sha256[:12]}"


def function_of(wanted: Named) -> Callable[..., Any]:
    """Return a function of a file; the file runs when it is first asked for.

    Raises:
        PluginError: The file fails, or has no such function.
    """
    name = module_name(wanted)
    module = sys.modules.get(name)
    if module is None:
        spec = spec_from_file_location(name, wanted.path)
        assert spec is not None  # noqa: S101 - a path that ends in .py has a loader
        assert spec.loader is not None  # noqa: S101
        module = module_from_spec(spec)
        sys.modules[name] = module  # dataclasses look their module up
        try:
            spec.loader.exec_module(module)
        except Exception as error:
            del sys.modules[name]
            told = f"{type(error).__name__}: {error}"
            raise PluginError(f"{wanted.path.name} fails to load: {told}") from error
    found: Callable[..., Any] | None = getattr(module, wanted.function, None)
    if not callable(found):
        offered = [key for key, value in vars(module).items() if callable(value)]
        hint = nearest(wanted.function, offered)
        raise PluginError(f"{wanted.path.name} has no function {wanted.function!r}{hint}")
    return found
