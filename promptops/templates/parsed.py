"""A template's text as Jinja reads it: its syntax tree, its Python, or what is wrong with it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

import jinja2
from jinja2 import nodes

from promptops.templates.blocks import marker_of
from promptops.templates.body import MAX_TOKENS, Pieces, TooMuch, lex
from promptops.templates.environment import ForeignEnvironment, PromptEnvironment
from promptops.templates.plain import is_plain
from promptops.templates.render import BROKEN, broken
from promptops.templates.tree_nodes import Walked, walked

if TYPE_CHECKING:
    from promptops.config import TemplateSettings
    from promptops.templates.markers import Marker

MAX_DEPTH: Final = 200  # of the syntax tree
_INDENTED: Final = "\n" + " " * 4 * 18


class Wrong(NamedTuple):
    """Why Jinja cannot read a template or make Python of it, and the body's line."""

    line: int
    why: str


class Parsed:
    """A template's text and what Jinja makes of it, each when it is first asked for."""

    def __init__(self, text: str, settings: TemplateSettings, kind: str) -> None:
        self.text = text
        self.settings = settings
        self.kind = kind

    @cached_property
    def environment(self) -> PromptEnvironment:
        """Jinja, tolerant for templates of other applications."""
        maker = ForeignEnvironment if self.kind == "foreign" else PromptEnvironment
        return maker(self.settings)

    @cached_property
    def lexed(self) -> Pieces | TooMuch | None:
        """The segments and names, or why the text is not read; None where it cannot be lexed."""
        try:
            return lex(self.text, self.environment)
        except TooMuch as error:
            return error
        except jinja2.TemplateSyntaxError:
            return None

    @cached_property
    def walked(self) -> Walked | Wrong:
        """The syntax tree with its nodes."""
        if self.kind == "text":
            return walked(nodes.Template([], lineno=1))
        # A token has at least one character: shorter texts are not lexed for this.
        if len(self.text) > MAX_TOKENS and isinstance(self.lexed, TooMuch):
            return Wrong(self.lexed.line, str(self.lexed))
        try:
            found = walked(self.environment.parse(self.text))
        except BROKEN as error:
            return Wrong(*broken(error))
        return Wrong(*broken(RecursionError())) if found.depth > MAX_DEPTH else found

    @property
    def tree(self) -> nodes.Template | None:
        """The syntax tree, or None where the text does not parse."""
        return self.walked.tree if isinstance(self.walked, Walked) else None

    @property
    def nodes(self) -> list[nodes.Node]:
        """The nodes of the tree in the order of the text."""
        return self.walked.nodes if isinstance(self.walked, Walked) else []

    @property
    def markers(self) -> list[tuple[Marker, int]]:
        """The message openings and cache marks, with their lines."""
        found = ((marker_of(node, self.environment), node) for node in self.nodes)
        return [(marker, node.lineno) for marker, node in found if marker is not None]

    @cached_property
    def plain(self) -> bool:
        """Whether the tree can be walked to render it."""
        usual = self.kind in {"prompt", "partial"}
        return usual and isinstance(self.walked, Walked) and is_plain(self.walked)

    @property
    def wrong(self) -> Wrong | None:
        """Why the text does not compile."""
        return None if self.plain else self._compiled[1]

    @property
    def code(self) -> str | None:
        """The Python that Jinja makes of the text, for its environment alone; None: it made none.

        Cache marks are known to the environment by numbers.
        """
        return self._compiled[0]

    @cached_property
    def _compiled(self) -> tuple[str | None, Wrong | None]:
        if isinstance(self.walked, Wrong):
            return None, self.walked
        if self.kind in {"foreign", "text"}:
            return None, None
        try:
            # Compiling folds constants in place, so it gets a tree of its own.
            code = self.environment.compile(self.text, raw=True)
            if _INDENTED in code:
                # Python has limits of its own: 20 loops in one another, 100 blocks.
                compile(code, "<template>", "exec")
        except BROKEN as error:
            return None, Wrong(*broken(error))
        return code, None
