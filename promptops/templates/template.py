"""One template file: its text, its segments, its syntax tree, and what is wrong with it."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING

from promptops.model.finding import Problem
from promptops.model.text import Segment, Span
from promptops.templates.body import Body, Pieces, as_stored, sent
from promptops.templates.markers import Boundary, Marker, Opening
from promptops.templates.references import REFERS, Reference
from promptops.templates.simple import outline, parse
from promptops.templates.simple_nodes import Include, Marked, Said, walked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import nodes

    from promptops.config import TemplateSettings
    from promptops.model.text import Source
    from promptops.templates.parsed import Parsed
    from promptops.templates.simple_nodes import Node
    from promptops.templates.variants import Part


class Template:
    """A template file; everything is read from its text when it is first asked for."""

    def __init__(
        self,
        source: Source,
        start: int,
        settings: TemplateSettings,
        kind: str = "prompt",
        dialect: str = "jinja",
    ) -> None:
        """Take a file's text from an offset on; ``kind`` is prompt, partial, foreign or text.

        ``dialect`` is one of ``config.DIALECTS``; of a text, it says what is a value in it.
        """
        self.kind = kind
        self.dialect = dialect
        self.settings = settings
        self.body = Body(source, start)

    @cached_property
    def sent(self) -> str:
        """The body as Jinja is given it."""
        return self.body.text if self.kind == "partial" else sent(self.body.text, self.settings)

    @cached_property
    def simple(self) -> list[Node] | None:
        """The body, where it is simple enough to be read without Jinja."""
        return parse(self.sent, self.settings) if self.kind in {"prompt", "partial"} else None

    @cached_property
    def jinja(self) -> Parsed:
        """The body as Jinja reads it."""
        from promptops.templates.parsed import Parsed

        return Parsed(self.sent, self.settings, self.kind)

    @property
    def tree(self) -> nodes.Template | None:
        """Jinja's syntax tree, or None where the body does not parse."""
        return self.jinja.tree

    @property
    def parses(self) -> bool:
        """Whether the body has a syntax tree."""
        return self.simple is not None or self.tree is not None

    @property
    def plain(self) -> bool:
        """Whether the tree can be walked to render it."""
        return self.jinja.plain

    @property
    def error(self) -> Problem | None:
        """Why the body does not compile."""
        wrong = None if self.simple is not None else self.jinja.wrong
        return None if wrong is None else Problem(self.body.line_span(wrong.line), wrong.why)

    @cached_property
    def pieces(self) -> Pieces:
        """Segments and names in body coordinates; a body that cannot be lexed is one literal."""
        whole = [Segment("literal", self.sent, Span(0, len(self.sent)))] if self.sent else []
        if self.kind == "text":
            from promptops.templates import dialects

            found = Pieces(dialects.segments(self.sent, self.dialect), [])
        else:
            lexed = self.jinja.lexed
            found = lexed if isinstance(lexed, Pieces) else Pieces(whole, [])
        if len(self.sent) < len(self.body.text):
            rest = Span(len(self.sent), len(self.body.text))
            found.segments.append(Segment("trivia", self.body.text[rest.start :], rest))
        return found

    @cached_property
    def outline(self) -> list[Segment]:
        """The segments in body coordinates, but for white space that tags take."""
        if self.simple is not None:
            return outline(self.sent, self.settings)
        return [one for one in self.pieces.segments if one.kind != "trivia"]

    def segments(self) -> Iterator[Segment]:
        """Yield the segments as stored; their texts spell out the body."""
        return as_stored(self.body, self.pieces.segments)

    @cached_property
    def part(self) -> Part:
        """The file as a path through a prompt needs it."""
        from promptops.templates import dialects
        from promptops.templates.tree import grow, macros
        from promptops.templates.variants import Part

        grown = dialects.grow if self.kind == "text" else grow
        tree = grown(self.pieces.segments)
        return Part(self.body, tree, macros(tree))

    @cached_property
    def references(self) -> list[Reference]:
        """The files that it includes, imports or extends."""
        if not REFERS.search(self.sent):
            return []
        if self.simple is not None:
            found = (node for node in walked(self.simple) if isinstance(node, Include))
            return [Reference(node.name, node.line, optional=False) for node in found]
        from promptops.templates.tree_nodes import references

        return list(references(self.jinja.nodes))

    def markers(self) -> list[tuple[Marker, int]]:
        """Return the message openings and cache marks, with their body lines."""
        return self._markers

    @cached_property
    def _markers(self) -> list[tuple[Marker, int]]:
        if self.simple is None:
            return self.jinja.markers
        return [
            (Opening(node.role) if isinstance(node, Said) else Boundary(node.cache), node.line)
            for node in walked(self.simple)
            if isinstance(node, Said | Marked)
        ]

    @property
    def enclosed(self) -> bool:
        """Whether nothing stands outside message blocks, as a glance can tell.

        Where it cannot, the paths through the template tell.
        """
        if self.simple is not None:
            texts = (one for one in self.simple if not isinstance(one, Said))
            return all(isinstance(one, str) and one.isspace() for one in texts)
        from promptops.templates.tree_nodes import all_inside

        return self.tree is None or all_inside(self.tree)

    @property
    def structured(self) -> bool:
        """Whether it has message blocks."""
        return any(isinstance(marker, Opening) for marker, _ in self.markers())

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for token in self.pieces.names:
            if not token.dotted:
                places.setdefault(token.name, []).append(token.offset)
        return places

    def name_span(self, name: str, line: int, nth: int = 0) -> Span:
        """Return the nth place of a name in the tags of a body line, or else that line."""
        places = self._places.get(name, [])
        first = bisect_left(places, line, key=self.body.line_of)
        if first == len(places):
            return self.body.line_span(line)
        start = places[min(first + nth, len(places) - 1)]
        return self.body.span(start, start + len(name))
