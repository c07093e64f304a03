"""The seven sins: a module each, with one function that makes of the facts what is said of it."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from promptops.audit.facts import Facts
    from promptops.audit.sin import Sin

# In the order in which their levers are applied: first what is not asked at all, then how much is
# sent, how it is paid, how much comes back, and by whom it is answered.
MODULES: Final = (
    "retry_spiral", "agent_loop", "monolithic_prompt", "retrieval_firehose", "context_amnesia",
    "verbose_output", "one_model",
)  # fmt: skip


def sins(facts: Facts) -> list[Sin]:
    """Return what is said of each sin."""
    modules = [importlib.import_module(f"{__name__}.{name}") for name in MODULES]
    return [module.sin(facts) for module in modules]
