"""A prompt file with what it includes: the one value that rules, costs and versions look at."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promptops.errors import RenderError
from promptops.model.finding import Problem
from promptops.model.text import Span
from promptops.templates.markers import Boundary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jinja2 import nodes

    from promptops.model.prompt import Message, Metadata
    from promptops.model.text import Segment, Source
    from promptops.templates import names
    from promptops.templates.inputs import Inputs
    from promptops.templates.render import Renderer
    from promptops.templates.simple_nodes import Node
    from promptops.templates.template import Template
    from promptops.templates.variants import Variant

ProblemKind = Literal["unreadable", "template", "include", "front-matter"]
_STRIPS_AFTER: Final = ("-%}", "-}}", "-#}")
_STRIPS_BEFORE: Final = ("{%-", "{{-", "{#-")
GLOBALS: Final = frozenset({"range", "dict", "cycler", "joiner", "namespace"})


class ReadProblem(NamedTuple):
    """Something that is wrong with a prompt file itself; ``path`` names the file."""

    kind: ProblemKind
    problem: Problem
    path: str


class FrontMatter(NamedTuple):
    """What a file declares; ``offsets`` gives the stored offset of each key.

    ``ours`` says that the file is of promptops' own format, where unknown names are errors.
    """

    metadata: Metadata
    ours: bool
    offsets: Mapping[tuple[str | int, ...], int]
    problems: tuple[ReadProblem, ...]


class Prompt:
    """A prompt as it is written; nothing is parsed before it is asked for."""

    def __init__(
        self,
        name: str,
        template: Template,
        matter: FrontMatter,
        parts: Mapping[str, Template],
        problems: tuple[ReadProblem, ...] = (),
    ) -> None:
        """Put together what ``loader.load`` has read."""
        self.name = name
        self.template = template
        self.parts = parts
        self.metadata = matter.metadata
        self.ours = matter.ours
        self._problems = (*matter.problems, *problems)
        self._matter = matter.offsets

    @property
    def path(self) -> str:
        """The file's path below the project's root, with ``/``."""
        return self.template.body.source.path

    @property
    def source(self) -> Source:
        """The file's text as stored."""
        return self.template.body.source

    @property
    def dialect(self) -> str:
        """What the file is read as: ``jinja``, or another of ``config.DIALECTS``."""
        return self.template.dialect if self.template.kind == "text" else "jinja"

    @cached_property
    def problems(self) -> tuple[ReadProblem, ...]:
        """What is wrong with the files themselves: reading, front matter, syntax, includes."""
        found = list(self._problems)
        found += [
            ReadProblem("template", template.error, template.body.source.path)
            for template in (self.template, *self.parts.values())
            if template.error is not None
        ]
        if self.template.parses:
            found += [ReadProblem("template", one, self.path) for one in self._misplaced()]
        return tuple(found)

    @property
    def misdeclared(self) -> bool:
        """Whether the front matter cannot be relied on."""
        return any(one.kind == "front-matter" for one in self._problems)

    @property
    def broken(self) -> bool:
        """Whether the body or a part of it does not compile or cannot be read."""
        return any(one.kind != "front-matter" for one in self.problems)

    def key_span(self, *path: str | int) -> Span:
        """Return the stored span of a front matter key, or the file's first line."""
        known = path
        while known and known not in self._matter:
            known = known[:-1]
        if not known:
            return self.source.line_span(1)
        start = self._matter[known]
        line, _ = self.source.position(start)
        return Span(start, max(self.source.line_span(line).end, start))

    def key_at(self, offset: int) -> str | int | None:
        """Return the top-level front matter key that holds a stored offset; None in the body."""
        if offset >= self.template.body.start:
            return None
        keys = {start: path[0] for path, start in self._matter.items() if len(path) == 1}
        return keys.get(max((start for start in keys if start <= offset), default=-1))

    @cached_property
    def parts_by_path(self) -> dict[str, Source]:
        """The sources of the partials by their paths below the project's root."""
        sources = (part.body.source for part in self.parts.values())
        return {source.path: source for source in sources}

    @cached_property
    def variants(self) -> list[Variant]:
        """The paths through the template, the one through the largest branches first."""
        from promptops.templates.variants import variants

        parts = {name: template.part for name, template in self.parts.items()}
        return variants(self.template.part, parts)

    @cached_property
    def uses(self) -> list[names.Use]:
        """The free names of the template and its partials."""
        from promptops.templates import names

        if self.template.tree is None:
            return []
        known = GLOBALS if self.ours else GLOBALS | {"lipsum"}
        known = known.union(self.template.settings.globals)
        return names.uses(self.template.tree, self._part_tree, known)

    def _part_tree(self, name: str) -> nodes.Template | None:
        part = self.parts.get(name)
        return part.tree if part else None

    def use_span(self, use: names.Use) -> tuple[Template, Span]:
        """Return the file in which a name is used and its stored span there."""
        template = self.parts.get(use.file, self.template) if use.file else self.template
        return template, template.name_span(use.name, use.line, use.nth)

    @cached_property
    def renderer(self) -> Renderer:
        """The compiled prompt.

        Raises:
            RenderError: A file of it cannot be read, its front matter is wrong, or it does not
                compile.
        """
        from promptops.templates.render import Renderer

        for _, problem, path in self._problems:
            source = self.parts_by_path.get(path, self.source)
            line, _ = source.position(problem.span.start)
            raise RenderError(f"{path}, line {line}: {problem.message}")
        parts = {name: part.body.text for name, part in self.parts.items()}
        text, settings = self.template.body.text, self.template.settings
        line = self.source.position(self.template.body.start)[0]
        code = self.template.jinja.code if self.template.kind == "prompt" else None
        made = None if code is None else (self.template.jinja.environment, code)
        return Renderer(self.name, text, parts, self.metadata.inputs, settings, line, made=made)

    def render(self, values: dict[str, Any]) -> tuple[Message, ...]:
        """Return the messages for some values; raises what the renderer raises.

        A renderer is worth its while for many renders; most prompts need none for a few.
        """
        if "renderer" not in self.__dict__ and not self._problems:
            found = self._rendered(values)
            if found is not None:
                return found
        return self.renderer.render(values)

    @cached_property
    def simple(self) -> tuple[Sequence[Node], Mapping[str, Sequence[Node]]] | None:
        """The body and the partials, where all of them are read without Jinja."""
        simple = {part: one.simple for part, one in self.parts.items()}
        parts = {part: nodes for part, nodes in simple.items() if nodes is not None}
        body = self.template.simple
        return None if body is None or len(parts) < len(simple) else (body, parts)

    def _rendered(self, values: dict[str, Any]) -> tuple[Message, ...] | None:
        """Return the messages of a prompt that needs no renderer, else None."""
        if self.simple is not None:
            from promptops.templates import simple_render

            return simple_render.rendered(self.name, *self.simple, self._inputs, values)
        if all(one.plain for one in (self.template, *self.parts.values())):
            from promptops.templates import walk

            inputs = self.metadata.inputs
            return walk.rendered(self.name, self.template, self.parts, inputs, values)
        return None

    @cached_property
    def _inputs(self) -> Inputs:
        """What checks the values that it is rendered on."""
        from promptops.templates.inputs import Inputs

        return Inputs(self.name, self.metadata.inputs)

    def _misplaced(self) -> list[Problem]:
        """Return text outside message blocks, and blocks and marks in partials."""
        found = []
        for part in self.parts.values():
            found += [
                Problem(
                    self.source.line_span(1),
                    f"{part.body.source.path}, line {line}: a partial holds a cache mark",
                )
                for marker, line in part.markers()
                if isinstance(marker, Boundary)
            ]
        if self.template.structured and not self.template.enclosed:
            found += self._outside()
        found += self._unfree_marks()
        return found

    def _outside(self) -> list[Problem]:
        histories = {
            name
            for name, entry in (self.metadata.inputs or {}).items()
            if entry.schema.type == "messages"
        }
        leaves = self.variants[0].leaves if self.variants else ()
        for leaf in leaves:
            if leaf.role is not None or leaf.body is not self.template.body:
                continue
            if leaf.expression is None and leaf.text.isspace():
                continue
            if leaf.expression is not None and (leaf.expression in histories or not self.ours):
                continue
            lead = len(leaf.text) - len(leaf.text.lstrip()) if leaf.expression is None else 0
            span = self.template.body.span(leaf.span.start + lead, leaf.span.end)
            return [Problem(span, "stands outside the message blocks, where nothing is sent")]
        return []

    def _unfree_marks(self) -> list[Problem]:
        """Return cache marks whose removal would change the text around them."""
        if not any(isinstance(marker, Boundary) for marker, _ in self.template.markers()):
            return []
        told = "a cache mark that takes white space with it: put it on a line of its own"
        segments = self.template.outline
        return [
            Problem(self.template.body.span(*mark.span), told)
            for before, mark, after in zip(
                [None, *segments], segments, [*segments[1:], None], strict=False
            )
            if mark.kind == "statement" and mark.text[2:].lstrip("-+ \t\n")[:5] == "cache"
            if (before and before.text.endswith(_STRIPS_AFTER))
            or (after and after.text.startswith(_STRIPS_BEFORE))
            or self._takes(mark)
        ]

    def _takes(self, mark: Segment) -> bool:
        """Return whether a mark's own tag takes white space that would be sent without it."""
        text, settings = self.template.body.text, self.template.settings
        start, end = mark.span
        ahead = text[text.rfind("\n", 0, start) + 1 : start]
        ends = text[end : end + 1] == "\n"
        if mark.text.startswith("{%-") or mark.text.endswith("-%}"):
            return True
        if ends and not ahead.strip():
            # Its line must vanish whole.
            return not settings.trim_blocks or bool(ahead and not settings.lstrip_blocks)
        if ends:
            return settings.trim_blocks
        # At the start of a line it keeps the white space before the next tag from being stripped.
        return settings.lstrip_blocks and not ahead.strip()
