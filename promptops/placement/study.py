"""One prompt looked at for one model after another."""

from __future__ import annotations

from dataclasses import field, replace
from functools import partial
from typing import TYPE_CHECKING

from promptops.caching.book import bundled as rule_book
from promptops.errors import NotEstimable
from promptops.model.values import dataclass
from promptops.placement.declared import load
from promptops.placement.layout import layout
from promptops.placement.table import table
from promptops.pricing.prices import Prices, list_prices
from promptops.tokens.counter import default_counter
from promptops.usage_file.reading import UsageFile

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import date
    from pathlib import Path

    from promptops.caching.book import RuleBook
    from promptops.caching.traces import Recorded
    from promptops.model.prompt import Amount, Metadata
    from promptops.placement.declared import Load
    from promptops.placement.draft import Draft
    from promptops.placement.gathering import Gathered
    from promptops.placement.layout import Layout
    from promptops.placement.table import Table


@dataclass(frozen=True)
class Study:
    """A prompt's cuts, and the traffic that it is looked at under."""

    draft: Draft
    name: str
    calls: Amount | None = None  # in place of those declared
    trace: Path | None = None
    recorded: Sequence[Recorded] | None = None  # calls of which the times are known
    usage: UsageFile = field(default_factory=UsageFile)
    usage_name: str = "usage.yml"
    today: date | None = None
    text: str = ""  # the hash of the prompt's
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
        billed = self.usage.calibrations(
            self.name, self.today, self.text.startswith, len(self.draft.text)
        )
        found = layout(self.draft, model, default_counter(), billed, tools=tools)
        declared = self.draft.bare.prompt.metadata
        answers = self.usage.cost(self.name, declared.cost).output_tokens
        output = answers.expected if answers else None
        if self.trace is None and self.recorded is None:
            return table(found, rules, price, output, self._loaded(declared))
        from promptops.placement.recorded import recorded

        return replace(recorded(found, rules, price, output, self._gather()), load=self._load())

    def _gather(self) -> Callable[[Layout, float], Gathered]:
        if self.trace is not None:
            from promptops.placement.gathering import traced

            return partial(traced, self.trace, self.name)
        from promptops.placement.arrived import arrived

        return partial(arrived, self.recorded or (), self.name)

    def _loaded(self, declared: Metadata) -> Load:
        use = self.usage.prompts.get(self.name)
        known = replace(declared, cost=self.usage.cost(self.name, declared.cost))
        return load(known, self.calls, use, self.usage_name)

    def _load(self) -> Load | None:
        """Return the declared traffic, which a trace does without."""
        declared = self.draft.bare.prompt.metadata
        if "trace" in declared.traffic:
            declared = replace(declared, traffic={})
        try:
            return self._loaded(declared)
        except NotEstimable:
            return None
