"""What a judge says of an answer."""

from __future__ import annotations

from promptops.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Verdict:
    """A model's verdict; without a word, ``error`` says why there is none.

    ``swapped`` marks the second order of a comparison: the incumbent's answer was shown first.
    """

    model: str
    word: str | None
    reason: str = ""
    error: str | None = None
    swapped: bool = False
