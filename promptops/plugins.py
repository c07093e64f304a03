"""Extensions that other packages offer as entry points, by group and name."""

from __future__ import annotations

from typing import Any

from promptops.errors import PluginError, nearest


def load(group: str, name: str) -> Any:
    """Return what a plugin offers under a name.

    Raises:
        PluginError: No installed package offers it, or it fails to load.
    """
    # Looking through the installed packages takes a tenth of a second where there are many.
    from importlib.metadata import entry_points

    offered = entry_points(group=group)
    found = next((point for point in offered if point.name == name), None)
    if found is None:
        hint = nearest(name, offered.names)
        raise PluginError(f"no installed package offers {name!r} in the group {group}{hint}")
    try:
        return found.load()
    except Exception as error:  # what a stranger's module raises cannot be known
        told = f"{type(error).__name__}: {error}"
        raise PluginError(f"plugin {name!r} ({found.value}) fails to load: {told}") from error
