"""Why a cost changed: one thing after another is replaced, so that the parts sum to the whole."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, NamedTuple

from promptops.costs.estimate import ZERO, month
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.costs.call import Call, Reuse
    from promptops.costs.estimate import Estimate
    from promptops.model.cost import Amount

Cause = Literal["added", "removed", "model", "tokenizer", "tokens", "output", "cache", "shape"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause adds; ``tokens`` is how many more there are of what it is about."""

    cause: Cause
    per_call: Decimal
    per_month: Decimal | None
    tokens: Decimal | int = 0


class Between(NamedTuple):
    """What the replacements need beside both sides.

    ``retokenized`` is the old text in the new model's tokens, ``steadier`` how many tokens more of
    the new text stay the same, ``steady`` how many there are. ``alike`` says that both sides cache
    up to what differs in the same way.
    """

    retokenized: Decimal | int
    steadier: Decimal = ZERO
    steady: Decimal = ZERO
    alike: bool = True


class _Step(NamedTuple):
    cause: Cause
    dollars: Decimal
    tokens: Decimal | int = 0


def attribute(
    old: Estimate | None, new: Estimate | None, between: Between, calls: Amount | None
) -> tuple[Part, ...]:
    """Return the parts of a difference that are not zero; none where it is not known.

    The rates are replaced first, then the tokenizer, the input, the answer, the cache, and at last
    the retries, steps and batches. Until the cache is replaced, what was cached stays cached.
    """
    steps = _steps(old, new, between)
    number = calls.expected if calls else None
    parts = []
    for before, after in pairwise(steps):
        change, was = month(after.dollars, number), month(before.dollars, number)
        monthly = None if change is None or was is None else change - was
        if after.dollars != before.dollars:
            more = after.dollars - before.dollars
            parts.append(Part(after.cause, more, monthly, after.tokens))
    return tuple(parts)


def _steps(old: Estimate | None, new: Estimate | None, between: Between) -> list[_Step]:
    """Return the dollars of a call after each replacement, and the tokens it adds."""
    if old is None:
        there = new.per_call if new else None
        return [] if there is None else [_Step("added", ZERO), _Step("added", there)]
    if new is None:
        there = old.per_call
        return [] if there is None else [_Step("removed", there), _Step("removed", ZERO)]
    if old.call is None or new.call is None:
        return []
    first, last = old.call, new.call
    told = between.retokenized + old.added
    rated = first if first.price == last.price else replace(first, price=last.price)
    recounted = rated
    if told != first.input:
        again = _times(rated.reuse, first.input, told)
        recounted = replace(rated, input=told, reuse=again)
    longer = replace(recounted, input=last.input, reuse=_held(recounted, last, between))
    answered = longer if longer.output == last.output else replace(longer, output=last.output)
    cached = answered if answered.reuse == last.reuse else replace(answered, reuse=last.reuse)
    known = [(first, old.per_call), (last, new.per_call)]
    return [
        _Step("model", _dollars(first, known)),
        _Step("model", _dollars(rated, known)),
        _Step("tokenizer", _dollars(recounted, known), told - first.input),
        _Step("tokens", _dollars(longer, known), last.input - told),
        _Step("output", _dollars(answered, known), last.output - first.output),
        _Step("cache", _dollars(cached, known)),
        _Step("shape", _dollars(last, known)),
    ]


def _dollars(call: Call, known: list[tuple[Call, Decimal | None]]) -> Decimal:
    """Return a call's dollars; most of the calls in between are one of those at the ends."""
    for other, dollars in known:
        if dollars is not None and (call is other or call == other):
            return dollars
    found = call.dollars()
    known.append((call, found))
    return found


def _times(reuse: Reuse, before: Decimal | int, after: Decimal | int) -> Reuse:
    if before == after or not before:
        return reuse
    return reuse.scaled(Decimal(after) / Decimal(before))


def _held(call: Call, last: Call, between: Between) -> Reuse:
    """Return the base's cache over the head's tokens.

    Its prefix becomes the head's where both sides cache alike; else it grows by what the text has
    more that stays the same, and never beyond that.
    """
    reuse = call.reuse
    if not reuse.marks:
        return reuse
    if between.alike and len(last.reuse.marks) == len(reuse.marks):
        marks = tuple(
            replace(mark, tokens=other.tokens)
            for mark, other in zip(reuse.marks, last.reuse.marks, strict=True)
        )
        return replace(reuse, marks=marks)
    longest = reuse.marks[-1]
    grown = min(max(longest.tokens + between.steadier, ZERO), between.steady)
    marks = tuple(replace(mark, tokens=min(mark.tokens, grown)) for mark in reuse.marks[:-1])
    return replace(reuse, marks=(*marks, replace(longest, tokens=grown)))
