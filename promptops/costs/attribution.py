"""Why a cost changed: one thing after another is replaced, so that the parts sum to the whole."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from promptops.costs.estimate import call, month

if TYPE_CHECKING:
    from promptops.costs.estimate import Estimate
    from promptops.model.prompt import Amount

Cause = Literal["added", "removed", "model", "tokenizer", "tokens", "output"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause adds; ``tokens`` is how many more there are of what it is about."""

    cause: Cause
    per_call: Decimal
    per_month: Decimal | None
    tokens: Decimal | int = 0


def attribute(
    old: Estimate | None, new: Estimate | None, retokenized: int, calls: Amount | None
) -> tuple[Part, ...]:
    """Return the parts of a difference that are not zero; none where it is not known.

    The rates are replaced first, then the tokenizer, the input and the answer. ``retokenized`` is
    the old text in the new model's tokens.
    """
    steps = _steps(old, new, retokenized)
    number = calls.expected if calls else None
    parts = []
    for (_, before, _), (cause, after, tokens) in pairwise(steps):
        change, was = month(after, number), month(before, number)
        monthly = None if change is None or was is None else change - was
        if after != before:
            parts.append(Part(cause, after - before, monthly, tokens))
    return tuple(parts)


def _steps(
    old: Estimate | None, new: Estimate | None, retokenized: int
) -> list[tuple[Cause, Decimal, Decimal | int]]:
    """Return the dollars of a call after each replacement, and the tokens it adds."""
    zero = Decimal(0)
    if old is None:
        there = new.per_call if new else None
        return [] if there is None else [("added", zero, 0), ("added", there, 0)]
    if new is None:
        there = old.per_call
        return [] if there is None else [("removed", there, 0), ("removed", zero, 0)]
    if old.price is None or new.price is None:
        return []
    before, after, price = old.count.input, new.count.input, new.price
    answered, answers = old.output or zero, new.output or zero
    return [
        ("model", call(old.price, before, answered), 0),
        ("model", call(price, before, answered), 0),
        ("tokenizer", call(price, retokenized, answered), retokenized - before),
        ("tokens", call(price, after, answered), after - retokenized),
        ("output", call(price, after, answers), answers - answered),
    ]
