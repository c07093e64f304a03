"""One template file: its text, its segments, its syntax tree, and what is wrong with it."""

from __future__ import annotations

from bisect import bisect_left
from functools import cached_property
from typing import TYPE_CHECKING, Final

import jinja2
from jinja2 import nodes

from promptops.model.finding import Problem
from promptops.model.text import Segment, Span
from promptops.templates import dialects
from promptops.templates.blocks import Marker, Opening, marker_of
from promptops.templates.body import MAX_TOKENS, Body, Pieces, TooMuch, as_stored, lex
from promptops.templates.environment import ForeignEnvironment, PromptEnvironment
from promptops.templates.plain import is_plain
from promptops.templates.references import REFERS
from promptops.templates.render import BROKEN, broken, sent
from promptops.templates.tree import grow, macros
from promptops.templates.tree_nodes import Reference, Walked, references, walked
from promptops.templates.variants import Part

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.config import TemplateSettings
    from promptops.model.text import Source

MAX_DEPTH: Final = 200  # of the syntax tree
_INDENTED: Final = "\n" + " " * 4 * 18


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
    def environment(self) -> PromptEnvironment:
        """Jinja, tolerant for templates of other applications."""
        maker = ForeignEnvironment if self.kind == "foreign" else PromptEnvironment
        return maker(self.settings)

    @cached_property
    def _parsed(self) -> Walked | Problem:
        if self.kind == "text":
            return walked(nodes.Template([], lineno=1))
        # A token has at least one character: shorter texts are not lexed for this.
        if len(self.sent) > MAX_TOKENS and isinstance(self._lexed, TooMuch):
            return Problem(self.body.line_span(self._lexed.line), str(self._lexed))
        try:
            found = walked(self.environment.parse(self.sent))
        except BROKEN as error:
            return self._problem(error)
        return self._problem(RecursionError()) if found.depth > MAX_DEPTH else found

    @cached_property
    def _lexed(self) -> Pieces | TooMuch | None:
        try:
            return lex(self.sent, self.environment)
        except TooMuch as error:
            return error
        except jinja2.TemplateSyntaxError:
            return None

    def _problem(self, error: Exception) -> Problem:
        line, why = broken(error)
        return Problem(self.body.line_span(line), why)

    @property
    def tree(self) -> nodes.Template | None:
        """Jinja's syntax tree, or None where the body does not parse."""
        return self._parsed.tree if isinstance(self._parsed, Walked) else None

    @cached_property
    def plain(self) -> bool:
        """Whether the tree can be walked to render it."""
        found, usual = self._parsed, self.kind in {"prompt", "partial"}
        return usual and isinstance(found, Walked) and is_plain(found)

    @property
    def error(self) -> Problem | None:
        """Why the body does not compile."""
        return None if self.plain else self._compiled[1]

    @property
    def code(self) -> str | None:
        """The Python that Jinja makes of the body, for its environment alone; None: it made none.

        Cache marks are known to the environment by numbers.
        """
        return self._compiled[0]

    @cached_property
    def _compiled(self) -> tuple[str | None, Problem | None]:
        if isinstance(self._parsed, Problem):
            return None, self._parsed
        if self.kind in {"foreign", "text"}:
            return None, None
        try:
            # Compiling folds constants in place, so it gets a tree of its own.
            code = self.environment.compile(self.sent, raw=True)
            if _INDENTED in code:
                # Python has limits of its own: 20 loops in one another, 100 blocks.
                compile(code, self.body.source.path, "exec")
        except BROKEN as error:
            return None, self._problem(error)
        return code, None

    @cached_property
    def pieces(self) -> Pieces:
        """Segments and names in body coordinates; a body that cannot be lexed is one literal."""
        whole = [Segment("literal", self.sent, Span(0, len(self.sent)))] if self.sent else []
        if self.kind == "text":
            found = Pieces(dialects.segments(self.sent, self.dialect), [])
        else:
            found = self._lexed if isinstance(self._lexed, Pieces) else Pieces(whole, [])
        if len(self.sent) < len(self.body.text):
            rest = Span(len(self.sent), len(self.body.text))
            found.segments.append(Segment("trivia", self.body.text[rest.start :], rest))
        return found

    def segments(self) -> Iterator[Segment]:
        """Yield the segments as stored; their texts spell out the body."""
        return as_stored(self.body, self.pieces.segments)

    @cached_property
    def part(self) -> Part:
        """The file as a path through a prompt needs it."""
        grown = dialects.grow if self.kind == "text" else grow
        tree = grown(self.pieces.segments)
        return Part(self.body, tree, macros(tree))

    @cached_property
    def references(self) -> list[Reference]:
        """The files that it includes, imports or extends."""
        found = self._parsed
        if not isinstance(found, Walked) or not REFERS.search(self.sent):
            return []
        return list(references(found.nodes))

    def markers(self) -> list[tuple[Marker, int]]:
        """Return the message openings and cache marks, with their body lines."""
        if not isinstance(self._parsed, Walked):
            return []
        found = ((marker_of(node, self.environment), node) for node in self._parsed.nodes)
        return [(marker, node.lineno) for marker, node in found if marker is not None]

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
