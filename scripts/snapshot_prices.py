"""Write the bundled price snapshot from the installed genai-prices.

    python scripts/snapshot_prices.py 2026-11-20

The day is when that version's prices were current. Kept are models of the vendors who make them,
their rates for text and its caching, and the names that are certain to mean the model. Left out are
models billed by the hour, the page or the image, and free ones: no price is not $0.
"""

from __future__ import annotations

import json
import sys
from datetime import date
from decimal import Decimal
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

from genai_prices.data import providers
from genai_prices.types import ConditionalPrice, StartDateConstraint, TieredPrices

from promptops.pricing.book import BUNDLED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from genai_prices.types import ModelInfo, ModelPrice, Provider

VENDORS = {
    "anthropic": "anthropic",
    "cohere": "cohere",
    "deepseek": "deepseek",
    "google": "google",
    "mistral": "mistral",
    "openai": "openai",
    "x-ai": "xai",
}
RATES = {
    "input": "input_mtok",
    "output": "output_mtok",
    "cache_read": "cache_read_mtok",
    "cache_write 5m": "cache_write_mtok",
    "cache_write 1h": "cache_write_1h_mtok",
}
# The data match these as the beginnings of names; they are no names themselves.
PARTIAL = {"claude-sonnet-4-2025", "gemini-2.0-flash-0", "gpt-4o-mini-2024-07-18.ft-"}
# Names that vendors publish and the data know by their beginnings only.
PUBLISHED = {
    "gemini-1.5-flash": ("gemini-1.5-flash-001", "gemini-1.5-flash-002"),
    "gemini-1.5-pro": ("gemini-1.5-pro-001", "gemini-1.5-pro-002"),
    "gemini-2.0-flash": ("gemini-2.0-flash-001",),
    "gemini-2.0-flash-lite": ("gemini-2.0-flash-lite-001",),
    "gemini-2.5-pro": ("gemini-2.5-pro-preview-05-06", "gemini-2.5-pro-preview-06-05"),
    "magistral-medium": tuple(f"magistral-medium-{end}" for end in (2506, 2507, 2509, "latest")),
    "magistral-small": tuple(f"magistral-small-{end}" for end in (2506, 2507, 2509, "latest")),
}
PROBE = "20250929"  # a name that takes this date behind it takes any


def snapshot(as_of: date) -> str:
    """Return the snapshot's text: canonical JSON, a model a line."""
    models = dict(sorted(_models()))
    canonical = json.dumps(models, sort_keys=True, separators=(",", ":"))
    head = {
        "schema": "promptops.prices/1",
        "source": f"genai-prices=={version('genai-prices')}",
        "as_of": as_of.isoformat(),
        "sha256": sha256(canonical.encode()).hexdigest(),
    }
    lines = [f"{json.dumps(key)}: {json.dumps(value)}," for key, value in sorted(head.items())]
    rows = ",\n".join(
        f"{json.dumps(name)}: {json.dumps(entry, sort_keys=True)}" for name, entry in models.items()
    )
    return "\n".join(["{", *lines, '"models": {', rows, "}}", ""])


def _models() -> Iterator[tuple[str, dict[str, Any]]]:
    for vendor in providers:
        for model in vendor.models if vendor.id in VENDORS else ():
            rates = list(_periods(model))
            if rates and model.id not in PARTIAL:
                names = _names(vendor, model)
                dated = sorted(n for n in {model.id, *names} if _takes_date(vendor, n, model))
                others = {"names": sorted(names - {model.id}), "dated": dated}
                entry = {key: value for key, value in others.items() if value}
                yield f"{VENDORS[vendor.id]}:{model.id}", {**entry, "rates": rates}


def _names(vendor: Provider, model: ModelInfo) -> set[str]:
    """Return the names that genai-prices, too, takes for this model."""
    names = {name.rstrip("-@") for name in _literals(model.match) if name not in PARTIAL}
    names |= {*PUBLISHED.get(model.id, ())}
    return {name for name in names if "/" not in name and _is(vendor, name, model)}


def _literals(clause: Any) -> Iterator[str]:
    for part in ("equals", "starts_with", "ends_with", "contains"):
        if text := getattr(clause, part, None):
            yield text
    for part in ("or_", "and_"):
        for inner in getattr(clause, part, ()):
            yield from _literals(inner)


def _takes_date(vendor: Provider, name: str, model: ModelInfo) -> bool:
    return any(_is(vendor, name + separator + PROBE, model) for separator in "-@")


def _is(vendor: Provider, name: str, model: ModelInfo) -> bool:
    return vendor.find_model(name) is model


def _periods(model: ModelInfo) -> Iterator[dict[str, Any]]:
    """Yield the rates of each span of days, oldest first; nothing where text has no price."""
    prices = (
        model.prices if isinstance(model.prices, list) else [ConditionalPrice(prices=model.prices)]
    )
    days = [price for price in prices if _begins(price) is not None]
    hours = [price for price in prices if _begins(price) is None]
    if [_begins(price) for price in days] != sorted(_begins(price) or date.min for price in days):
        raise ValueError(f"{model.id}: the prices are not in the order of their days")
    if any(price.prices.input_mtok is None for price in days):
        return
    if days[0].prices.output_mtok is None and "embed" not in model.id:
        return
    for price in days:
        rates = _rates(price.prices)
        if hours and price is days[-1]:
            # A day has one price here; the dearest hour's never understates a bill.
            hourly = [rates, *(_rates(hour.prices) for hour in hours)]
            dearest = max(hourly, key=lambda each: Decimal(each["input"]))
            rates = {**dearest, "note": "dearest hour"}
        if isinstance(price.constraint, StartDateConstraint):
            rates["from"] = price.constraint.start_date.isoformat()
        yield rates


def _begins(price: ConditionalPrice) -> date | None:
    """Return the day from which a price holds; None for one that depends on the hour."""
    if price.constraint is None:
        return date.min
    return (
        price.constraint.start_date if isinstance(price.constraint, StartDateConstraint) else None
    )


def _rates(prices: ModelPrice) -> dict[str, Any]:
    fields = {rate: getattr(prices, field) for rate, field in RATES.items()}
    bounds = {
        tier.start
        for price in fields.values()
        if isinstance(price, TieredPrices)
        for tier in price.tiers
    }
    tiers = [{"above": bound, **_at(fields, bound + 1)} for bound in sorted(bounds)]
    return {**_at(fields, 0), **({"tiers": tiers} if tiers else {})}


def _at(fields: dict[str, Any], tokens: int) -> dict[str, Any]:
    """Return the rates of a request of that many tokens."""
    found: dict[str, Any] = {"output": "0"}  # embeddings have no output
    for rate, price in fields.items():
        if price is None:
            continue
        value = price.base if isinstance(price, TieredPrices) else price
        for tier in price.tiers if isinstance(price, TieredPrices) else ():
            value = tier.price if tokens > tier.start else value
        text = f"{Decimal(value).normalize():f}"
        kind, _, ttl = rate.partition(" ")
        if ttl:
            found.setdefault(kind, {})[ttl] = text
        else:
            found[kind] = text
    return found


if __name__ == "__main__":
    BUNDLED.write_text(snapshot(date.fromisoformat(sys.argv[1])), encoding="utf-8", newline="\n")
