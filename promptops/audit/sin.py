"""What the audit says of one way to waste money."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable
    from decimal import Decimal

    from promptops.audit.facts import Facts
    from promptops.audit.ranges import Range

    Lever = Callable[[Facts], Facts]


@dataclass(frozen=True, slots=True)
class Stake:
    """Dollars a month that could be saved: at least ``low``, at most ``high``, and how each is got.

    ``paid`` is what the calls or tokens in question cost a month. ``high`` is recosted exactly and
    varies from month to month: ``between`` says how far, None where nothing is known of that.
    """

    paid: Decimal
    low: Decimal
    high: Decimal
    low_is: str
    high_is: str
    between: Range | None = None


@dataclass(frozen=True, slots=True)
class Sin:
    """One of the seven: its evidence, what is at stake, what to do first, what would prove it.

    Without a ``stake`` what is at stake is not known, and ``unknown`` says why. ``lever`` makes of
    the facts those that ``stake.high`` is the difference to.
    """

    name: str
    title: str
    evidence: tuple[str, ...]
    stake: Stake | None
    step: str
    proof: str
    unknown: tuple[str, ...] = ()
    lever: Lever | None = None
