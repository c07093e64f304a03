"""Pairs of prompts -> what their difference costs."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

from promptops.costs.attribution import Part, attribute
from promptops.costs.counting import count, sent
from promptops.costs.estimate import Estimate, month_range

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.costs.counting import Count, Sent
    from promptops.costs.side import Broken, Pair, Side, Status
    from promptops.costs.terms import Terms
    from promptops.model.prompt import Amount
    from promptops.tokens.counter import TokenCounter

COMMAND_LINE = "--calls"
FRONT_MATTER = "front matter"
NOTHING = Decimal(0)  # what a prompt costs that is not there


class Assumed(NamedTuple):
    """A figure that the text of a prompt does not tell, and where it was taken from."""

    amount: Amount | None
    origin: str | None


@dataclass(frozen=True)
class Row:
    """One prompt's costs before and after."""

    pair: Pair
    status: Status
    broken: Broken | None
    old: Estimate | None
    new: Estimate | None
    calls: Assumed
    output: str | None  # "held", "declared" on each side, or None: answers are not counted
    parts: tuple[Part, ...]
    silent: bool  # what is sent is what was sent

    @property
    def comparable(self) -> bool:
        """Whether a difference means anything: not where a side does not parse."""
        return self.broken is None or self.status == "unchanged"

    @property
    def per_call(self) -> Decimal | None:
        """The difference of a call."""
        if not self.comparable:
            return None
        before, after = (side.per_call if side else NOTHING for side in (self.old, self.new))
        return None if before is None or after is None else after - before

    @property
    def per_month(self) -> Decimal | None:
        """The difference of a month."""
        if not self.comparable:
            return None
        calls = self.calls.amount
        sides = (self.old, self.new)
        before, after = (side.per_month(calls) if side else NOTHING for side in sides)
        return None if before is None or after is None else after - before

    @property
    def month_range(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and highest difference of a month."""
        return month_range(self.old, self.new, self.calls.amount) if self.comparable else None

    @property
    def tokens(self) -> int:
        """How many more input tokens there are."""
        return (self.new.count.input if self.new else 0) - (self.old.count.input if self.old else 0)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """The models named for which no price is known."""
        sides = (self.old, self.new)
        found = (s.model for s in sides if s and s.model and s.unknown == "price")
        return tuple(dict.fromkeys(found))

    @property
    def hidden(self) -> bool:
        """Whether it is of no interest: unchanged, or what is sent and paid has not changed."""
        return self.status == "unchanged" or (self.silent and not self.per_call)

    @property
    def order(self) -> tuple[Decimal, Decimal, int, str]:
        """What rows are sorted by: the largest monthly increase first, then the name."""
        monthly, call = self.per_month or NOTHING, self.per_call or NOTHING
        return -monthly, -call, -self.tokens, self.pair.name


def diff(pairs: Sequence[Pair], terms: Terms, counter: TokenCounter) -> list[Row]:
    """Return a row for each pair, the largest monthly increase first."""
    texts = [sent(pair, terms.folder) for pair in pairs]
    wanted: list[tuple[Sent, str | None]] = []
    for pair, (old, new) in zip(pairs, texts, strict=True):
        after = terms.model_of(pair.new) if pair.new else None
        if old is not None and pair.old is not None:
            wanted.append((old, terms.model_of(pair.old)))
            wanted.append((old, after or terms.model_of(pair.old)))
        if new is not None:
            wanted.append((new, after))
    counts = iter(count(wanted, counter))
    rows = []
    for pair, (old, new) in zip(pairs, texts, strict=True):
        before = next(counts) if old is not None else None
        again = next(counts) if old is not None else None
        now = next(counts) if new is not None else None
        rows.append(_row(pair, (before, again, now), terms, silent=_silent(pair, old, new, terms)))
    return sorted(rows, key=lambda row: row.order)


def tally(pairs: Sequence[Pair]) -> Counter[Status]:
    """Return how many prompts there are of each status; one that only moved is renamed."""
    return Counter("renamed" if pair.moved else pair.status for pair in pairs)


def _row(
    pair: Pair,
    counts: tuple[Count | None, Count | None, Count | None],
    terms: Terms,
    *,
    silent: bool,
) -> Row:
    before, again, now = counts
    status, broken = pair.status, pair.broken
    outputs, held = _outputs(pair, status)
    old = _estimate(pair.old, before, outputs[0], terms)
    new = _estimate(pair.new, now, outputs[1], terms)
    calls = _calls(pair, terms)
    retokenized = again.input if again else 0
    if old is not None and new is not None and old.model == new.model:
        retokenized = old.count.input  # another factor there is of another text
    parts: tuple[Part, ...] = ()
    if broken is None:
        parts = attribute(old, new, retokenized, calls.amount)
    return Row(pair, status, broken, old, new, calls, held, parts, silent)


def _estimate(
    side: Side | None, counted: Count | None, output: Decimal | None, terms: Terms
) -> Estimate | None:
    if side is None or counted is None:
        return None
    model = terms.model_of(side)
    return Estimate(model, counted, output, *terms.price_of(model, counted, side))


def _outputs(
    pair: Pair, status: Status
) -> tuple[tuple[Decimal | None, Decimal | None], str | None]:
    """Return the answers' tokens on both sides, and whether they are held or declared on each."""
    old, new = (
        side.prompt.metadata.cost.output_tokens if side else None for side in (pair.old, pair.new)
    )
    if old and new and status != "unchanged" and old.expected != new.expected:
        return (old.expected, new.expected), "declared"
    known = new or old
    if known is None:
        return (None, None), None
    return (known.expected, known.expected), "held"


def _calls(pair: Pair, terms: Terms) -> Assumed:
    if terms.calls is not None:
        return Assumed(terms.calls, COMMAND_LINE)
    side = pair.new or pair.old
    declared = side.prompt.metadata.cost.calls_per_month if side else None
    return Assumed(declared, FRONT_MATTER if declared else None)


def _silent(pair: Pair, old: Sent | None, new: Sent | None, terms: Terms) -> bool:
    """Return whether both sides send the same, as where only a comment changed."""
    if pair.old is None or pair.new is None or old is None or new is None or pair.broken:
        return False
    same = (old.messages, old.attached) == (new.messages, new.attached)
    same = same and new.counted == "rendered"
    return same and not pair.origin and terms.model_of(pair.old) == terms.model_of(pair.new)
