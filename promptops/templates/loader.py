"""Files -> prompts: decoding, front matter, partials; what is wrong becomes a problem."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from promptops.errors import PromptopsError
from promptops.model.finding import Edit, Fix, Problem
from promptops.model.prompt import Metadata
from promptops.model.text import Source, Span
from promptops.templates import frontmatter, metadata
from promptops.templates.decoding import (
    JINJA_SUFFIXES,
    TEMPLATE_SUFFIXES,
    TEXT_SUFFIXES,
    Decoded,
    decode,
    is_head,
    prompt_name,
)
from promptops.templates.prompt import FrontMatter, Prompt, ReadProblem
from promptops.templates.template import Template

if TYPE_CHECKING:
    from promptops.config import Config
    from promptops.shape import Wrong
    from promptops.templates.files import Files

__all__ = ["TEMPLATE_SUFFIXES", "TEXT_SUFFIXES", "decode", "is_head", "load", "prompt_name"]
_PART_NAME: Final = re.compile(r"(?![/\\])[^\x00:\\]+\Z")
MAX_DEPTH: Final = 32  # of includes; deeper than any prompt
Part = tuple[str, str, str]  # a partial's path, text and kind


def load(
    files: Files,
    path: str,
    config: Config,
    name: str | None = None,
    shared: dict[Part, Template] | None = None,
) -> Prompt:
    """Return the prompt of a file, with what it includes.

    A file that cannot be opened is a prompt with a problem. Prompts of one configuration may share
    the partials that they include, each of which is then parsed once.

    Raises:
        PromptopsError: There is no such file.
    """
    source, unreadable = _open(files, path)
    name = prompt_name(path, config) if name is None else name
    if unreadable is not None:
        template = Template(source, 0, config.templates, "text", "text")
        problem = ReadProblem("unreadable", unreadable, path)
        return Prompt(name, template, FrontMatter(Metadata(), True, {}, (problem,)), {})
    head = is_head(path, config)
    start, matter = _front_matter(source, head)
    kind, dialect = "prompt", "jinja"
    if not matter.ours:
        from promptops.templates import dialects

        told = config.templates.dialect_of(path)
        if config.templates.keys_of(path):
            told = "text"  # prompts are values in it: see containers.py
        dialect = told or dialects.recognise(source.text[start:], path, head=head)
        kind = "foreign" if dialect in dialects.IN_JINJA else "text"
    template = Template(source, start, config.templates, kind, dialect)
    parts, problems = _gather(template, files, config, {} if shared is None else shared)
    return Prompt(name, template, matter, parts, tuple(problems))


def _open(files: Files, path: str) -> Decoded:
    try:
        data = files.read(path)
    except PromptopsError as error:
        told = str(error).rpartition(f"{path}: ")[2]
        return Decoded(Source(path, ""), Problem(Span(0, 0), told))
    if data is None:
        raise PromptopsError(f"{path}: no such file")
    return decode(data, path)


def _front_matter(source: Source, head: bool) -> tuple[int, FrontMatter]:
    split = frontmatter.split(source.text)
    if split.matter is None:
        problems: tuple[ReadProblem, ...] = ()
        if head and not split.closed:
            told = Problem(source.line_span(1), "front matter is not closed: add a line of ---")
            problems = (ReadProblem("front-matter", told, source.path),)
        # Plain Jinja is a prompt, too: nothing is declared, and names may be an application's own.
        return split.body, FrontMatter(Metadata(), False, {}, problems)
    parsed = frontmatter.parse(source.text[split.matter.start : split.matter.end])
    if not head and not _looks_ours(source.path, parsed.data):
        return split.body, FrontMatter(Metadata(), False, {}, ())
    wrong = list(parsed.problems)
    declared = metadata.check(parsed.data, wrong)
    offsets = {key: split.matter.start + at for key, at in parsed.offsets.items()}
    found = []
    for one in wrong:
        at = min(split.matter.start + parsed.offset(one.path), max(split.matter.end - 2, 0))
        end = max(source.line_span(source.position(at)[0]).end, at)
        said = one.message if one.path[-1:] in {("",), ("again",)} else str(one)
        problem = Problem(Span(at, end), said, fix=_other_key(source.text, at, one))
        found.append(ReadProblem("front-matter", problem, source.path))
    return split.body, FrontMatter(declared, True, offsets, tuple(found))


def _other_key(text: str, at: int, wrong: Wrong) -> Fix | None:
    """Return the fix that writes the key that was probably meant."""
    if wrong.instead is None:
        return None
    key = str(wrong.path[-1])
    at += text[at : at + 1] in {"'", '"'}
    if not text.startswith(key, at):
        return None
    edit = Edit(Span(at, at + len(key)), wrong.instead)
    return Fix((edit,), safe=False, title=f"write {wrong.instead!r}", effect="metadata")


def _looks_ours(path: str, data: object) -> bool:
    """Return whether front matter is of our format, not another tool's, by most of its keys."""
    if not path.endswith(JINJA_SUFFIXES) or not isinstance(data, dict):
        return False
    return 2 * len(metadata.KEYS.intersection(map(str, data))) > len(data)


def _gather(
    main: Template, files: Files, config: Config, shared: dict[Part, Template]
) -> tuple[dict[str, Template], list[ReadProblem]]:
    """Return the partials of a template by the name they are included by, and what is amiss."""
    gatherer = _Gatherer(files, config, main.body.source.path, shared)
    gatherer.visit(main, ())
    return gatherer.parts, gatherer.problems


class _Gatherer:
    """Follows includes, each file once."""

    def __init__(
        self, files: Files, config: Config, main: str, shared: dict[Part, Template]
    ) -> None:
        self.files = files
        self.shared = shared
        self.config = config
        self.main = main
        self.parts: dict[str, Template] = {}
        self.problems: list[ReadProblem] = []

    def visit(self, template: Template, above: tuple[str, ...]) -> None:
        for reference in template.references:
            span = template.body.line_span(reference.line)
            if reference.name is None:
                if template.kind != "foreign":
                    self._wrong(template, span, "includes a computed name: write the name out")
                continue
            if reference.name in above:
                chain = " -> ".join((*above, reference.name))
                self._wrong(template, span, f"includes itself: {chain}")
                continue
            if reference.name in self.parts:
                continue
            foreign = template.kind == "foreign"
            loaders = self.config.templates.include_loaders if foreign else ()
            found = self._read(reference.name, loaders)
            if isinstance(found, str):
                if not reference.optional and not reference.name.startswith(loaders):
                    self._wrong(template, span, found)
                continue
            source, unreadable = found
            if unreadable is not None:
                self.problems.append(ReadProblem("unreadable", unreadable, source.path))
            kind = "foreign" if foreign else "partial"
            self.parts[reference.name] = self._part(source, kind)
            if len(above) == MAX_DEPTH:
                self._wrong(template, span, f"is nested in more than {MAX_DEPTH} includes")
            else:
                self.visit(self.parts[reference.name], (*above, reference.name))

    def _part(self, source: Source, kind: str) -> Template:
        key = (source.path, source.text, kind)
        if key not in self.shared:
            start = 1 if source.text.startswith("\ufeff") else 0
            self.shared[key] = Template(source, start, self.config.templates, kind)
        return self.shared[key]

    def _read(self, name: str, more: tuple[str, ...] = ()) -> Decoded | str:
        if not _PART_NAME.match(name) or ".." in PurePosixPath(name).parts:
            return f"includes {name!r}, which lies outside {self.config.folder or 'the folder'}/"
        for folder in (self.config.folder, str(PurePosixPath(self.main).parent), *more):
            path = str(PurePosixPath(folder) / name)
            try:
                data = self.files.read(path)
            except PromptopsError as error:
                return f"includes {name!r}, which cannot be read: {error}"
            if data is not None:
                return decode(data, path)
        return f"includes {name!r}: there is no such file below {self.config.folder or '.'}/"

    def _wrong(self, template: Template, span: Span, message: str) -> None:
        problem = ReadProblem("include", Problem(span, message), template.body.source.path)
        if problem not in self.problems:
            self.problems.append(problem)
