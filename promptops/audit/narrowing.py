"""Windows of calls that have something in common, such as a feature or a prompt's version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promptops.audit.question import Window
from promptops.warehouse.tables import CALLS, CONTEXTS

if TYPE_CHECKING:
    from ibis.expr.types import Table

NARROWED_BY: Final = ("feature", "prompt", "version", "model", "segment", "label", "tenant")


@dataclass(frozen=True, slots=True)
class Narrowed(Window):
    """The days that are asked about, and what calls must be: pairs of ``NARROWED_BY`` and a text.

    A call of which that is not told is left out.
    """

    only: tuple[tuple[str, str], ...] = ()

    def calls(self) -> Table:
        """Return these calls of these days."""
        found, contexts = Window.calls(self), CONTEXTS
        of_context = [pair for pair in self.only if pair[0] not in CALLS.columns]
        for name, wanted in self.only:
            if name in CALLS.columns:
                found = found.filter(found[name] == wanted)
        for name, wanted in of_context:
            contexts = contexts.filter(contexts[name] == wanted)
        return found.filter(found.context_id.isin(contexts.context_id)) if of_context else found
