"""What a vendor's batch service is asked: many calls handed over at once, answered within a day.

Nothing here tries anything again. A ``ProviderError`` of a submission says in ``billed`` whether
the batch may have been made all the same: then its vendor's list has to be asked.
"""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping
    from typing import BinaryIO

    from promptops.model.evaluation import Request
    from promptops.providers.vendor import Address, Dialect

_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
CUSTOM_ID: Final = 40  # hex digits of a request's hash


class Caps(NamedTuple):
    """What one batch may hold at most; the size is that of its file or body in bytes."""

    requests: int
    size: int


class Line(NamedTuple):
    """A request as a batch holds it, with a line feed; those of one ``group`` may share a batch."""

    group: tuple[Any, ...]
    content: bytes


@dataclass(frozen=True, slots=True)
class Handed:
    """A batch before it is sent: its lines, each ended by a line feed, and what they share."""

    nonce: str
    group: tuple[Any, ...]
    lines: BinaryIO
    size: int


class Seen(NamedTuple):
    """A batch as its vendor shows it; ``ended`` is the vendor's time, None while it is at work.

    ``refused`` is why there are no results at all; ``files`` hold them where these are files of
    their own. ``partial``: it ended before it was done, and who has no result is not billed.
    """

    id: str
    made: float
    done: int
    requests: int
    ended: float | None = None
    nonce: str | None = None
    files: tuple[str, ...] = ()
    refused: ProviderError | None = None
    partial: bool = False


Ended = tuple[str, Completion | ProviderError]  # by custom_id


class BatchService(Protocol):
    """A vendor's batches; ``account`` tells accounts apart and is no key."""

    who: str
    account: str
    caps: Caps
    uploads: bool  # lines are handed over before the batch is made, which bears its nonce then

    def line(self, custom_id: str, request: Request) -> Line | None:
        """Return a request's line; None where it can only be asked live."""

    def given(self, line: Line) -> dict[str, Any]:
        """Return the keyword arguments that a line was made of."""

    async def upload(self, handed: Handed) -> str:
        """Hand the lines over, and return what they are called there."""

    async def submit(self, handed: Handed, file: str | None) -> Seen:
        """Make the batch."""

    async def look(self, batch: str) -> Seen:
        """Return how far a batch has come."""

    def recent(self, since: float) -> AsyncIterator[Seen]:
        """Yield the account's batches, the newest first, down to those made before a time."""

    def results(self, seen: Seen) -> AsyncIterator[Ended]:
        """Yield what became of the requests of a batch that has ended, in any order."""


def custom_id(request_hash: str, attempt: int) -> str:
    """Return what a request is called in its batch."""
    return f"{request_hash[:CUSTOM_ID]}-a{attempt}"


def line_of(group: tuple[Any, ...], said: Mapping[str, Any]) -> Line | None:
    """Return a line; None of what is no JSON: asked live, that is told as it is."""
    try:
        written = _JSON.encode(said).encode()
    except (ValueError, TypeError):
        return None
    return Line(group, written + b"\n")


def fingerprint(address: Address) -> str:
    """Return what tells accounts apart, from which no key can be had."""
    said = "\0".join((address.base, *address.secrets))
    return sha256(said.encode()).hexdigest()[:16]


def answer_in(dialect: Dialect, body: Mapping[str, Any], request_id: str | None) -> Completion:
    """Return the answer that a line of results holds; nobody knows how long it took.

    Raises:
        ProviderError: It is an error, or cannot be read.
    """
    from dataclasses import replace

    from promptops.providers.vendor import UNREADABLE, usage_of

    usage = usage_of(body, dialect.usage)
    try:
        read = dialect.read(body, {"usage": usage, "request_id": request_id})
        return replace(read, tier="batch")
    except UNREADABLE as error:
        said = f"the result cannot be read ({type(error).__name__})"
        raise ProviderError("malformed", said, billed="unknown", usage=usage) from None


async def results_in(
    lines: AsyncIterator[bytes], read: Callable[[dict[str, Any]], Completion | ProviderError]
) -> AsyncIterator[Ended]:
    """Yield the results that lines hold; a line that cannot be read is none."""
    from promptops.providers.vendor import UNREADABLE

    async for line in lines:
        try:
            found = json.loads(line)
            name = str(found["custom_id"])
        except UNREADABLE:
            continue
        try:
            yield name, read(found)
        except ProviderError as error:
            yield name, error
        except UNREADABLE:
            told = "the result cannot be read"
            yield name, ProviderError("malformed", told, billed="unknown")
