"""OpenAI's Batch API: a file of lines goes up, a batch is made of it, and files come back.

Requests are answered within a day at half the price; what fails, expires or is cancelled is not
billed. A batch bears the nonce that it was made with, so that it can be found again in the list.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from promptops.model.evaluation import ProviderError
from promptops.providers.batch import Caps, Seen, answer_in, fingerprint, line_of, results_in
from promptops.providers.batch_content import Content, as_json
from promptops.providers.openai import DIALECTS, WHO
from promptops.providers.refusals import error_in, failure, refusal

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from promptops.model.evaluation import Completion, Endpoint, Request
    from promptops.providers.batch import Ended, Handed, Line
    from promptops.providers.batch_wire import Wire

FILES, BATCHES = "/files", "/batches"
CAPS: Final = Caps(50_000, 200_000_000)
PAGE: Final = 100
NONCE: Final = "promptops_nonce"  # of a batch's metadata
_SHAPES: Final[dict[str, Endpoint]] = {
    "response": "openai.responses",
    "chat.completion": "openai.chat",
}
_ENDED: Final = {
    "completed": "completed_at",
    "expired": "expired_at",
    "cancelled": "cancelled_at",
    "failed": "failed_at",
}
_FINE: Final = 200
_QUEUE_FULL: Final = "token_limit_exceeded"


class OpenAIBatches:
    """The batches of a project; a file holds requests for one model and one endpoint."""

    def __init__(self, wire: Wire) -> None:
        self.who, self.wire = WHO, wire
        self.account = fingerprint(wire.address)
        self.caps = CAPS
        self.uploads = True

    def line(self, custom_id: str, request: Request) -> Line | None:
        """Return a request's line; a stream, or headers of its own, can only be asked live."""
        dialect = DIALECTS.get(request.endpoint)
        if dialect is None:
            return None
        sent = dialect.sent(request.body)
        if sent.streamed or sent.query or sent.headers:
            return None
        url = f"/v1{sent.path}"
        group = ("openai", url, sent.body.get("model"))
        said = {"custom_id": custom_id, "method": "POST", "url": url, "body": sent.body}
        return line_of(group, said)

    def given(self, line: Line) -> dict[str, Any]:
        """Return the keyword arguments that a line was made of."""
        body: dict[str, Any] = json.loads(line.content)["body"]
        return body

    async def upload(self, handed: Handed) -> str:
        """Hand the lines over as a file, and return its id."""
        found = await self.wire.post(FILES, _form(handed))
        return str(found["id"])

    async def submit(self, handed: Handed, file: str | None) -> Seen:
        """Make a batch of a file."""
        body = {
            "completion_window": "24h",
            "endpoint": handed.group[1],
            "input_file_id": file,
            "metadata": {NONCE: handed.nonce},
        }
        return _seen(await self.wire.post(BATCHES, as_json(body)))

    async def look(self, batch: str) -> Seen:
        """Return how far a batch has come."""
        return _seen(await self.wire.get(f"{BATCHES}/{batch}"))

    async def recent(self, since: float) -> AsyncIterator[Seen]:
        """Yield the project's batches, the newest first, down to those made before a time."""
        after: str | None = None
        while True:
            page = await self.wire.get(BATCHES, limit=PAGE, after=after)
            listed = page.get("data") or ()
            for one in listed:
                seen = _seen(one)
                if seen.made < since:
                    return
                yield seen
            if not page.get("has_more") or not listed:
                return
            after = listed[-1]["id"]

    async def results(self, seen: Seen) -> AsyncIterator[Ended]:
        """Yield what became of the requests: the file of answers, then that of errors."""
        for file in seen.files:
            async for one in results_in(self.wire.lines(f"{FILES}/{file}/content"), _ended):
                yield one


def _form(handed: Handed) -> Content:
    """Return the form with a file that the vendor's own client would post."""
    mark = f"promptops-{handed.nonce}"
    head = (
        f'--{mark}\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
        f'--{mark}\r\nContent-Disposition: form-data; name="file"; '
        f'filename="promptops-{handed.nonce}.jsonl"\r\n'
        "Content-Type: application/octet-stream\r\n\r\n"
    ).encode()
    tail = f"\r\n--{mark}--\r\n".encode()
    size = len(head) + handed.size + len(tail)
    return Content(f"multipart/form-data; boundary={mark}", (head, handed.lines, tail), size)


def _ended(line: Mapping[str, Any]) -> Completion | ProviderError:
    reply, error = line.get("response"), line.get("error")
    if reply:
        status, body = reply.get("status_code") or 500, reply.get("body") or {}
        if status != _FINE:
            content = json.dumps(body).encode()
            return refusal(WHO, status, {}, content, request_id=reply.get("request_id"))
        dialect = DIALECTS[_SHAPES.get(str(body.get("object")), "openai.chat")]
        return answer_in(dialect, body, reply.get("request_id"))
    code = (error or {}).get("code")
    if code == "batch_expired":
        return ProviderError("expired", f"{WHO}: the batch expired before this was answered")
    if code == "batch_cancelled":
        told = f"{WHO}: the batch was cancelled before this was answered"
        return ProviderError("cancelled", told)
    return failure(WHO, error_in({"error": error}), "no")


def _seen(body: Mapping[str, Any]) -> Seen:
    counts = body.get("request_counts") or {}
    status, made = body.get("status"), float(body["created_at"])
    ended = None
    if status in _ENDED:
        ended = float(body.get(_ENDED[status]) or made)
    files = [body.get(name) for name in ("output_file_id", "error_file_id")]
    return Seen(
        body["id"],
        made,
        counts.get("completed", 0) + counts.get("failed", 0),
        counts.get("total", 0),
        ended,
        (body.get("metadata") or {}).get(NONCE),
        tuple(one for one in files if one),
        _refused(body) if status == "failed" else None,
        partial=status in {"expired", "cancelled"},
    )


def _refused(body: Mapping[str, Any]) -> ProviderError:
    problems = (body.get("errors") or {}).get("data") or [{}]
    code = problems[0].get("code")
    if code == _QUEUE_FULL:
        return ProviderError("rate_limited", f"{WHO}: the queue of batches is full")
    told = f"{WHO}: the batch was refused" + (f": {code}" if isinstance(code, str) else "")
    return ProviderError("cancelled", told[:300])
