"""On what terms both sides of a comparison are costed: prices, cache rules, use, calls a month."""

from __future__ import annotations

import re
from dataclasses import field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from promptops.costs.facts import Asked
from promptops.costs.use import Sources, used
from promptops.errors import UnknownModel, UsageError
from promptops.model.cost import Amount
from promptops.model.usage import OLD, Use, old
from promptops.model.values import dataclass
from promptops.usage_file.reading import UsageFile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.caching.book import RuleBook
    from promptops.caching.rules import CacheRules
    from promptops.costs.estimate import Unknown
    from promptops.costs.facts import Facts, Measured
    from promptops.costs.use import Used
    from promptops.model.money import Price
    from promptops.model.usage import Calibration
    from promptops.pricing.prices import Prices

_CALLS: Final = re.compile(r"([0-9][0-9_,]*(?:\.[0-9]+)?)([kMG]?)(?:/mo(?:nth)?)?\Z")
_SCALE: Final = {"": 1, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
_MODEL: Final = re.compile(r"[A-Za-z0-9_.-]+:\S+\Z")
_NOBODY: Final = Use()


@dataclass(frozen=True)
class Terms:
    """The head's settings, which hold on both sides, so that only the prompt makes a difference."""

    prices: Prices
    rules: RuleBook
    usage: UsageFile = field(default_factory=UsageFile)
    usage_name: str = "usage.yml"
    model: str | None = None  # instead of what the prompts name
    default_model: str | None = None  # where a prompt names none
    calls: Amount | None = None  # instead of what the prompts declare
    allow_source: bool = False
    folder: str = "prompts"

    @cached_property
    def asked(self) -> Asked:
        """What of it decides how prompts are measured."""
        return Asked(
            self.model,
            self.default_model,
            self.folder,
            self._calibrations,
            self._variables,
            self._cached,
        )

    def used(self, measured: Measured) -> Used:
        """Return how a prompt is used."""
        own = self.usage.prompts.get(measured.name, _NOBODY)
        age = f" (over {OLD} days old)" if old(own.until, self.prices.today) else ""
        said = Sources(self.calls, own, self.usage.defaults, f"{self.usage_name}{age}")
        return used(measured.old, measured.new, said)

    def price_of(self, facts: Facts) -> tuple[Price | None, Unknown | None]:
        """Return the price of a side's tokens, or why there is none."""
        if facts.model is None:
            return None, "model"
        if not facts.readable or facts.count is None:
            return None, "unparsable"
        if facts.count.counted == "source" and not self.allow_source:
            return None, "source"
        price = self.prices.find(facts.model)
        return price, None if price else "price"

    def rules_of(self, model: str) -> CacheRules | None:
        """Return the rules of a model's cache on the day of the prices; None where unknown."""
        if model not in self._found:
            try:
                self._found[model] = self.rules.find(model, self.prices.day)
            except UnknownModel:
                self._found[model] = None
        return self._found[model]

    @cached_property
    def _found(self) -> dict[str, CacheRules | None]:
        return {}

    def _calibrations(
        self, name: str, is_text: Callable[[str], bool], size: int | None
    ) -> Mapping[str, Calibration]:
        return self.usage.calibrations(name, self.prices.today, is_text, size)

    def _variables(self, name: str) -> tuple[str, ...]:
        own = self.usage.prompts.get(name, _NOBODY)
        return (*self.usage.defaults.variables, *own.variables)

    def _cached(self, name: str, model: str, tokens: int) -> bool:
        """Return whether a vendor may cache so many tokens by itself, and how often is known."""
        rules = self.rules_of(model)
        if rules is None or rules.family != "implicit_prefix" or rules.read is None:
            return False
        own = self.usage.prompts.get(name, _NOBODY)
        measured = own.cache or self.usage.defaults.cache
        if not rules.lifetimes and not (measured and measured.hit_rate is not None):
            return False
        return tokens >= (rules.minimum or 0)


def parse_model(text: str) -> str:
    """Return a model written as ``provider:model``.

    Raises:
        UsageError: It is not.
    """
    if not _MODEL.match(text):
        raise UsageError(f"--model {text!r}: write provider:model, such as openai:gpt-5-mini")
    return text


def parse_calls(text: str) -> Amount:
    """Return calls a month from ``5000``, ``120k/mo`` or ``1.2M``.

    Raises:
        UsageError: It is none of these.
    """
    found = _CALLS.match(text)
    if found is None:
        raise UsageError(f"--calls {text!r}: write a number a month, such as 5000, 120k or 1.2M/mo")
    number = Decimal(re.sub(r"[_,]", "", found[1]))
    return Amount(number * _SCALE[found[2]])
