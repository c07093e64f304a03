"""An answer that comes in pieces: what its events tell of usage, model and end, put together."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Self

from promptops.recording.answers import taken
from promptops.recording.texts import piece

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from promptops.recording.recording import Recording


class Told:
    """The fields of an answer, as far as its events have told them; usable as an answer itself."""

    def __init__(self) -> None:
        self.usage: Any = None
        self.model: Any = None
        self.stop_reason: Any = None
        self.text: str | None = None  # where texts are kept

    def event(self, event: Any) -> None:
        """Take what an event tells; the last word on each field counts."""
        # Anthropic's first event holds a message, OpenAI's last one a response.
        for one in (_at(event, "message"), _at(event, "response"), event):
            if one is None or isinstance(one, str):
                continue
            found = taken(one)
            if found.usage is not None:
                self.usage = _both(self.usage, found.usage)
            if isinstance(found.served, str):
                self.model = found.served
            self.stop_reason = found.finish or self.stop_reason
        reason = _at(_at(event, "delta"), "stop_reason")
        self.stop_reason = reason or self.stop_reason


class Stream:
    """A stream whose call is told when it ends; in all else it is the one that it holds.

    With ``ends`` the call is handed over then, too: it is in no block that would.
    """

    def __init__(self, stream: Any, call: Recording, *, ends: bool) -> None:
        self._stream, self._call, self._ends, self._told = stream, call, ends, Told()
        self._pieces: list[str] = []
        self._events: Iterator[Any] | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def __iter__(self) -> Iterator[Any]:
        """Return the events, as they come."""
        if self._events is None:
            self._events = self._each()
        return self._events

    def __next__(self) -> Any:
        """Return the next event."""
        return next(iter(self))

    def _each(self) -> Iterator[Any]:
        with self._call_ends():
            for event in self._stream:
                self._seen(event)
                yield event

    async def __aiter__(self) -> AsyncIterator[Any]:
        """Yield the events, as they come."""
        with self._call_ends():
            async for event in self._stream:
                self._seen(event)
                yield event

    @contextmanager
    def _call_ends(self) -> Iterator[None]:
        error: BaseException | None = None
        try:
            yield
        except GeneratorExit:  # the reader has had enough, and pays for what was sent
            raise
        except BaseException as raised:
            error = raised
            raise
        finally:
            self._told.text = "".join(self._pieces) or None
            self._call.response(self._told)
            if self._ends:
                self._call.end(error)

    def __enter__(self) -> Self:
        """Open the stream."""
        self._stream.__enter__()
        return self

    def __exit__(self, *error: object) -> Any:
        """Close it."""
        return self._stream.__exit__(*error)

    async def __aenter__(self) -> Self:
        """Open the stream."""
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *error: object) -> Any:
        """Close it."""
        return await self._stream.__aexit__(*error)

    def _seen(self, event: Any) -> None:
        self._call.first()
        with suppress(Exception):  # an event of no known shape tells nothing
            self._told.event(event)
            if self._call.keeps:
                self._pieces.append(piece(event))


def _both(before: Any, after: Any) -> Any:
    """Return counts of two events: Anthropic's last one tells the output alone."""
    told = {**_plain(before), **{key: n for key, n in _plain(after).items() if n is not None}}
    return told or after


def _plain(usage: Any) -> dict[str, Any]:
    if usage is None:
        return {}
    if isinstance(usage, Mapping):
        return dict(usage)
    dump = getattr(usage, "model_dump", None)
    return dict(dump()) if callable(dump) else {}


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
