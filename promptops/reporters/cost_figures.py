"""Money, counts and shares as cost reports print them."""

from __future__ import annotations

from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING, Final

from promptops.reporters.figures import dollars

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.costs.comparison import End

UNKNOWN: Final = "-"
_WHOLE: Final = Decimal(100)  # from here on cents are noise
_DIGITS: Final = 3


def unit(amount: Decimal) -> Decimal:
    """Return the step an amount is rounded to: dollars, cents, or its third digit."""
    size = abs(amount)
    if size >= _WHOLE:
        return Decimal(1)
    if size >= 1 or size == 0:
        return Decimal("0.01")
    return Decimal(1).scaleb(size.adjusted() - _DIGITS + 1)


def money(amount: Decimal | None, *, step: Decimal | None = None) -> str:
    """Return ``$427``, ``$2.50`` or ``$0.00356``."""
    if amount is None:
        return UNKNOWN
    if step is None:
        return dollars(amount)
    rounded = amount.quantize(step, ROUND_HALF_UP)
    sign = "-" if rounded < 0 else ""
    return f"{sign}${abs(rounded):,f}"


def change(amount: Decimal | None, *, step: Decimal | None = None) -> str:
    """Return money with its sign; nothing is ``$0``."""
    if amount is not None and amount == 0:
        return "$0"
    shown = money(amount, step=step)
    return f"+{shown}" if amount is not None and amount > 0 else shown


def parts(amounts: Sequence[Decimal]) -> list[str]:
    """Return parts rounded so that what is shown sums to the total as it is shown."""
    total = sum(amounts, Decimal(0))
    step = unit(total or max(amounts, key=abs, default=Decimal(0)))
    floors = [(amount / step).to_integral_value(ROUND_FLOOR) for amount in amounts]
    short = int((total / step).to_integral_value(ROUND_HALF_UP) - sum(floors))
    by_remainder = sorted(range(len(amounts)), key=lambda at: floors[at] - amounts[at] / step)
    for at in by_remainder[:short]:
        floors[at] += 1
    return [change(number * step, step=step) for number in floors]


def percent(delta: Decimal | None, base: Decimal | None) -> Decimal | None:
    """Return the change in percent, to one digit; None against zero or nothing."""
    if delta is None or not base:
        return None
    return (100 * delta / base).quantize(Decimal("0.1"), ROUND_HALF_UP)


def share(delta: Decimal | None, base: Decimal | None) -> str:
    """Return ``+180 %``, ``new`` against zero, or nothing where nothing changed."""
    found = percent(delta, base)
    if found is not None and delta:
        return f"{found:+.1f} %" if abs(found) < 1 else f"{found:+.0f} %"
    return "new" if delta and not base else ""


def amount(number: Decimal | int | None) -> str:
    """Return a count with thousands marked."""
    if number is None:
        return UNKNOWN
    if isinstance(number, int):
        return f"{number:,}"
    exact = number
    return f"{int(exact):,}" if exact == exact.to_integral_value() else f"{exact.normalize():,f}"


def several(number: Decimal | int, noun: str) -> str:
    """Return a count with its noun, in the plural unless there is one."""
    return f"{amount(number)} {noun if number == 1 else f'{noun}s'}"


def difference(number: Decimal | int | None) -> str:
    """Return a count with its sign; nothing is ``0``."""
    return f"+{amount(number)}" if number is not None and number > 0 else amount(number)


def column(end: End, width: int) -> str:
    """Return a column's head: an end's name, of a reference what follows the @; cut on the left."""
    name = visible(end.short)
    if end.kind == "reference":
        name = name.rpartition("@")[2]
    return name if len(name) <= width else f"…{name[1 - width :]}"


def visible(text: str) -> str:
    """Return a text on one line: a file's name may hold what moves a terminal's cursor."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else repr(char)[1:-1] for char in text)
