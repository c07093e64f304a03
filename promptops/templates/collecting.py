"""The chunks of a render -> messages."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from promptops.errors import RenderError, RenderLimit
from promptops.model.prompt import Message, Part
from promptops.templates.allowance import MAX_OUTPUT
from promptops.templates.markers import Boundary, Closing, Marker, Opening, Splice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.model.prompt import CacheMark, Role


def collect(name: str, chunks: Iterable[str]) -> tuple[Message, ...]:
    """Return the messages that a render's chunks make up.

    Without a message block, all text is one user message.

    Raises:
        RenderError: Text stands outside the message blocks, or messages inside one.
        RenderLimit: The messages are longer than 16 million characters.
    """
    messages = _Messages(name)
    size = 0
    append = messages.texts.append
    for chunk in chunks:
        if type(chunk) is not str and isinstance(chunk, Marker):
            messages.mark(chunk)
            append = messages.texts.append
            size = 0
            continue
        append(chunk)
        size += len(chunk)
        if size > MAX_OUTPUT:
            raise RenderLimit(f"{name}: messages of more than {MAX_OUTPUT:,} characters")
    return messages.finish()


class _Messages:
    """Messages as they are collected from a render."""

    __slots__ = ("done", "name", "parts", "role", "structured", "texts")

    def __init__(self, name: str) -> None:
        self.name = name
        self.done: list[Message] = []
        self.parts: list[Part] = []
        self.texts: list[str] = []
        self.role: Role | None = None
        self.structured = False

    def mark(self, marker: Marker) -> None:
        if isinstance(marker, Boundary):
            self._part(marker.payload)
        elif isinstance(marker, Closing):
            if self.texts or not self.parts:
                self._part(None)
            if self.role is not None:
                self.done.append(Message(self.role, tuple(self.parts)))
            self.role, self.parts = None, []
        else:
            self._nothing_outside()
            self.structured = True
            if isinstance(marker, Opening):
                self.role = marker.payload
            elif isinstance(marker, Splice):
                self.done.extend(marker.payload)

    def finish(self) -> tuple[Message, ...]:
        if not self.structured:
            self._part(None)
            return (Message("user", tuple(self.parts)),)
        self._nothing_outside()
        return tuple(self.done)

    def _part(self, mark: CacheMark | None) -> None:
        if mark is not None and self.done and not self.parts and not any(self.texts):
            self._mark_above(mark)
            return
        self.parts.append(Part("".join(self.texts), mark))
        self.texts = []

    def _mark_above(self, mark: CacheMark) -> None:
        # At a message's start a mark stands behind the text above it: the last message's.
        *before, last = self.done[-1].parts
        if last.cache is None:
            parts = (*before, replace(last, cache=mark))
            self.done[-1] = replace(self.done[-1], parts=parts)

    def _nothing_outside(self) -> None:
        if self.role is not None:
            raise RenderError(f"{self.name}: messages stand inside a {self.role} message")
        if self.texts:
            if any(text and not text.isspace() for text in self.texts):
                raise RenderError(f"{self.name}: text stands outside the message blocks")
            self.texts = []
