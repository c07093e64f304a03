"""OpenAI's reports of usage and costs -> buckets.

The API: pages of GET /v1/organization/usage/completions, /usage/embeddings and /costs, as openai
3.54 types them (types/admin/organization/usage_completions_response.py and
usage_costs_response.py), read on 2026-11-22. Input includes what was read from and written to the
cache. The dashboard's exports are CSV with the same names in columns beside ``start_time_iso``
(``amount_value`` and ``amount_currency`` for dollars), in which days without use are rows without
figures; names and addresses of people in them are not kept.
A model's dollars stand under a ``line_item`` such as "gpt-5.6-2026-03-05, cached input" or
"priority | gpt-5.6, output, long context"; a line item of another form is no model's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_readers.reader import CONTRADICTION, Unread, moment
from promptops.caching.usage import UsageRefused, by_shape
from promptops.caching.usage_shapes import Shape
from promptops.intake.billing_values import NO_SUM, begin_with, count, dollars, named
from promptops.model.billed import Billed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.model.money import Usage

VENDOR: Final = "openai"
_COSTS: Final = "organization.costs.result"
_EMPTY: Final = "a day without use"
_SHAPE: Final = Shape(
    "input_tokens",
    True,
    ("input_cached_tokens",),
    ("output_tokens",),
    ("input_cache_write_tokens",),
    {"30m": "input_cache_write_30m_tokens", "12h": "input_cache_write_12h_tokens"},
    default="30m",
)
_COUNTS: Final = (
    "input_tokens", "output_tokens", "input_cached_tokens", "input_cache_write_tokens",
    "input_cache_write_30m_tokens", "input_cache_write_12h_tokens",
)  # fmt: skip
# By what a report is grouped. Sums over anything else are added together.
_NAMES: Final = {
    "model": "model", "service_tier": "tier", "project_id": "workspace", "api_key_id": "api_key",
    "line_item": "item", "user_id": "user", "batch": "batch", "api_source": "api_source",
}  # fmt: skip
_PIECES: Final = ("input", "output", "cached input", "cache write")


def fits(value: Any) -> bool:
    """Whether a JSON value is a page or a bucket of these reports."""
    if not isinstance(value, dict):
        return False
    if "start_time" in value:
        return isinstance(value.get("results"), list)
    return value.get("object") == "page" and begin_with("start_time", value.get("data"))


def read(bucket: Mapping[str, Any], row: Any) -> Billed:
    """Return a result as a bucket.

    Raises:
        Unread: It is no sum of tokens or dollars, or contradicts itself.
    """
    if not isinstance(row, dict):
        raise Unread(NO_SUM)
    begins = moment(bucket.get("start_time"), "start_time")
    told = bucket.get("end_time")
    ends = None if told is None else moment(told, "end_time")
    of = named(row, _NAMES)
    if row.get("object") == _COSTS:
        amount = row.get("amount") or {}
        usd = dollars(amount.get("value"), str(amount.get("currency") or "usd"))
        return Billed(VENDOR, "cost", begins, ends, "", _priced(of), usd=usd)
    if "input_tokens" not in row:
        raise Unread("a report of something other than tokens or dollars")
    if of.get("batch") == "true":
        of["tier"] = "batch"
    requests = row.get("num_model_requests")
    sent = None if requests is None else count("num_model_requests", requests)
    return Billed(VENDOR, "usage", begins, ends, "", of, _usage(row), sent)


def _usage(row: Mapping[str, Any]) -> Usage:
    told = {name: row[name] for name in _COUNTS if row.get(name) is not None}
    try:
        return by_shape(told, _SHAPE, VENDOR)
    except UsageRefused as error:
        raise Unread(CONTRADICTION, str(error)) from None


def _priced(of: dict[str, str]) -> dict[str, str]:
    """Return what dollars are grouped by, with the model and the tier that their item names."""
    tier, bar, item = of.get("item", "").rpartition(" | ")
    model, comma, piece = item.partition(", ")
    if comma and piece.replace("_", " ").startswith(_PIECES):
        of["model"] = model.partition(" ")[0]
        if bar:
            of["tier"] = tier
    return of


def fits_head(head: Iterable[str]) -> bool:
    """Whether a CSV with these columns is an export of the dashboard."""
    return {"start_time", "end_time", "start_time_iso"} <= set(head)


def of_csv(row: Mapping[str, str]) -> tuple[Mapping[str, Any], Any]:
    """Return a row of the dashboard's CSV as the API would tell it.

    Raises:
        Unread: It tells of no use, or a number is none.
    """
    bucket = {name: count(name, row[name]) for name in ("start_time", "end_time")}
    told: dict[str, Any] = {name: text for name, text in row.items() if text}
    if "amount_value" in row:
        if not row["amount_value"]:
            raise Unread(_EMPTY)
        amount = {"value": row["amount_value"], "currency": row.get("amount_currency") or "usd"}
        return bucket, told | {"object": _COSTS, "amount": amount}
    if not row.get("input_tokens"):
        raise Unread(_EMPTY)
    told |= {name: count(name, told[name]) for name in _COUNTS if name in told}
    if "batch" in told:
        told["batch"] = told["batch"].lower() in {"true", "1"}
    return bucket, told
