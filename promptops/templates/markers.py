"""What is structural among the strings of a render: where messages begin and end, and marks."""

from __future__ import annotations

import re
from typing import Any, Final, Self

TTL: Final = re.compile(r"[1-9][0-9]{0,4}[smhd]\Z")  # how a cache mark's lifetime is written


class Marker(str):
    """Something structural among the strings of a render; as text it is empty."""

    __slots__ = ("payload",)
    payload: Any

    def __new__(cls, payload: Any) -> Self:
        """Return a marker that carries a payload."""
        marker = super().__new__(cls, "")
        marker.payload = payload
        return marker

    # Jinja writes `str(value)` around every expression; str() hands on what __str__ returns.
    def __str__(self) -> str:
        return self


class Opening(Marker):
    """The start of a message; the payload is its role."""

    __slots__ = ()


class Closing(Marker):
    """The end of a message."""

    __slots__ = ()


class Boundary(Marker):
    """A cache mark; the payload is a ``CacheMark``."""

    __slots__ = ()


class Splice(Marker):
    """Messages that the caller hands over; the payload is a tuple of them."""

    __slots__ = ()


class Conversation(list[Any]):
    """The value of an input of type ``messages``: a list that prints as a splice."""

    __slots__ = ("splice",)

    def __init__(self, turns: list[Any], splice: Splice) -> None:
        super().__init__(turns)
        self.splice = splice

    def __str__(self) -> str:
        return self.splice
