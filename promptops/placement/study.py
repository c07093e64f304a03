"""One prompt looked at for one model after another."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING

from promptops.caching.book import bundled as rule_book
from promptops.errors import NotEstimable
from promptops.model.values import dataclass
from promptops.placement.declared import load
from promptops.placement.layout import layout
from promptops.placement.table import table
from promptops.pricing.prices import Prices, list_prices
from promptops.tokens.counter import default_counter

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.caching.book import RuleBook
    from promptops.model.prompt import Amount
    from promptops.placement.declared import Load
    from promptops.placement.draft import Draft
    from promptops.placement.table import Table


@dataclass(frozen=True)
class Study:
    """A prompt's cuts, and the traffic that it is looked at under."""

    draft: Draft
    name: str
    calls: Amount | None = None  # in place of those declared
    trace: Path | None = None
    rules: RuleBook = field(default_factory=rule_book)
    prices: Prices = field(default_factory=list_prices)

    def table(self, model: str) -> Table:
        """Return the placements for a model.

        Raises:
            UnknownModel: No rules or no price of it are known.
            NotEstimable: A figure is not known.
            TraceError: The trace cannot be read, or does not fit the prompt.
        """
        rules = self.rules.find(model, self.rules.as_of)
        price = self.prices.price(model)
        tools = "tool definitions" not in rules.unmarkable
        found = layout(self.draft, model, default_counter(), tools=tools)
        declared = self.draft.bare.prompt.metadata
        answers = declared.cost.output_tokens
        output = answers.expected if answers else None
        if self.trace is None:
            return table(found, rules, price, output, load(declared, self.calls))
        from promptops.placement.recorded import recorded

        known = recorded(found, rules, price, output, (self.trace, self.name))
        return replace(known, load=self._load())

    def _load(self) -> Load | None:
        """Return the declared traffic, which a trace does without."""
        declared = self.draft.bare.prompt.metadata
        if "trace" in declared.traffic:
            declared = replace(declared, traffic={})
        try:
            return load(declared, self.calls)
        except NotEstimable:
            return None
