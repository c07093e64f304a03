"""The whole audit: the seven sins, and what mending all of them would come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.audit.cells import NOTHING
from promptops.audit.facts import between_of
from promptops.audit.sins import sins
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.audit.facts import Facts
    from promptops.audit.ranges import Range
    from promptops.audit.sin import Sin
    from promptops.audit.what_if import Recosted


class Step(NamedTuple):
    """What is left of a month after a sin's lever, on top of all before it."""

    name: str
    before: Decimal
    after: Decimal

    @property
    def saved(self) -> Decimal:
        """The dollars a month that this one takes off what is left."""
        return self.before - self.after


@dataclass(frozen=True, slots=True)
class Audit:
    """What ``promptops audit`` reports. ``steps`` are applied one after another.

    ``low`` of the compound is the largest of the sins' own: what is saved together is at least
    what is saved by one. ``between`` is where its ``high`` lies.
    """

    facts: Facts
    sins: tuple[Sin, ...]
    steps: tuple[Step, ...]
    between: Range | None = None
    notes: tuple[str, ...] = ()
    what_if: Recosted | None = None

    @property
    def low(self) -> Decimal:
        """The least dollars a month that all together save."""
        return max((one.stake.low for one in self.sins if one.stake), default=NOTHING)

    @property
    def high(self) -> Decimal:
        """The most dollars a month that all together save."""
        return self.facts.month - (self.steps[-1].after if self.steps else self.facts.month)

    @property
    def ranked(self) -> list[Sin]:
        """The sins, the one with most at stake first, those of which nothing is known last."""
        return sorted(self.sins, key=lambda one: -one.stake.high if one.stake else 1)


def audited(facts: Facts, notes: tuple[str, ...] = (), what_if: Recosted | None = None) -> Audit:
    """Return the audit of some facts."""
    found = tuple(sins(facts))
    steps, left = _steps(facts, found)
    told = (*notes, *_unknown(facts))
    return Audit(facts, found, steps, between_of(facts, left) if steps else None, told, what_if)


def _steps(facts: Facts, found: tuple[Sin, ...]) -> tuple[tuple[Step, ...], Facts]:
    steps = []
    before = facts.month
    for one in found:
        if one.lever is None:
            continue
        changed = one.lever(facts)
        after = changed.month
        if after < before:  # a lever that makes nothing cheaper is not pulled
            steps.append(Step(one.name, before, after))
            facts, before = changed, after
    return tuple(steps), facts


def _unknown(facts: Facts) -> Iterator[str]:
    """Yield what the figures leave out."""
    if facts.cells is None:
        yield (
            "there are no recorded calls: figures are of declared traffic, and retries, lengths of "
            "answers, hits and turns are as declared, not as they happen"
        )
        return
    calls = sum(one.calls for one in facts.cells)
    if untold := sum(one.untold for one in facts.cells):
        yield f"{untold:,} of {calls:,} calls tell no usage: they are in no sum"
    if unpriced := sum(one.calls - one.untold for one in facts.cells if not one.priced):
        yield f"{unpriced:,} of {calls:,} calls have no known price: they are in no sum"
    if not facts.outcomes:
        yield "no outcome is recorded: what calls were worth is not known"
