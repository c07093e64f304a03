"""Simple templates, read without Jinja.

Most prompts are text, values by name, conditions, loops, includes, messages and cache marks. They
are read here in a tenth of the time that Jinja's parser takes, and without its import. What is only
a little unusual is left to Jinja, and what is read is rendered (``simple_render``) to what Jinja
makes of it, by a law.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.prompt import ROLES, CacheMark
from promptops.model.text import Segment, Span
from promptops.templates.markers import TTL
from promptops.templates.simple_nodes import For, If, Include, Marked, Said, Test, Value
from promptops.templates.simple_tags import (
    BLOCK,
    COMMENT,
    KINDS,
    LOOP,
    MAX_DEPTH,
    MOST,
    OPENS,
    RESERVED,
    SPACE,
    VALUE,
)

if TYPE_CHECKING:
    import re

    from promptops.config import WhiteSpace
    from promptops.model.text import SegmentKind
    from promptops.templates.simple_nodes import Node


class NotSimple(Exception):
    """Only Jinja can read it, or say what is wrong with it."""


def parse(text: str, space: WhiteSpace) -> list[Node] | None:
    """Return the nodes of a template as Jinja is given it; None where only Jinja can read it."""
    if len(text) > MOST:
        return None
    try:
        return _Reader(text, space).read()
    except NotSimple:
        return None


def outline(text: str, space: WhiteSpace) -> list[Segment]:
    """Return the segments of a simple template, but for white space that tags take."""
    reader = _Reader(text, space)
    reader.read()
    return [Segment(kind, text[slice(*span)], span) for kind, span in reader.seen]


class _Open(NamedTuple):
    """A block that has not ended, and the nodes that it is one of."""

    word: str
    node: Node
    outer: list[Node]


class _Reader:
    """Reads a template from its start to its end."""

    def __init__(self, text: str, space: WhiteSpace) -> None:
        self.text = text
        self.space = space
        self.here = 0
        self.starts = True  # whether a line starts here
        self.nodes: list[Node] = []
        self.open: list[_Open] = []
        self.seen: list[tuple[SegmentKind, Span]] = []

    def read(self) -> list[Node]:
        while (opens := OPENS.search(self.text, self.here)) is not None:
            pattern, take = _TAGS[opens[0]]
            tag = pattern.match(self.text, opens.start())
            if tag is None:
                raise NotSimple
            is_value = pattern is VALUE
            self._data(opens.start(), tag[1], is_value)
            self.seen.append((KINDS[opens[0]], Span(*tag.span())))
            self._follow(tag.end(), tag[pattern.groups], is_value)
            take(self, tag)
        if self.open:
            raise NotSimple
        self._text(self.text[self.here :])
        return self.nodes

    def _data(self, end: int, sign: str, is_value: bool) -> None:
        """Add the text in front of a tag, without the white space that the tag takes."""
        text = self.text[self.here : end]
        if sign == "-":
            text = text.rstrip()
        elif not sign and self.space.lstrip_blocks and not is_value:
            line = text.rfind("\n") + 1
            if (line or self.starts) and text[line:].isspace():
                text = text[:line]
        self._text(text)

    def _text(self, text: str) -> None:
        if text:
            self.nodes.append(text)
            self.seen.append(("literal", Span(self.here, self.here + len(text))))

    def _follow(self, end: int, sign: str, is_value: bool) -> None:
        """Go on behind a tag and the white space that it takes."""
        if sign == "-":
            space = SPACE.match(self.text, end)
            end = space.end() if space else end
        elif not sign and self.space.trim_blocks and not is_value:
            end += self.text.startswith("\n", end)
        self.here, self.starts = end, self.text[end - 1] == "\n"

    def comment(self, _: re.Match[str]) -> None:
        pass

    def value(self, tag: re.Match[str]) -> None:
        self.nodes.append(self._value(tag[2]))

    def block(self, tag: re.Match[str]) -> None:
        if tag["test"]:
            self._condition(tag)
        elif tag["each"]:
            if tag["each"] in RESERVED or tag["each"] == "loop":
                raise NotSimple
            loop = For(tag["each"], self._value(tag["many"]), [])
            self._begin("for", loop, loop.body)
        elif tag["file"]:
            self.nodes.append(Include(tag["file"][1:-1], self._line(tag.start("include"))))
        elif tag["role"]:
            self._message("message", tag["role"][1:-1], tag.start("message"))
        elif tag["cache"]:
            self._mark(tag)
        elif tag["word"] in ROLES:
            self._message(tag["word"], tag["word"], tag.start("word"))
        elif tag["word"] == "else":
            self._arm(None)
        else:
            self._end(tag["word"])

    def _value(self, path: str) -> Value:
        names = tuple(path.split("."))
        looped = any(one.word == "for" for one in self.open) and names[1:] and names[1] in LOOP
        if names[0] in RESERVED or (names[0] == "loop" and not (looped and len(names) == 2)):  # noqa: PLR2004
            raise NotSimple
        return Value(names)

    def _condition(self, tag: re.Match[str]) -> None:
        negated = bool(tag["no"]) != (bool(tag["un"]) or tag["op"] == "!=")
        other = tag["other"][1:-1] if tag["other"] else None
        test = Test(self._value(tag["asked"]), negated, bool(tag["defined"]), other)
        if tag["test"] == "elif":
            self._arm(test)
            return
        condition = If([(test, [])])
        self._begin("if", condition, condition.arms[0][1])

    def _arm(self, test: Test | None) -> None:
        node = self.open[-1].node if self.open else None
        if not isinstance(node, If) or node.arms[-1][0] is None:
            raise NotSimple
        self.nodes = []
        node.arms.append((test, self.nodes))

    def _message(self, word: str, role: str, start: int) -> None:
        if role not in ROLES or any(isinstance(one.node, Said) for one in self.open):
            raise NotSimple
        said = Said(role, self._line(start), [])
        self._begin(word, said, said.body)

    def _mark(self, tag: re.Match[str]) -> None:
        ttl, name = tag["ttl"], tag["mark"] or tag["only"]
        if not self.open or not all(isinstance(one.node, Said) for one in self.open):
            raise NotSimple
        if ttl and not TTL.match(ttl[1:-1]):
            raise NotSimple
        cache = CacheMark(ttl and ttl[1:-1], name and name[1:-1])
        self.nodes.append(Marked(cache, self._line(tag.start("cache"))))

    def _begin(self, word: str, node: Node, body: list[Node]) -> None:
        if len(self.open) == MAX_DEPTH:
            raise NotSimple
        self.nodes.append(node)
        self.open.append(_Open(word, node, self.nodes))
        self.nodes = body

    def _end(self, word: str) -> None:
        if not self.open or word != f"end{self.open[-1].word}":
            raise NotSimple
        self.nodes = self.open.pop().outer

    def _line(self, offset: int) -> int:
        return self.text.count("\n", 0, offset) + 1


_TAGS: Final = {
    "{{": (VALUE, _Reader.value),
    "{%": (BLOCK, _Reader.block),
    "{#": (COMMENT, _Reader.comment),
}
