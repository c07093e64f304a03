"""A hard limit in dollars: what a call could cost at worst is set aside before it is made."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from typing import Final

from promptops.errors import PromptopsError
from promptops.model.values import dataclass

NOTHING: Final = Decimal(0)


class BudgetSpent(PromptopsError):
    """The next call could cost more than what is left of a budget."""

    exit_code = 3

    def __init__(self, budget: Budget) -> None:
        self.budget = budget
        super().__init__(budget.told)


@dataclass
class Budget:
    """Dollars that were spent, may have been, and are set aside: never more than the limit.

    Without a limit all is let through and added up. A part of a ``whole`` budget has a limit of its
    own, and takes what it sets aside out of the whole.
    """

    limit: Decimal | None = None
    spent: Decimal = NOTHING
    possible: Decimal = NOTHING  # of calls of which nobody knows whether they are billed
    reserved: Decimal = NOTHING
    pending: int = 0
    whole: Budget | None = None
    name: str = "the budget"
    told: str = ""  # why a call did not fit

    def __post_init__(self) -> None:
        self._settled = asyncio.Event()

    @property
    def left(self) -> Decimal | None:
        """What may still be set aside; None without a limit."""
        if self.limit is None:
            return None
        return self.limit - self.spent - self.possible - self.reserved

    async def reserve(self, worst: Decimal) -> None:
        """Set aside what a call costs at worst; wait where calls under way may leave enough.

        Raises:
            BudgetSpent: It would not fit, and nothing is under way that could make room.
        """
        while (left := self.left) is not None and worst > left:
            if not self.pending:
                self.told = (
                    f"{self.name} of ${self.limit:f} is spent: ${self.spent:f} paid, "
                    f"${self.possible:f} possibly; the next call could cost ${worst:f}"
                )
                raise BudgetSpent(self)
            self._settled.clear()
            await self._settled.wait()
        self.reserved += worst
        self.pending += 1
        if self.whole is None:
            return
        try:
            await self.whole.reserve(worst)
        except BaseException:
            self._settle(worst, NOTHING)
            raise

    def adopt(self, worst: Decimal) -> None:
        """Set aside what a call costs at worst that an earlier process has sent already."""
        self.reserved += worst
        self.pending += 1

    def settle(self, worst: Decimal, paid: Decimal | None) -> None:
        """Replace what was set aside by what was paid; None: unknown, and charged at its worst."""
        self._settle(worst, paid)
        if self.whole is not None:
            self.whole.settle(worst, paid)

    def _settle(self, worst: Decimal, paid: Decimal | None) -> None:
        self.reserved -= worst
        self.pending -= 1
        if paid is None:
            self.possible += worst
        else:
            self.spent += paid
        self._settled.set()
