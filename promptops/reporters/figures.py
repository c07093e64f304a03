"""Figures and texts as people read them in a terminal."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal


def dollars(amount: Decimal) -> str:
    """Return whole dollars from $100, cents from $1, three significant digits below."""
    size = abs(amount)
    if size >= 100:  # noqa: PLR2004
        shown = f"{amount.quantize(Decimal(1), ROUND_HALF_UP):,}"
    elif size >= 1 or not size:
        shown = f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP)}"
    else:
        digits = Decimal(1).scaleb(size.adjusted() - 2)
        shown = f"{amount.quantize(digits, ROUND_HALF_UP):f}"
    return f"-${shown[1:]}" if shown.startswith("-") else f"${shown}"


def printable(text: str) -> str:
    """Return a text in which nothing moves the cursor or turns the writing direction."""
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)
