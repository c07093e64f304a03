"""The blocks of a template as a tree whose leaves have exact positions.

Jinja's own syntax tree knows lines only, and joins literals; here every stretch of literal text and
every tag keeps its place, so that what is said about a rendered text points into the source.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.prompt import ROLES
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.model.text import Segment, Span

_TAG: Final = re.compile(r"\{%[-+]?\s*([A-Za-z_][A-Za-z0-9_]*)\s*(.*?)\s*[-+]?%\}\Z", re.DOTALL)
_VALUE: Final = re.compile(r"\{\{[-+]?\s*(.*?)\s*[-+]?\}\}\Z", re.DOTALL)
_QUOTED: Final = re.compile(r"""(["'])(.*?)\1""")
_ROLE: Final = re.compile(r"""\brole\s*=\s*["'](\w+)["']""")
_MACRO: Final = re.compile(r"(\w+)\s*\(")
_ASSIGNS: Final = re.compile(r"[\w.,\s]+=(?!=)")
MAX_DEPTH: Final = 100  # of blocks; Python cannot compile more
_DIVIDES: Final = frozenset({"else", "elif"})
_ALONE: Final = frozenset(
    {"include", "import", "from", "extends", "cache", "do", "break", "continue"}
)


class Literal(NamedTuple):
    """Text that is sent as it is."""

    text: str
    span: Span  # in the body


class Value(NamedTuple):
    """An expression that is printed."""

    expression: str
    span: Span


class Include(NamedTuple):
    """Another file's text; ``name`` is None where it is computed."""

    name: str | None
    span: Span


class Mark(NamedTuple):
    """A ``{% cache %}`` tag."""

    span: Span


@dataclass(slots=True)
class Block:
    """A tag with its body in arms: one, or one for each ``elif`` and ``else`` more."""

    tag: str
    argument: str
    span: Span
    arms: list[Arm] = field(default_factory=list)

    @property
    def role(self) -> str | None:
        """The role of a message block."""
        if self.tag in ROLES:
            return self.tag
        found = _ROLE.search(self.argument) if self.tag == "message" else None
        return found[1] if found else None


@dataclass(slots=True)
class Arm:
    """A body with the test that leads to it; an ``else`` has none."""

    test: str | None
    nodes: list[Node] = field(default_factory=list)


Node = Literal | Value | Include | Mark | Block


def grow(segments: list[Segment]) -> list[Node]:
    """Return the tree of a template's segments.

    It expects what Jinja has parsed, and reads anything else without complaint: a tag that is never
    closed ends with the file, an end without a beginning is passed over.
    """
    closed = {tag[1] for tag in map(_tag, segments) if tag and tag[1].startswith("end")}
    root = Arm(None)
    open_blocks: list[Block] = []
    for segment in segments:
        here = open_blocks[-1].arms[-1] if open_blocks else root
        if segment.kind == "literal":
            here.nodes.append(Literal(segment.text, segment.span))
        elif segment.kind == "expression":
            value = _VALUE.match(segment.text)
            here.nodes.append(Value(value[1] if value else segment.text, segment.span))
        elif segment.kind == "statement" and (tag := _TAG.match(segment.text)):
            _statement(tag[1], tag[2], segment.span, here, open_blocks, closed)
    return root.nodes


def _tag(segment: Segment) -> re.Match[str] | None:
    return _TAG.match(segment.text) if segment.kind == "statement" else None


def _statement(
    word: str, argument: str, span: Span, here: Arm, open_blocks: list[Block], closed: set[str]
) -> None:
    if word == "include":
        quoted = _QUOTED.match(argument)
        here.nodes.append(Include(quoted[2] if quoted else None, span))
    elif word == "cache":
        here.nodes.append(Mark(span))
    elif word in _DIVIDES:
        if open_blocks:
            open_blocks[-1].arms.append(Arm(argument if word == "elif" else None))
    elif word.startswith("end"):
        opened = next((b for b in reversed(open_blocks) if b.tag == word[3:]), None)
        while opened in open_blocks:
            open_blocks.pop()
    elif (
        f"end{word}" in closed
        and len(open_blocks) < MAX_DEPTH
        and not (word == "set" and _ASSIGNS.match(argument))
    ):
        block = Block(word, argument, span, [Arm(argument if word == "if" else None)])
        here.nodes.append(block)
        open_blocks.append(block)
    elif word not in _ALONE and word != "set":
        here.nodes.append(Block(word, argument, span, [Arm(None)]))


def macros(nodes: list[Node]) -> dict[str, Block]:
    """Return the macros that a tree defines, by name."""
    return {
        found[1]: node
        for node in walk(nodes)
        if isinstance(node, Block)
        and node.tag == "macro"
        and (found := _MACRO.match(node.argument))
    }


def called(expression: str) -> str | None:
    """Return the name that an expression begins by calling, if it does."""
    found = _MACRO.match(expression)
    return found[1] if found else None


def walk(nodes: list[Node]) -> Iterator[Node]:
    """Yield all nodes of a tree in the order of the source."""
    for node in nodes:
        yield node
        if isinstance(node, Block):
            for arm in node.arms:
                yield from walk(arm.nodes)
