"""Anthropic's reports of usage and cost -> buckets.

The Admin API: pages of GET /v1/organizations/usage_report/messages and /cost_report, as
platform.claude.com/docs/en/api/admin describes them, and the reports of the same shape under
``beta.organization.analytics`` in anthropic 2.12 (types/beta/organization/beta_analytics_*), read
on 2026-11-22. An ``amount`` is cents as decimal text; costs of the priority tier are in no report.
The console's exports are CSV, a day a row, of tokens (``usage_output_tokens`` and so on) or of
dollars (``cost_usd``), with columns as files of 2024 to 2026 have them. Those of dollars name
models as people do, and round to cents.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.caching.trace_readers.reader import CONTRADICTION, Unread, moment
from promptops.caching.usage import UsageRefused, by_shape
from promptops.caching.usage_shapes import Shape
from promptops.intake.billing_values import CENT, NO_SUM, begin_with, count, dollars, named
from promptops.model.billed import Billed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

VENDOR: Final = "anthropic"
_SHAPE: Final = Shape(
    "uncached_input_tokens",
    False,
    ("cache_read_input_tokens",),
    ("output_tokens",),
    ("cache_creation_input_tokens",),
    {
        "5m": "cache_creation.ephemeral_5m_input_tokens",
        "1h": "cache_creation.ephemeral_1h_input_tokens",
    },
)
# By what a report is grouped. Sums over anything else are added together.
_NAMES: Final = {
    "model": "model", "service_tier": "tier", "workspace_id": "workspace", "api_key_id": "api_key",
    "token_type": "item", "cost_type": "cost_type", "description": "description",
    "context_window": "context_window", "inference_geo": "inference_geo", "speed": "speed",
    "account_id": "account", "service_account_id": "service_account", "product": "product",
    "usage_type": "usage_type",
}  # fmt: skip
_WRITTEN: Final = {
    "usage_input_tokens_cache_write_5m": "ephemeral_5m_input_tokens",
    "usage_input_tokens_cache_write_1h": "ephemeral_1h_input_tokens",
}
USAGE_CSV: Final = {
    "model_version": "model", "api_key": "api_key_id", "workspace": "workspace_id",
    "usage_type": "service_tier",
}  # fmt: skip
_TOKENS_CSV: Final = {
    "usage_input_tokens_no_cache": "uncached_input_tokens",
    "usage_input_tokens_cache_write": "cache_creation_input_tokens",
    "usage_input_tokens_cache_read": "cache_read_input_tokens",
    "usage_output_tokens": "output_tokens",
}
COST_CSV: Final = {"api_key": "api_key_id", "workspace": "workspace_id"}


def fits(value: Any) -> bool:
    """Whether a JSON value is a page or a bucket of these reports."""
    if not isinstance(value, dict):
        return False
    if "starting_at" in value:
        return isinstance(value.get("results"), list)
    paged = "has_more" in value and "object" not in value
    return paged and begin_with("starting_at", value.get("data"))


def read(bucket: Mapping[str, Any], row: Any) -> Billed:
    """Return a result as a bucket.

    Raises:
        Unread: It is no sum of tokens or dollars, or contradicts itself.
    """
    if not isinstance(row, dict):
        raise Unread(NO_SUM)
    begins = moment(bucket.get("starting_at"), "starting_at", utc=True)
    told = bucket.get("ending_at")
    ends = None if told is None else moment(told, "ending_at", utc=True)
    if row.get("rbac_group_id"):
        raise Unread("a sum over a group of people, which are in several groups")
    of = named(row, _NAMES)
    if "amount" in row:
        currency = str(row.get("currency") or "USD")
        if "cost_type" in of:
            of.setdefault("item", of["cost_type"])
        usd = dollars(row["amount"], currency) * CENT
        return Billed(VENDOR, "cost", begins, ends, "", of, usd=usd, requests=_requests(row))
    if "uncached_input_tokens" not in row:
        raise Unread(NO_SUM)
    try:
        usage = by_shape(row, _SHAPE, VENDOR)
    except UsageRefused as error:
        raise Unread(CONTRADICTION, str(error)) from None
    return Billed(VENDOR, "usage", begins, ends, "", of, usage, _requests(row))


def _requests(row: Mapping[str, Any]) -> int | None:
    told = row.get("requests")
    return None if told is None else count("requests", told)


def fits_head(head: Iterable[str]) -> bool:
    """Whether a CSV with these columns is an export of the console."""
    return "usage_date_utc" in head


def of_csv(row: Mapping[str, str]) -> tuple[Mapping[str, Any], Any]:
    """Return a row of the console's CSV as the API would tell it.

    Raises:
        Unread: It has no day, or a number is none.
    """
    bucket = {"starting_at": row["usage_date_utc"], "ending_at": None}
    if "cost_usd" in row:
        told = {COST_CSV.get(name, name): text for name, text in row.items() if text}
        told["api_key_id"] = row.get("api_key_id") or row.get("api_key") or ""
        told["model"] = told.get("model", "").lower().replace(" ", "-").replace(".", "-")
        cents = dollars(row["cost_usd"], "USD") / CENT
        return bucket, told | {"amount": str(cents), "currency": "USD"}
    found: dict[str, Any] = {USAGE_CSV.get(name, name): text for name, text in row.items() if text}
    found |= {ours: count(name, row[name]) for name, ours in _TOKENS_CSV.items() if row.get(name)}
    written = {ours: count(name, row[name]) for name, ours in _WRITTEN.items() if row.get(name)}
    return bucket, found | ({"cache_creation": written} if written else {})
