"""A model that answers after a fixed time, in a process of its own that takes little of the CPU.

    python benchmarks/evals_server.py --latency 0.05 --limited 0.1

The first line that is printed is the address. ``GET /_stats`` tells how many requests came and how
many were answered. Anthropic's Messages and OpenAI's Chat are spoken, in one reply and unstreamed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections import Counter
from hashlib import blake2b
from typing import Final

ANSWERS: Final = ("harbour", "station")
RIGHT: Final = 0.95  # of the answers, drawn by what is asked
REASONS: Final = {200: "OK", 429: "Too Many Requests", 500: "Internal Server Error"}


class Model:
    """What is told to the server, and what it remembers: how often each body came."""

    def __init__(self, latency: float, limited: float, failing: float) -> None:
        self.latency, self.limited, self.failing = latency, limited, failing
        self.seen: Counter[bytes] = Counter()
        self.answered = 0

    def reply(self, path: str, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body that answer a call; the same ones for the same calls."""
        key = blake2b(body, digest_size=8).digest()
        self.seen[key] += 1
        drawn = _drawn(key + b"%d" % self.seen[key])
        if drawn < self.limited:
            return 429, b'{"error":{"type":"rate_limit_error","message":"slow down"}}'
        if drawn < self.limited + self.failing:
            return 500, b'{"error":{"type":"api_error","message":"try again"}}'
        self.answered += 1
        right = ANSWERS[b"crate" not in body]
        other = ANSWERS[1 - ANSWERS.index(right)]
        text = right if _drawn(key + b"answer") < RIGHT else other
        return 200, _said(path, text)

    def stats(self) -> bytes:
        """Return how many requests came, how many bodies there were, and how many got answers."""
        requests, bodies = self.seen.total(), len(self.seen)
        told = {"requests": requests, "bodies": bodies, "answered": self.answered}
        return json.dumps(told).encode()


def _drawn(text: bytes) -> float:
    return int.from_bytes(blake2b(text, digest_size=7).digest()) / 2**56


def _said(path: str, text: str) -> bytes:
    if path.endswith("/messages"):
        return json.dumps(
            {"id": "m", "type": "message", "role": "assistant", "model": "m", "stop_reason":
             "end_turn", "content": [{"type": "text", "text": text}],
             "usage": {"input_tokens": 180, "output_tokens": 3}}
        ).encode()  # fmt: skip
    return json.dumps(
        {"id": "m", "object": "chat.completion", "created": 1, "model": "m",
         "choices": [{"index": 0, "finish_reason": "stop",
                      "message": {"role": "assistant", "content": text}}],
         "usage": {"prompt_tokens": 180, "completion_tokens": 3, "total_tokens": 183}}
    ).encode()  # fmt: skip


class Connection(asyncio.Protocol):
    """One connection of HTTP/1.1, kept alive; bodies have a length."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._got = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer whatever has come whole."""
        self._got += data
        while (end := self._got.find(b"\r\n\r\n")) >= 0:
            head = self._got[:end].decode("latin-1")
            length = next(
                (int(line.partition(":")[2]) for line in head.split("\r\n")
                 if line.lower().startswith("content-length:")),
                0,
            )  # fmt: skip
            if len(self._got) < end + 4 + length:
                return
            body = self._got[end + 4 : end + 4 + length]
            self._got = self._got[end + 4 + length :]
            self._answer(head.split(" ", 2)[1], body)

    def _answer(self, path: str, body: bytes) -> None:
        if path == "/_stats":
            self._write(200, self._model.stats())
            return
        status, content = self._model.reply(path, body)
        asyncio.get_running_loop().call_later(self._model.latency, self._write, status, content)

    def _write(self, status: int, content: bytes) -> None:
        if not self._transport.is_closing():
            head = f"HTTP/1.1 {status} {REASONS[status]}\r\nContent-Type: application/json\r\n"
            head += f"Content-Length: {len(content)}\r\n\r\n"
            self._transport.write(head.encode() + content)


async def serve(model: Model) -> None:
    """Serve until the process ends."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(model), "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--latency", type=float, default=0.05, help="seconds")
    parser.add_argument("--limited", type=float, default=0.0, help="share of 429 without a wait")
    parser.add_argument("--failing", type=float, default=0.0, help="share of 500")
    given = parser.parse_args()
    asyncio.run(serve(Model(given.latency, given.limited, given.failing)))
