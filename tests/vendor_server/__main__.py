"""``python -m tests.vendor_server``: the server as a process of its own."""

from __future__ import annotations

import argparse
import asyncio

from aiohttp import web

from tests.vendor_server.answers import default, echo, hashed
from tests.vendor_server.faults import rate_limited, server_error
from tests.vendor_server.serving import application
from tests.vendor_server.world import World


def main() -> None:
    """Serve until the process ends; the first line that is printed is the address."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds to the first byte")
    parser.add_argument("--answers", default="default", help="default, echo or hashed:a,b,c")
    parser.add_argument("--limited", type=float, default=0.0, help="share of 429 without a wait")
    parser.add_argument("--failing", type=float, default=0.0, help="share of 500")
    parser.add_argument("--batch", type=float, default=60.0, help="seconds that a batch takes")
    given = parser.parse_args()
    kind, _, values = given.answers.partition(":")
    answers = {"default": default, "echo": echo, "hashed": hashed(values.split(","))}
    world = World(answer=answers[kind], latency=given.latency, batch_seconds=given.batch)
    world.faults.shares = [(given.limited, rate_limited()), (given.failing, server_error())]
    asyncio.run(_serve(world, given.port))


async def _serve(world: World, port: int) -> None:
    runner = web.AppRunner(application(world), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024).start()
    print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201 - what it is for
    await asyncio.Event().wait()


main()
