"""What a simple template consists of; text is a plain string."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.model.prompt import CacheMark


class Value(NamedTuple):
    """A value that is printed, or asked for by a condition or a loop."""

    path: tuple[str, ...]


class Test(NamedTuple):
    """What a condition asks of a value: whether it is true, defined, or equal to a text."""

    value: Value
    negated: bool
    defined: bool
    other: str | None


class If(NamedTuple):
    """A condition's arms; the last one may have no test."""

    arms: list[tuple[Test | None, list[Node]]]


class For(NamedTuple):
    """A loop."""

    name: str
    many: Value
    body: list[Node]


class Include(NamedTuple):
    """A file whose text stands here."""

    name: str
    line: int


class Said(NamedTuple):
    """A message."""

    role: str
    line: int
    body: list[Node]


class Marked(NamedTuple):
    """A cache mark."""

    cache: CacheMark
    line: int


Node = str | Value | If | For | Include | Said | Marked


def walked(nodes: Sequence[Node]) -> Iterator[Node]:
    """Yield nodes and those in them, in the order of the text."""
    for node in nodes:
        yield node
        if isinstance(node, If):
            for _, body in node.arms:
                yield from walked(body)
        elif isinstance(node, For | Said):
            yield from walked(node.body)
