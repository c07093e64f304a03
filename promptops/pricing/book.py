"""A book of prices: models by ``provider:model``, each with the rates of its days.

Providers are ``anthropic``, ``openai``, ``google`` (also ``gemini`` and ``vertex``), ``mistral``,
``deepseek``, ``xai`` (also ``x-ai``) and ``cohere``: those who make the models, at list prices.

A model is found by its own name, by a declared other name, or by either with a date behind it where
its vendor dates that name (``claude-sonnet-4-5-20250929``). Nothing is guessed from how a name
begins: ``claude-sonnet-4-5-turbo`` would be another model at another price.
"""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from promptops.errors import UnknownModel, nearest
from promptops.model.money import Price, Rates
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

BUNDLED = Path(__file__).parent / "data" / "prices.json"
BATCH = "batch"
_GIVE = "give one in [tool.promptops.prices] or with --price"
PROVIDERS = {"gemini": "google", "vertex": "google", "x-ai": "xai"}


@dataclass(frozen=True)
class PriceBook:
    """Prices from one source as they were known on a day."""

    source: str
    as_of: date
    models: Mapping[str, Mapping[str, Any]]

    @classmethod
    def parse(cls, text: str) -> PriceBook:
        """Return the book that a JSON document holds."""
        return cls.of(json.loads(text))

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> PriceBook:
        """Return the book that a document holds."""
        day = date.fromisoformat(document["as_of"])
        return cls(document["source"], day, document["models"])

    @cached_property
    def sha256(self) -> str:
        """Return the hash of the models as canonical JSON."""
        canonical = json.dumps(self.models, sort_keys=True, separators=(",", ":"))
        return sha256(canonical.encode()).hexdigest()

    def price(self, model: str, on: date) -> Price:
        """Return what a model costs on a day.

        A rate without a day to begin on is taken for all days before the next; see ``doubt``.

        Raises:
            UnknownModel: The book has no price for the model, or none yet on that day.
        """
        name = self.find(model)
        if name is None:
            raise UnknownModel(self._unknown(model))
        entry = self.models[name]
        found = _on(entry["rates"], on)
        if found is None:
            first = min(map(_starts, entry["rates"]))
            raise UnknownModel(f"No price of {name!r} is known before {first}; {_GIVE}")
        batch = _on(entry.get("services", {}).get(BATCH, ()), on)
        own = self._price(name, found)
        return replace(own, batch=self._price(name, batch)) if batch else own

    def services(self, model: str, on: date) -> dict[str, Price]:
        """Return what a model costs on a day in its vendor's other services, batch included."""
        listed = self.models.get(self.find(model) or "", {}).get("services", {})
        found = {service: _on(periods, on) for service, periods in listed.items()}
        name = str(self.find(model))
        return {service: self._price(name, period) for service, period in found.items() if period}

    def begins(self, model: str) -> list[date]:
        """Return the days on which a model's rates changed or will, in whichever service."""
        entry = self.models.get(self.find(model) or "", {"rates": ()})
        listed = [entry["rates"], *entry.get("services", {}).values()]
        days = {_starts(period) for periods in listed for period in periods}
        return sorted(days - {date.min})

    def _price(self, name: str, period: Mapping[str, Any]) -> Price:
        return Price(
            model=name,
            rates=_rates(period),
            tiers=tuple((tier["above"], _rates(tier)) for tier in period.get("tiers", ())),
            effective_from=_starts(period) if "from" in period else None,
            source=", ".join(filter(None, (self.source, period.get("note")))),
        )

    def doubt(self, model: str, on: date) -> str:
        """Return why a model's price on a day may be wrong, where its rate is of unknown age."""
        name = self.find(model)
        if name is None:
            return ""
        first, *later = self.models[name]["rates"]
        # It is known of the book's day, or of the last day before the next rate.
        known = min([self.as_of, *(_starts(period) - timedelta(days=1) for period in later)])
        if "from" in first or on >= known:
            return ""
        return f"first known rate of {name} is of {known}; that of {on} may have been another"

    def find(self, model: str) -> str | None:
        """Return the name under which a model is priced, if it is."""
        name = full_name(model)
        if name in self.models:
            return name
        return self._names.get(name) or self._dated.get(_undated(name))

    @cached_property
    def _names(self) -> dict[str, str]:
        return self._by("names")

    @cached_property
    def _dated(self) -> dict[str, str]:
        return self._by("dated")

    def _by(self, field: str) -> dict[str, str]:
        return {
            f"{name.partition(':')[0]}:{other}": name
            for name, entry in self.models.items()
            for other in entry.get(field, ())
        }

    def _unknown(self, model: str) -> str:
        providers = sorted({name.partition(":")[0] for name in self.models})
        full = [f"{provider}:{model}" for provider in providers if self.find(f"{provider}:{model}")]
        if full:
            return f"Model {model!r} names no provider; use {' or '.join(map(repr, full))}"
        known = (
            f"No price is known for model {model!r} among the {len(self.models)} of {self.source}"
        )
        return known + (nearest(model, [*self.models, *self._names]) or f"; {_GIVE}")


@cache
def bundled() -> PriceBook:
    """Return the prices that came with this version."""
    return PriceBook.parse(BUNDLED.read_text(encoding="utf-8"))


def full_name(model: str) -> str:
    """Return a model, or a provider, under the name that its provider has here."""
    provider, colon, own = model.partition(":")
    return f"{PROVIDERS.get(provider, provider)}{colon}{own}"


def _on(periods: Iterable[Mapping[str, Any]], day: date) -> Mapping[str, Any] | None:
    """Return the latest period that has begun on a day."""
    begun = (period for period in periods if _starts(period) <= day)
    return max(begun, key=_starts, default=None)


def _starts(period: Mapping[str, Any]) -> date:
    return date.fromisoformat(period["from"]) if "from" in period else date.min


def _rates(entry: Mapping[str, Any]) -> Rates:
    return Rates(
        input=Decimal(entry["input"]),
        output=Decimal(entry["output"]),
        cache_read=Decimal(entry["cache_read"]) if "cache_read" in entry else None,
        cache_write={ttl: Decimal(rate) for ttl, rate in entry.get("cache_write", {}).items()},
    )


def _undated(name: str) -> str:
    """Return a name without the date at its end, as -20250929, @20250929 or -2025-09-29."""
    for length in (len("20250929"), len("2025-09-29")):
        head, end = name[:-length], name[-length:]
        try:
            date.fromisoformat(end)
        except ValueError:
            continue
        if head.endswith(("-", "@")):
            return head[:-1]
    return ""
