"""Anthropic's Message Batches."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.vendor_server.batch_service import DAY, WRONG, Service, lines_of
from tests.vendor_server.batches import Batch, Item, mixed

MOST = 100_000
SHOWN = {None: "processing", "failed": "errored"}
ENDED = {"succeeded": 0, "errored": 0, "expired": 0, "canceled": 0}


class Anthropic(Service):
    """Message Batches."""

    name = "anthropic"

    def made(self, account: str, given: dict[str, Any]) -> Batch:
        """Return the batch that a body asks for."""
        listed = [(one["custom_id"], one["params"]) for one in given["requests"]]
        return self.batches.make(account, "/v1/messages", listed, MOST)

    def shown(self, batch: Batch) -> dict[str, Any]:
        """Return a batch as the vendor writes it."""
        counts = Counter(SHOWN.get(item.fate, item.fate) for item in batch.items)
        url = f"/v1/messages/batches/{batch.id}/results"
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": "ended" if batch.ended else "in_progress",
            "request_counts": {"processing": 0, **ENDED, **counts},
            "created_at": _moment(batch.at),
            "expires_at": _moment(batch.at + DAY),
            "ended_at": _moment(batch.at + 1) if batch.ended else None,
            "cancel_initiated_at": _moment(batch.at) if batch.cancelled else None,
            "archived_at": None,
            "results_url": url if batch.ended else None,
        }

    async def results(self, request: web.Request) -> web.StreamResponse:
        """Answer with the results, a line each."""
        batch = self._found(request)
        if not batch.ended:
            raise web.HTTPNotFound
        self.world.moment(f"{self.name}.results")
        items = mixed(batch.items)
        lines = [{"custom_id": one.custom_id, "result": self._result(one)} for one in items]
        return lines_of(self.world, lines)

    @staticmethod
    def _result(item: Item) -> dict[str, Any]:
        if item.fate == "succeeded":
            return {"type": "succeeded", "message": item.reply}
        if item.fate not in WRONG:
            return {"type": item.fate}
        kind, _ = WRONG[item.fate]
        error = {"type": kind, "message": "This server was told to fail."}
        return {"type": "errored", "error": {"type": "error", "error": error}}


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
