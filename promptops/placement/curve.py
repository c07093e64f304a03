"""What each placement costs as traffic grows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.placement.table import Table

POINTS: Final = 61
_FEWER: Final = 1_000  # times, at the left end
_MORE: Final = 100  # times, at the right end


@dataclass(frozen=True, slots=True)
class Curve:
    """Dollars of 1,000 calls at rates of calls a minute, evenly spaced in their logarithm."""

    rates: tuple[float, ...]
    here: float  # the declared rate
    lines: Mapping[str, tuple[Decimal, ...]]


def curve(found: Table, points: int = POINTS) -> Curve | None:
    """Return the costs of a table's placements by traffic; None where only bounds are known."""
    if found.terms is None or found.load is None:
        return None
    here = found.load.calls_per_min
    step = (_FEWER * _MORE) ** (1 / (points - 1))
    rates = tuple(here / _FEWER * step**at for at in range(points))
    objectives = [found.layout.expected(found.terms, found.load.at(rate)) for rate in rates]
    lines: dict[str, tuple[Decimal, ...]] = {
        arm.name: tuple(found.money.per_thousand(one.cost(arm.plan)) for one in objectives)
        for arm in found.arms
    }
    return Curve(rates, here, lines)
