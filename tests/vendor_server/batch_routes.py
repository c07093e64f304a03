"""The paths of batches."""

from __future__ import annotations

from aiohttp import web

from tests.vendor_server.batch_anthropic import Anthropic
from tests.vendor_server.batch_openai import OpenAI
from tests.vendor_server.world import World


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
