"""``[tool.promptops.prices]``: a project's own prices and discounts."""

from __future__ import annotations

from dataclasses import field
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.model.money import HIGHEST_RATE
from promptops.model.values import dataclass
from promptops.shape import Wrong

if TYPE_CHECKING:
    from collections.abc import Mapping

_MOST: Final = 100


@dataclass(frozen=True, slots=True)
class OwnPrice:
    """Rates of a model in dollars per million tokens, or what becomes of the listed ones.

    A discount or a factor is of a model or of all of a provider.
    """

    input: Decimal | None = None
    output: Decimal | None = None
    cache_read: Decimal | None = None
    cache_write: Mapping[str, Decimal] = field(default_factory=dict)
    discount: Decimal | None = None  # 0.15 is 15 % less than what the layers below say
    factor: Decimal | None = None  # 1.1 is a tenth more, as vendors charge for data residency
    since: date | None = None  # the first day that it holds

    @property
    def share(self) -> Decimal | None:
        """What listed rates are multiplied by; None where it has rates of its own."""
        if self.discount is None and self.factor is None:
            return None
        factor = Decimal(1) if self.factor is None else self.factor
        return factor * (1 - (self.discount or 0))


def _rate(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = shape.decimal(value, path, problems)
    if found is not None and not 0 <= found <= HIGHEST_RATE:
        problems.append(Wrong(path, f"must be dollars per million tokens, 0 to {HIGHEST_RATE:,}"))
    return found


def _share(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = shape.decimal(value, path, problems)
    if found is not None and not 0 <= found < 1:
        problems.append(Wrong(path, "is a share from 0 to below 1: 0.15 is 15 % less"))
    return found


def _factor(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = shape.decimal(value, path, problems)
    if found is not None and not 0 < found <= _MOST:
        problems.append(Wrong(path, f"must be above 0 and at most {_MOST}: 1.1 is a tenth more"))
    return found


def _day(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    problems.append(Wrong(path, "expected a day, such as 2026-11-20"))
    return None


_OWN: Final = shape.record(
    OwnPrice,
    {
        "input": _rate,
        "output": _rate,
        "cache_read": _rate,
        "cache_write": shape.mapping_of(_rate),
        "discount": _share,
        "factor": _factor,
        "from": _day,
    },
    **{"from": "since"},
)


def _own(value: Any, path: shape.Path, problems: list[Wrong]) -> Any:
    found = _OWN(value, path, problems)
    if found is None:
        return None
    rates = found.input is not None and found.output is not None
    some = found.cache_write or {found.input, found.output, found.cache_read} != {None}
    if rates if found.share is not None else not rates:
        problems.append(
            Wrong(path, "needs input and output rates, or a discount or factor instead")
        )
    elif some and not rates:
        problems.append(Wrong(path, "has a discount or factor, which rates do not go with"))
    return found


PRICES: Final = shape.mapping_of(_own)
