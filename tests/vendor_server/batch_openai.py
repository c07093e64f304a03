"""OpenAI's files and batches."""

from __future__ import annotations

import json
from typing import Any

from aiohttp import web

from tests.vendor_server.batch_service import (
    LARGEST,
    WRONG,
    Service,
    account,
    fault_of,
    lines_of,
)
from tests.vendor_server.batches import Batch, Item, RefusedBatch, mixed

MOST = 50_000


class OpenAI(Service):
    """Files and batches."""

    name = "openai"

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file."""
        refused = fault_of(self.world)
        if refused is not None:
            return refused
        heard = self.world.hear(request.path, request.headers, None)
        self.world.moment(f"{self.name}.upload")
        form = await request.post()
        file = form["file"]
        assert isinstance(file, web.FileField)
        content = file.file.read()
        name = f"file-{len(self.batches.files)}"
        heard.body = {"purpose": form["purpose"], "kind": file.content_type, "content": content}
        if len(content) > LARGEST["/v1/files"]:
            return web.json_response({"error": {"message": "too large"}}, status=400)
        self.batches.files[account(request), name] = content
        self.world.moment(f"{self.name}.uploaded")
        told = {"id": name, "object": "file", "bytes": len(content), "created_at": 0}
        more = {"filename": file.filename, "purpose": form["purpose"], "status": "processed"}
        return web.json_response({**told, **more})

    async def content(self, request: web.Request) -> web.StreamResponse:
        """Answer with a file, or with what a batch has made."""
        name = request.match_info["id"]
        found = self.batches.files.get((account(request), name))
        if found is not None:
            return web.Response(body=found)
        kind, _, identity = name.partition("-of-")
        batch = self.batches.find(account(request), identity)
        if batch is None or not batch.ended:
            raise web.HTTPNotFound
        good = kind == "output"
        if good:
            self.world.moment(f"{self.name}.results")
        lines = [self._line(one) for one in mixed(batch.items) if _good(one) == good]
        return lines_of(self.world, lines)

    def made(self, account: str, given: dict[str, Any]) -> Batch:
        """Return the batch that a body asks for; what is wrong with its file is told later."""
        content = self.batches.files[account, given["input_file_id"]]
        lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        if any(line["url"] != given["endpoint"] for line in lines):
            raise RefusedBatch("all urls of a file must be the batch's endpoint")
        listed = [(line["custom_id"], line["body"]) for line in lines]
        at_work = sum(len(one.items) for one in self.batches.of(account) if not one.ended)
        more = {"file": given["input_file_id"], "metadata": given.get("metadata") or {}}
        found = self.batches.make(account, given["endpoint"], listed, MOST, **more)
        if len({line["body"]["model"] for line in lines}) > 1:
            found.refused = "mismatched_model"
        if self.world.queue is not None and at_work + len(lines) > self.world.queue:
            found.refused = "token_limit_exceeded"
        return found

    def shown(self, batch: Batch) -> dict[str, Any]:
        """Return a batch as the vendor writes it."""
        good = sum(map(_good, batch.items))
        expired = any(item.fate == "expired" for item in batch.items)
        ended = "cancelled" if batch.cancelled else "expired" if expired else "completed"
        ended = "failed" if batch.refused else ended
        failed = sum(item.fate in WRONG for item in batch.items)
        counts = {"total": len(batch.items), "completed": good, "failed": failed}
        bad = batch.ended and good < len(batch.items) and not batch.refused
        wrong = [{"code": batch.refused, "line": None, "message": "No.", "param": None}]
        return {
            "id": batch.id,
            "object": "batch",
            "endpoint": batch.path,
            "input_file_id": batch.file,
            "completion_window": "24h",
            "created_at": int(batch.at),
            "status": ended if batch.ended else "in_progress",
            f"{ended}_at": int(batch.at) + 1 if batch.ended else None,
            "errors": {"object": "list", "data": wrong} if batch.refused else None,
            "output_file_id": f"output-of-{batch.id}" if good else None,
            "error_file_id": f"errors-of-{batch.id}" if bad else None,
            "request_counts": counts,
            "metadata": batch.metadata,
        }

    @staticmethod
    def _line(item: Item) -> dict[str, Any]:
        line = {"id": f"of_{item.custom_id}", "custom_id": item.custom_id, "error": None}
        if item.fate == "succeeded":
            return {**line, "response": _response(200, item.reply)}
        if item.fate in WRONG:
            kind, status = WRONG[item.fate]
            error = {"error": {"message": "This server was told to fail.", "type": kind}}
            return {**line, "response": _response(status, error)}
        code = "batch_expired" if item.fate == "expired" else "batch_cancelled"
        return {**line, "response": None, "error": {"code": code, "message": "Not answered."}}


def _good(item: Item) -> bool:
    return item.fate == "succeeded"


def _response(status: int, body: Any) -> dict[str, Any]:
    return {"status_code": status, "request_id": "req_1", "body": body}
