"""The formats by name; a module is imported when its format is asked for."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from promptops.exchange.exchanged import Format

FORMATS: Final = ("prompty", "dotprompt", "github", "langfuse", "promptfoo", "mlflow")


def format_of(name: str) -> Format:
    """Return the module of a format."""
    return cast("Format", importlib.import_module(f"promptops.exchange.{name}"))
