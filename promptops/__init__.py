"""Prompts as infrastructure: a registry, a linter, and what a change costs.

The names here are imported when they are first used, so that ``import promptops`` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptops.errors import PromptopsError
    from promptops.registry.handle import PromptHandle
    from promptops.registry.rendered import Rendered
    from promptops.registry.runtime import Registry

__all__ = ["PromptHandle", "PromptopsError", "Registry", "Rendered"]

_HOMES = {
    "PromptHandle": "promptops.registry.handle",
    "PromptopsError": "promptops.errors",
    "Registry": "promptops.registry.runtime",
    "Rendered": "promptops.registry.rendered",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'promptops' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
