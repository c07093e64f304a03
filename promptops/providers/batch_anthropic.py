"""Anthropic's Message Batches: one body makes a batch, and its results are one stream of lines.

Requests are answered within a day at half the price; what fails, expires or is cancelled is not
billed. There is nothing to tell a batch by but the ``custom_id`` of its results.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from promptops.model.evaluation import ProviderError
from promptops.model.values import dataclass
from promptops.providers.anthropic import DIALECTS, WHO
from promptops.providers.batch import Caps, Seen, answer_in, fingerprint, line_of, results_in
from promptops.providers.batch_content import Content
from promptops.providers.refusals import error_in, failure

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from promptops.model.evaluation import Completion, Request
    from promptops.providers.batch import Ended, Handed, Line
    from promptops.providers.batch_wire import Wire

PATH: Final = "/v1/messages/batches"
CAPS: Final = Caps(100_000, 256_000_000)
PAGE: Final = 100
_HEAD, _TAIL = b'{"requests":[', b"]}"
_DIALECT: Final = DIALECTS["anthropic.messages"]


class AnthropicBatches:
    """The batches of a workspace."""

    def __init__(self, wire: Wire) -> None:
        self.who, self.wire = WHO, wire
        self.account = fingerprint(wire.address)
        self.caps = CAPS
        self.uploads = False

    def line(self, custom_id: str, request: Request) -> Line | None:
        """Return a request's line; a stream, and a query of its own, can only be asked live."""
        sent = _DIALECT.sent(request.body)
        if sent.streamed or sent.query or not sent.body.get("max_tokens"):
            return None
        group = ("anthropic", tuple(sorted(sent.headers.items())))
        return line_of(group, {"custom_id": custom_id, "params": sent.body})

    def given(self, line: Line) -> dict[str, Any]:
        """Return the keyword arguments that a line was made of."""
        body: dict[str, Any] = json.loads(line.content)["params"]
        return {**body, "extra_headers": dict(line.group[1])}

    async def upload(self, handed: Handed) -> str:
        """Anthropic's batches are made of one body: there is nothing to hand over before."""
        raise NotImplementedError

    async def submit(self, handed: Handed, file: str | None) -> Seen:
        """Make the batch."""
        size = len(_HEAD) + handed.size - 1 + len(_TAIL)
        content = Content("application/json", (_HEAD, Listed(handed), _TAIL), size)
        return _seen(await self.wire.post(PATH, content, dict(handed.group[1])))

    async def look(self, batch: str) -> Seen:
        """Return how far a batch has come."""
        return _seen(await self.wire.get(f"{PATH}/{batch}"))

    async def recent(self, since: float) -> AsyncIterator[Seen]:
        """Yield the workspace's batches, the newest first, down to those made before a time."""
        after: str | None = None
        while True:
            page = await self.wire.get(PATH, limit=PAGE, after_id=after)
            for one in page.get("data") or ():
                seen = _seen(one)
                if seen.made < since:
                    return
                yield seen
            after = page.get("last_id")
            if not page.get("has_more") or after is None:
                return

    async def results(self, seen: Seen) -> AsyncIterator[Ended]:
        """Yield what became of the requests."""
        async for one in results_in(self.wire.lines(f"{PATH}/{seen.id}/results"), _ended):
            yield one


@dataclass(slots=True)
class Listed:
    """Lines of a file, read as the members of a list: line feeds are commas, but for the last."""

    handed: Handed
    left: int = 0

    def seek(self, offset: int, /) -> int:
        """Go to a place."""
        self.left = self.handed.size - 1 - offset
        return self.handed.lines.seek(offset)

    def read(self, size: int, /) -> bytes:
        """Return so many bytes at most; JSON in one line holds no line feed of its own."""
        chunk = self.handed.lines.read(min(size, self.left))
        self.left -= len(chunk)
        return chunk.replace(b"\n", b",")


def _ended(line: Mapping[str, Any]) -> Completion | ProviderError:
    result = line["result"]
    kind = result["type"]
    if kind == "succeeded":
        return answer_in(_DIALECT, result["message"], None)
    if kind == "errored":
        return failure(WHO, error_in(result.get("error")), "no")
    if kind == "expired":
        return ProviderError("expired", f"{WHO}: the batch expired before this was answered")
    return ProviderError("cancelled", f"{WHO}: the batch was cancelled before this was answered")


def _seen(body: Mapping[str, Any]) -> Seen:
    counts = {name: n for name, n in (body.get("request_counts") or {}).items() if n}
    total = sum(counts.values())
    ended = _moment(body.get("ended_at")) if body.get("processing_status") == "ended" else None
    gone = None
    if body.get("archived_at"):
        told = f"{WHO}: the results of batch {body['id']} are no longer kept"
        gone = ProviderError("dropped", told, billed="unknown")
    return Seen(
        body["id"], _moment(body["created_at"]) or 0.0, total - counts.get("processing", 0), total,
        ended, refused=gone,
    )  # fmt: skip


def _moment(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None
