"""Anthropic's Message Batches, OpenAI's files and batches."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from tests.vendor_server.batches import Batch, Batches, Item, RefusedBatch, mixed
from tests.vendor_server.world import World

DAY = 86_400.0
SHOWN = {None: "processing", "failed": "errored"}
WRONG = {"errored": ("invalid_request_error", 400), "failed": ("api_error", 500)}
MOST = {"/v1/messages/batches": 100_000, "/v1/batches": 50_000}
SIZES = {"/v1/messages/batches": 256_000_000, "/v1/files": 200_000_000}
ENDED = {"succeeded": 0, "errored": 0, "expired": 0, "canceled": 0}


def add(router: web.UrlDispatcher, world: World) -> None:
    """Add the paths of batches."""
    anthropic, openai = Anthropic(world), OpenAI(world)
    for prefix, served in (("/v1/messages/batches", anthropic), ("/v1/batches", openai)):
        router.add_post(prefix, served.create)
        router.add_get(prefix, served.list)
        router.add_get(prefix + "/{id}", served.one)
        router.add_post(prefix + "/{id}/cancel", served.cancel)
    router.add_get("/v1/messages/batches/{id}/results", anthropic.results)
    router.add_post("/v1/files", openai.upload)
    router.add_get("/v1/files/{id}/content", openai.content)


class Service:
    """What both vendors' services do alike."""

    name = ""

    def __init__(self, world: World) -> None:
        self.world = world
        self.batches = Batches(world)

    def shown(self, batch: Batch) -> dict[str, Any]:
        """Return a batch as the vendor writes it."""
        raise NotImplementedError

    def made(self, account: str, given: dict[str, Any]) -> Batch:
        """Return the batch that a body asks for."""
        raise NotImplementedError

    async def create(self, request: web.Request) -> web.Response:
        """Make a batch."""
        refused = _fault(self.world)
        if refused is not None:
            return refused
        heard = self.world.hear(request.path, request.headers, None)
        drop = self.world.faults.first_is("drop_after")
        heard.body = given = await request.json()
        self.world.moment(f"{self.name}.create")
        if (request.content_length or 0) > SIZES.get(request.path, 10_000):
            return web.json_response({"error": {"type": "request_too_large"}}, status=413)
        try:
            batch = self.made(account(request), given)
        except (RefusedBatch, KeyError, TypeError, ValueError) as error:
            told = {"type": "invalid_request_error", "message": str(error)}
            return web.json_response({"type": "error", "error": told}, status=400)
        self.world.moment(f"{self.name}.created")
        if drop:
            self.world.faults.queue.popleft()
            _drop(request)
        return web.json_response(self.shown(batch))

    async def list(self, request: web.Request) -> web.Response:
        """List the account's batches, the newest first."""
        found = self.batches.of(account(request))
        after = request.query.get("after_id") or request.query.get("after")
        names = [one.id for one in found]
        begin = names.index(after) + 1 if after in names else 0
        end = begin + int(request.query.get("limit", "20"))
        shown = [self.shown(one) for one in found[begin:end]]
        ends = {"first_id": shown[0]["id"], "last_id": shown[-1]["id"]} if shown else {}
        more = {"has_more": end < len(found), "first_id": None, "last_id": None, **ends}
        return web.json_response({"object": "list", "data": shown, **more})

    async def one(self, request: web.Request) -> web.Response:
        """Show a batch."""
        refused = _fault(self.world)
        if refused is not None:
            return refused
        self.world.moment(f"{self.name}.look")
        return web.json_response(self.shown(self._found(request)))

    async def cancel(self, request: web.Request) -> web.Response:
        """Cancel a batch."""
        batch = self._found(request)
        self.batches.cancel(batch)
        return web.json_response(self.shown(batch))

    def _found(self, request: web.Request) -> Batch:
        batch = self.batches.find(account(request), request.match_info["id"])
        if batch is None:
            raise web.HTTPNotFound
        return batch


class Anthropic(Service):
    """Message Batches."""

    name = "anthropic"

    def made(self, account: str, given: dict[str, Any]) -> Batch:
        """Return the batch that a body asks for."""
        listed = [(one["custom_id"], one["params"]) for one in given["requests"]]
        return self.batches.make(account, "/v1/messages", listed, MOST["/v1/messages/batches"])

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
        return _lines(
            self.world,
            [
                {"custom_id": one.custom_id, "result": self._result(one)}
                for one in mixed(batch.items)
            ],
        )

    @staticmethod
    def _result(item: Item) -> dict[str, Any]:
        if item.fate == "succeeded":
            return {"type": "succeeded", "message": item.reply}
        if item.fate not in WRONG:
            return {"type": item.fate}
        kind, _ = WRONG[item.fate]
        error = {"type": kind, "message": "This server was told to fail."}
        return {"type": "errored", "error": {"type": "error", "error": error}}


class OpenAI(Service):
    """Files and batches."""

    name = "openai"

    async def upload(self, request: web.Request) -> web.Response:
        """Take a file."""
        refused = _fault(self.world)
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
        if len(content) > SIZES["/v1/files"]:
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
        return _lines(self.world, lines)

    def made(self, account: str, given: dict[str, Any]) -> Batch:
        """Return the batch that a body asks for; what is wrong with its file is told later."""
        content = self.batches.files[account, given["input_file_id"]]
        lines = [json.loads(line) for line in content.splitlines() if line.strip()]
        if any(line["url"] != given["endpoint"] for line in lines):
            raise RefusedBatch("all urls of a file must be the batch's endpoint")
        listed = [(line["custom_id"], line["body"]) for line in lines]
        at_work = sum(len(one.items) for one in self.batches.of(account) if not one.ended)
        more = {"file": given["input_file_id"], "metadata": given.get("metadata") or {}}
        found = self.batches.make(account, given["endpoint"], listed, MOST["/v1/batches"], **more)
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


def account(request: web.Request) -> str:
    """Return whose request it is."""
    key = request.headers.get("authorization")
    if not key:
        raise web.HTTPUnauthorized
    return key


def _good(item: Item) -> bool:
    return item.fate == "succeeded"


def _response(status: int, body: Any) -> dict[str, Any]:
    return {"status_code": status, "request_id": "req_1", "body": body}


def _lines(world: World, found: list[dict[str, Any]]) -> web.StreamResponse:
    text = "".join(json.dumps(one) + "\n" for one in found)
    if world.faults.first_is("cut"):
        world.faults.queue.popleft()
        return Broken(text)
    return web.Response(text=text, content_type="application/x-jsonl")


class Broken(web.StreamResponse):
    """Half of a text, whose connection breaks then."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.content_length = len(text.encode())
        self._half = text.encode()[: len(text) // 2]

    async def write_eof(self, data: bytes = b"") -> None:
        """Send the half, and no more."""
        await self.write(self._half)
        assert self._req is not None
        _drop(self._req)


def _moment(at: float) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")


def _fault(world: World) -> web.Response | None:
    """Return what a request is refused with, if one waits in the queue."""
    if not world.faults.first_is("status"):
        return None
    fault = world.faults.queue.popleft()
    assert fault is not None
    told = {"type": "error", "error": {"type": fault.code, "code": fault.code, "message": "No."}}
    return web.json_response(told, status=fault.status, headers=fault.headers)


def _drop(request: web.BaseRequest) -> None:
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
