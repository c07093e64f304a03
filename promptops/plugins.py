"""Extensions: what other packages offer as entry points, and functions that settings name."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promptops.errors import PluginError, nearest

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def load(group: str, name: str) -> Any:
    """Return what a plugin offers under a name.

    Raises:
        PluginError: No installed package offers it, or it fails to load.
    """
    found = _find(group, name)
    try:
        return found.load()
    except Exception as error:  # what a stranger's module raises cannot be known
        told = f"{type(error).__name__}: {error}"
        raise PluginError(f"plugin {name!r} ({found.value}) fails to load: {told}") from error


def named(reference: str, root: Path) -> Any:
    """Return what a project's own settings name as ``package.module:function``.

    A module that is not installed is looked for in the project's root, too. Nothing but settings
    may name one: to import a module is to run it.

    Raises:
        PluginError: It is not there, or its module fails to load.
    """
    module, _, name = reference.partition(":")
    try:
        try:
            found = import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module.partition(".")[0] or str(root) in sys.path:
                raise
            sys.path.append(str(root))  # last: what is installed is never hidden by it
            found = import_module(module)
    except Exception as error:  # what a module raises cannot be known
        told = f"{type(error).__name__}: {error}"
        raise PluginError(f"{reference!r} fails to load: {told}") from error
    if not callable(function := getattr(found, name, None)):
        offered = [key for key, value in vars(found).items() if callable(value)]
        hint = nearest(name, offered)
        raise PluginError(f"{reference!r}: the module has no function {name!r}{hint}")
    return function


def stamp(group: str, name: str) -> str:
    """Return what changes when a plugin does: its version, and the age of its module's file.

    Raises:
        PluginError: No installed package offers it.
    """
    found = _find(group, name)
    released = found.dist.version if found.dist else ""
    try:
        spec = find_spec(found.module.partition(".")[0])
        folders = list(spec.submodule_search_locations or ()) if spec else []
        files = [Path(spec.origin)] if spec and spec.origin else []
        files += [file for folder in folders for file in sorted(Path(folder).rglob("*.py"))]
        ages = " ".join(str(file.stat().st_mtime_ns) for file in files)
    except (OSError, ImportError, ValueError):
        ages = ""
    return f"{name} {found.value} {released} {ages}"


def _find(group: str, name: str) -> EntryPoint:
    # Looking through the installed packages takes a tenth of a second where there are many.
    from importlib.metadata import entry_points

    offered = entry_points(group=group)
    found = next((point for point in offered if point.name == name), None)
    if found is None:
        hint = nearest(name, offered.names)
        raise PluginError(f"no installed package offers {name!r} in the group {group}{hint}")
    return found
