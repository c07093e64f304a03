"""Figures in the audit's sentences."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def dollars(amount: Decimal) -> str:
    """Return whole dollars from $100, cents from $1, three significant digits below."""
    size = abs(amount)
    if size >= 100:  # noqa: PLR2004
        return f"${amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    if size >= 1 or not size:
        return f"${amount.quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    return f"${amount.quantize(Decimal(1).scaleb(size.adjusted() - 2), ROUND_HALF_UP):f}"


def share(part: Decimal | int, whole: Decimal | int) -> str:
    """Return a share in percent; nothing of nothing is 0."""
    return f"{Decimal(part) / Decimal(whole) if whole else 0:.1%}"


def count(number: Decimal | int, noun: str) -> str:
    """Return a number with its noun, such as ``1 call`` or ``2,000 calls``."""
    return f"{int(number):,} {noun}{'' if number == 1 else 's'}"
