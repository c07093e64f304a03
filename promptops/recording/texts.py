"""Texts of calls, kept where that is asked for: of which calls, and what is taken out first."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any, Final

from promptops.config.ledger import NAMED
from promptops.errors import ConfigError, PluginError
from promptops.ledger.keeping import without_keys
from promptops.model.calls import Text
from promptops.recording.answers import finish_of
from promptops.recording.raw import REQUEST, RawCall

Which = str | float | Decimal  # none, errors, all, or a share of calls from 0 to 1
LONGEST_ERROR: Final = 500  # characters
_WELL: Final = (None, "stop", "tool_calls")
_ROLES: Final = {"instructions": "system", "input": "user", "contents": "user", "messages": "user"}
_TEXTS: Final = ("text", "output_text", "content", "parts", "output", "message")
_ANSWERS: Final = ("content", "output", "choices", "candidates")
_DEEPEST: Final = 12


class Unredacted(Exception):
    """A text could not be redacted; the message names the kind of what went wrong, and no text."""


@dataclass(frozen=True, slots=True)
class Texts:
    """Of which calls texts are kept: of none, of errors, of all, or of a share of them.

    ``errors`` are calls that failed and answers that were cut, refused or filtered. ``redact``
    takes each text and returns the one to keep. What looks like a vendor's key is taken out anyway.
    """

    which: Which = "none"
    redact: Callable[[str], str] | None = None

    def __post_init__(self) -> None:
        """Check which; raises ConfigError."""
        known = self.which in NAMED if isinstance(self.which, str) else 0 <= self.which <= 1
        if not known:
            names = ", ".join(NAMED)
            raise ConfigError(f"texts: one of {names}, or a share from 0 to 1, not {self.which!r}")

    @property
    def wanted(self) -> bool:
        """Whether texts of any call are kept."""
        return self.which not in ("none", 0)

    def of(self, call: RawCall) -> Iterator[tuple[int, str, str]]:
        """Yield position, role and text of what is to be kept of a call, not redacted yet."""
        if self.wanted and self._picked(call):
            yield from ((at, *one) for at, one in enumerate(_all(call)) if one[1])

    def kept(self, call: RawCall, position: int, role: str, text: str) -> Text:
        """Return a text as it is kept.

        Raises:
            Unredacted: It cannot be redacted.
        """
        if self.redact is not None:
            try:
                text = self.redact(text)
            except PluginError as error:
                raise Unredacted(str(error)) from None
            except BaseException as error:  # noqa: BLE001 - whatever it is, the text is not kept
                raise Unredacted(type(error).__name__) from None
            if not isinstance(text, str):
                raise Unredacted(f"{type(text).__name__} in place of a text")
        return Text(call.call_id, position, role, call.at, without_keys(text))

    def _picked(self, call: RawCall) -> bool:
        if self.which == "all":
            return True
        if self.which == "errors":
            return call.error is not None or finish_of(call.finish) not in _WELL
        # The same in every process: what is picked hangs on the call's id alone.
        number = int.from_bytes(sha256(call.call_id.encode()).digest()[:8])
        return number < float(self.which) * 2**64


def _all(call: RawCall) -> Iterator[tuple[str, str]]:
    if call.request is None:
        roles = call.roles or ("request",) * len(call.texts)
        yield from zip(roles, call.texts, strict=False)
    else:
        yield from _messages(_at(call.request.get("config"), "system_instruction"), "system")
        for name in REQUEST:
            yield from _messages(call.request.get(name), _ROLES.get(name, name))
    with suppress(Exception):  # an answer of no known shape tells nothing
        if text := answer_text(call.answer):
            yield "answer", text
    if call.error is not None:
        yield "error", f"{type(call.error).__name__}: {call.error}"[:LONGEST_ERROR]


def _messages(value: Any, role: str) -> Iterator[tuple[str, str]]:
    """Yield the messages of a part of a request with their roles."""
    if not isinstance(value, list | tuple):
        if value is not None:
            yield role, text_of(value)
        return
    for one in value:
        own = _at(one, "role")
        yield (own if isinstance(own, str) else role), text_of(one)


def answer_text(answer: Any) -> str:
    """Return the text of an answer: an object of a vendor's client, or its JSON."""
    if isinstance(answer, str):
        return answer
    if found := next((at for name in _ANSWERS if (at := _at(answer, name))), None):
        return text_of(found)
    said = _at(answer, "text")
    return said if isinstance(said, str) else ""


def piece(event: Any) -> str:
    """Return the text that an event of a stream adds to its answer."""
    delta = _at(event, "delta")
    if isinstance(delta, str):
        return delta if str(_at(event, "type")).endswith("output_text.delta") else ""
    if isinstance(said := _at(delta, "text"), str):
        return said
    if choices := _at(event, "choices"):
        return text_of(_at(_at(choices[0], "delta"), "content"))
    return text_of(_at(event, "candidates"))


def text_of(value: Any, deep: int = _DEEPEST) -> str:
    """Return the texts in a message or a content, one below the other."""
    if isinstance(value, str):
        return value
    if value is None or not deep:
        return ""
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        return "\n".join(filter(None, (text_of(one, deep - 1) for one in value)))
    found = next((at for name in _TEXTS if (at := _at(value, name))), None)
    return text_of(found, deep - 1)


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
