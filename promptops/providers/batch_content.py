"""What is sent about batches: bytes, and files that no memory has to hold."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

CHUNK: Final = 1 << 18


class Readable(Protocol):
    """A file that can be read from its beginning as often as it takes."""

    def seek(self, offset: int, /) -> int:
        """Go to a place."""

    def read(self, size: int, /) -> bytes:
        """Return so many bytes at most; none at the end."""


class Content(NamedTuple):
    """What is sent: bytes, and files from their beginning."""

    kind: str
    pieces: tuple[bytes | Readable, ...]
    size: int


def as_json(body: Mapping[str, Any]) -> Content:
    """Return a body of JSON."""
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Content("application/json", (content,), len(content))


def payload_of(content: Content) -> Any:
    """Return what aiohttp sends; ``sent`` says whether all of it was handed to the network."""
    return _pieces()(content)


@cache
def _pieces() -> type[Any]:
    from aiohttp import Payload

    class Pieces(Payload):
        """Bytes and files, read a little at a time."""

        sent = False

        def __init__(self, value: Content) -> None:
            super().__init__(value, content_type=value.kind)
            self._size = value.size

        def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
            raise NotImplementedError  # aiohttp asks for it only to follow redirects

        async def write(self, writer: Any) -> None:
            for piece in self._value.pieces:
                if isinstance(piece, bytes):
                    await writer.write(piece)
                    continue
                piece.seek(0)
                while chunk := piece.read(CHUNK):
                    await writer.write(chunk)
            self.sent = True

        async def write_with_length(self, writer: Any, content_length: int | None) -> None:
            await self.write(writer)

    return Pieces
