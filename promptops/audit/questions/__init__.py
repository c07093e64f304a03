"""The ready questions: a module has one or several, in the constant ``QUESTIONS``."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promptops.audit.question import Question

# In the order in which help lists them.
_MODULES: Final = (
    "costs", "outcomes", "waste", "caching", "parts", "outputs", "time", "anomalies", "coverage",
)  # fmt: skip


def questions() -> dict[str, Question]:
    """Return all ready questions by name."""
    modules = [importlib.import_module(f"{__name__}.{name}") for name in _MODULES]
    return {one.name: one for module in modules for one in module.QUESTIONS}
