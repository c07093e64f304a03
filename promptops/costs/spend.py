"""What prompts cost as they stand, on their own models or on others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.costs.diff import rows
from promptops.costs.estimate import month_range
from promptops.costs.measure import measure
from promptops.costs.side import Pair
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.costs.estimate import Estimate, Range
    from promptops.costs.row import Row
    from promptops.costs.side import Side
    from promptops.costs.terms import Terms
    from promptops.pricing.prices import Prices
    from promptops.tokens.counter import TokenCounter
    from promptops.tokens.remote import RequestCounter

NOTHING: Final = Decimal(0)


class Asked(NamedTuple):
    """A prompt, and how the user named it."""

    reference: str
    side: Side


@dataclass(frozen=True)
class Spend:
    """What one prompt costs on one model."""

    reference: str
    asked_model: str | None  # None: the prompt's own
    row: Row

    @property
    def estimate(self) -> Estimate | None:
        """Its tokens and its call; None where the file cannot be opened."""
        return self.row.new

    @property
    def per_call(self) -> Decimal | None:
        """The dollars of a call."""
        return self.estimate.per_call if self.estimate else None

    @property
    def per_month(self) -> Decimal | None:
        """The dollars of a month; None where the calls are unknown, too."""
        return self.estimate.per_month(self.row.calls.amount) if self.estimate else None

    @property
    def month_range(self) -> Range | None:
        """The lowest and highest dollars of a month."""
        return month_range(None, self.estimate, self.row.calls.amount)


class Total(NamedTuple):
    """The dollars a month of all prompts whose cost is known, on one model or each on its own."""

    model: str | None
    expected: Decimal | None
    low: Decimal | None  # None where the range of one is unknown
    high: Decimal | None
    prompts: int
    known: int


@dataclass(frozen=True)
class Spending:
    """What ``promptops cost`` reports; ``models`` is empty where each prompt is on its own."""

    prices: Prices
    prompts: tuple[tuple[Spend, ...], ...]  # of each its models in the order asked for
    models: tuple[str, ...] = ()
    allow_unpriced: bool = False

    @property
    def spends(self) -> Iterator[Spend]:
        """All of them, prompt by prompt."""
        return (one for spends in self.prompts for one in spends)

    @property
    def totals(self) -> list[Total]:
        """A total for each model that was asked for, or one."""
        return [_total(model, list(some)) for model, some in self._by_model()]

    def _by_model(self) -> Iterator[tuple[str | None, Iterator[Spend]]]:
        order = {model: at for at, model in enumerate(self.models)}
        asked = sorted(self.spends, key=lambda one: order.get(one.asked_model or "", 0))
        return groupby(asked, key=lambda one: one.asked_model)

    @property
    def priced(self) -> list[str]:
        """The models whose prices are used, each once."""
        models = (one.estimate.model for one in self.spends if one.estimate and one.estimate.call)
        return list(dict.fromkeys(model for model in models if model))

    @property
    def unknowns(self) -> list[str]:
        """What could not be estimated and what to do about it; then the exit code is 3."""
        said: dict[str, None] = {}
        for one in self.spends:
            broken, estimate = one.row.broken, one.estimate
            if broken is not None:
                said[f"{broken.path}, line {broken.line}: {broken.told}; run promptops lint"] = None
            elif estimate is not None and estimate.unknown == "source":
                why = estimate.count.reason
                said[f"{one.reference}: {why}; add cost.sample, or --allow-source"] = None
        if not self.allow_unpriced:
            models = (model for one in self.spends for model in one.row.unpriced)
            said |= {f"{self.prices.why_unknown(one)}, or --allow-unpriced": None for one in models}
        return list(said)


def spending(
    asked: Sequence[Asked],
    models: Sequence[str],
    terms: Terms,
    counters: tuple[TokenCounter, RequestCounter | None],
    *,
    allow_unpriced: bool = False,
) -> Spending:
    """Return what prompts cost, the dearest month first, then the dearest call.

    ``counters`` are of texts and of whole requests; see ``measure``.
    """
    listed = tuple(dict.fromkeys(models))
    found: list[list[Spend]] = [[] for _ in asked]
    for model in listed or (None,):
        own = terms if model is None else replace(terms, model=model)
        how = replace(own.asked, fixes=False)
        measured = measure([Pair(None, one.side) for one in asked], how, *counters)
        for spends, one, each in zip(found, asked, measured, strict=True):
            spends.append(Spend(one.reference, model, rows([each], own)[0]))
    ordered = sorted((tuple(spends) for spends in found), key=lambda spends: _order(spends[0]))
    return Spending(terms.prices, tuple(ordered), listed, allow_unpriced)


def _order(one: Spend) -> tuple[Decimal, Decimal, int, str]:
    tokens = one.estimate.input if one.estimate else 0
    return -(one.per_month or NOTHING), -(one.per_call or NOTHING), -tokens, one.reference


def _total(model: str | None, some: Sequence[Spend]) -> Total:
    known = [(one.per_month, one.month_range) for one in some if one.per_month is not None]
    if not known:
        return Total(model, None, None, None, len(some), 0)
    expected = sum((monthly for monthly, _ in known), NOTHING)
    ranges = [ranged for _, ranged in known if ranged is not None]
    if len(ranges) < len(known):
        return Total(model, expected, None, None, len(some), len(known))
    low = sum((one.low for one in ranges), NOTHING)
    high = sum((one.high for one in ranges), NOTHING)
    return Total(model, expected, low, high, len(some), len(known))
