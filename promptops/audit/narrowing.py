"""Windows of calls that have something in common, such as a feature or a prompt's version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from promptops.audit.question import Window
from promptops.errors import UsageError
from promptops.warehouse.tables import CONTEXTS

if TYPE_CHECKING:
    from ibis.expr.types import Table

NARROWED_BY: Final = ("feature", "prompt", "version", "model", "segment", "label", "tenant")


@dataclass(frozen=True, slots=True)
class Narrowed(Window):
    """The days that are asked about, and what calls must be: pairs of ``NARROWED_BY`` and a text.

    A call of which that is not told is left out.
    """

    only: tuple[tuple[str, str], ...] = ()

    def billed(self) -> Table:
        """Return what vendors billed on these days.

        Raises:
            UsageError: Calls are narrowed, and bills do not tell by what.
        """
        if self.only:
            raise UsageError(f"this question cannot be narrowed by {self.only[0][0]}")
        return Window.billed(self)

    def _within(self, found: Table) -> Table:
        """Return rows of these days and calls.

        Raises:
            UsageError: Such rows do not tell what is asked for.
        """
        found, contexts = Window._within(self, found), CONTEXTS  # noqa: SLF001 - it is this class's
        of_context = False
        for name, wanted in self.only:
            if name in found.columns:
                found = found.filter(found[name] == wanted)
            elif name in contexts.columns and "context_id" in found.columns:
                contexts = contexts.filter(contexts[name] == wanted)
                of_context = True
            else:
                raise UsageError(f"this question cannot be narrowed by {name}")
        return found.filter(found.context_id.isin(contexts.context_id)) if of_context else found
