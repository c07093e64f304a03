"""What both vendors' batch services do alike."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from aiohttp import web

from tests.vendor_server.batches import Batch, Batches, RefusedBatch
from tests.vendor_server.world import World

DAY = 86_400.0
WRONG = {"errored": ("invalid_request_error", 400), "failed": ("api_error", 500)}
LARGEST = {"/v1/messages/batches": 256_000_000, "/v1/files": 200_000_000}


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
        refused = fault_of(self.world)
        if refused is not None:
            return refused
        heard = self.world.hear(request.path, request.headers, None)
        drops = self.world.faults.first_is("drop_after")
        heard.body = given = await request.json()
        self.world.moment(f"{self.name}.create")
        if (request.content_length or 0) > LARGEST.get(request.path, 10_000):
            return web.json_response({"error": {"type": "request_too_large"}}, status=413)
        try:
            batch = self.made(account(request), given)
        except (RefusedBatch, KeyError, TypeError, ValueError) as error:
            told = {"type": "invalid_request_error", "message": str(error)}
            return web.json_response({"type": "error", "error": told}, status=400)
        self.world.moment(f"{self.name}.created")
        if drops:
            self.world.faults.queue.popleft()
            drop(request)
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
        refused = fault_of(self.world)
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


def account(request: web.Request) -> str:
    """Return whose request it is."""
    key = request.headers.get("authorization")
    if not key:
        raise web.HTTPUnauthorized
    return key


def lines_of(world: World, found: list[dict[str, Any]]) -> web.StreamResponse:
    """Return results, a line each; they break off where the queue of faults says so."""
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
        drop(self._req)


def fault_of(world: World) -> web.Response | None:
    """Return what a request is refused with, if one waits in the queue."""
    if not world.faults.first_is("status"):
        return None
    fault = world.faults.queue.popleft()
    assert fault is not None
    told = {"type": "error", "error": {"type": fault.code, "code": fault.code, "message": "No."}}
    return web.json_response(told, status=fault.status, headers=fault.headers)


def drop(request: web.BaseRequest) -> None:
    """Break the connection."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError
