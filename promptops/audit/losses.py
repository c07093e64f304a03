"""What calls of a window are missing, as far as their ledger knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.ledger.losses import lost, sentences
from promptops.warehouse.warehouse import Ledger

if TYPE_CHECKING:
    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse


def losses(house: Warehouse, window: Window) -> tuple[str, ...]:
    """Return a sentence for each way in which calls were lost; only a ledger's own file tells.

    Raises:
        LedgerError: It cannot be read.
    """
    if not isinstance(house, Ledger):
        return ()
    first, last = window.numbers
    return sentences(lost(house.path, first, last))
