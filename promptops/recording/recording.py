"""One call that is being made: a block around it, and what its answer told."""

from __future__ import annotations

import time
from contextlib import suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final, Protocol, Self

from promptops.ledger.ids import new_id
from promptops.recording.answers import taken
from promptops.recording.raw import REQUEST, RawCall, RawOutcome

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Unpack

    from promptops.recording.raw import Asked, Raw, Said, Told


class Taker(Protocol):
    """What records are handed to."""

    def put(self, raw: Raw) -> None:
        """Take one, at once, without raising."""


class Recording:
    """A call from its beginning to its answer; it is written down when the block ends.

    ``id`` is the call's: 32 hexadecimal digits, to be stored with what the call was for. ``keeps``
    says whether texts may be wanted of it.
    """

    __slots__ = ("_began", "_raw", "_taker", "_token", "id", "keeps")

    def __init__(self, taker: Taker, asked: Asked, said: Said) -> None:
        now = time.time()
        self.id = new_id(now)
        self._taker = taker
        self.keeps: bool = getattr(taker, "keeps_texts", False)
        self._raw = RawCall(self.id, now, asked, said)
        self._began = time.perf_counter()

    def sent(
        self,
        texts: tuple[str, ...],
        inputs: Any = None,
        kinds: Any = None,
        attached: tuple[Any, ...] = (),
        roles: tuple[str, ...] = (),
    ) -> None:
        """Say what the request's messages are, so that their characters are counted by part.

        ``attached`` are tools and the answer's schema, whose tokens are counted with the messages'.
        Nothing of them is kept, unless the recorder was asked to.
        """
        self._raw.texts, self._raw.attached, self._raw.roles = texts, attached, roles
        self._raw.inputs, self._raw.kinds = inputs or {}, kinds or {}

    def request(self, given: Mapping[str, Any]) -> None:
        """Take what a client is asked, where texts may be wanted; later changes do not count."""
        if self.keeps:
            known = {name: given[name] for name in (*REQUEST, "config") if name in given}
            self._raw.request = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in known.items()
            }

    def first(self) -> None:
        """Say that the first byte of a stream is here; later ones do not count."""
        if self._raw.first_byte is None:
            self._raw.first_byte = time.perf_counter() - self._began

    def response(self, answer: Any) -> Any:
        """Take what is kept of a vendor's answer, a client's object or its JSON; returns it."""
        self._raw.seconds = time.perf_counter() - self._began
        with suppress(Exception):  # an answer of no known shape tells nothing
            self._raw.usage, self._raw.served, self._raw.finish = taken(answer)
        if self.keeps:
            self._raw.answer = answer
        return answer

    def outcome(self, kind: str, **told: Unpack[Told]) -> None:
        """Say what came of the call: resolved, accepted, converted and so on.

        ``registry.outcome(kind, call=call.id)`` says the same later, or in another process.
        """
        told.setdefault("call", self.id)
        self._taker.put(outcome(kind, **told))

    def begin(self) -> None:
        """Say that the call is made now; a block does so by itself."""
        self._began = time.perf_counter()

    def end(self, error: BaseException | None = None) -> None:
        """Hand the call over to be written; a block does so by itself."""
        raw = self._raw
        if raw.seconds is None:
            raw.seconds = time.perf_counter() - self._began
        raw.error = error
        self._taker.put(raw)

    def __enter__(self) -> Self:
        """Begin; a client that records leaves its calls in here to this block."""
        self._token = current.set(self)
        self.begin()
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        """Hand the call over; an exception goes on to the caller."""
        with suppress(ValueError):  # a generator may be ended in another context
            current.reset(self._token)
        self.end(error)


def outcome(kind: str, **told: Unpack[Told]) -> RawOutcome:
    """Return an outcome as it is told; it is checked where it is written."""
    at, own = told.get("at"), told.get("id")
    return RawOutcome(
        kind,
        (now := time.time()) if at is None else at,
        told.get("call"),
        told.get("session"),
        told.get("good", True),
        told.get("value"),
        own,
        new_id(now) if at is None and own is None else None,
    )


current: Final[ContextVar[Recording | None]] = ContextVar("promptops_call", default=None)
