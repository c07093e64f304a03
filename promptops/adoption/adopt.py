"""Templates that are already there -> front matter that changes nothing of what they send."""

from __future__ import annotations

import json
import re
from difflib import unified_diff
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.adoption.made_up import ROUNDS, value
from promptops.adoption.shapes import Shape, key, shapes
from promptops.errors import PromptopsError, RenderError
from promptops.templates import frontmatter
from promptops.templates.loader import load

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.config import Config
    from promptops.model.prompt import Message
    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt

SUFFIXES: Final = (".j2", ".jinja", ".jinja2")
_HANDLEBARS: Final = re.compile(r"\{\{[#/^>!{]")
_FIELD: Final = re.compile(r"\{[A-Za-z_][A-Za-z0-9_.]*\}")
_REFERS: Final = re.compile(rb"\{%[-+]?\s*(?:include|import|from|extends)\b")
_OUTSIDE: Final = re.compile(
    r"(?:user|customer|client|visitor|caller)(?:_|\Z)|(?:\w+_)?(?:messages?|questions?|quer(?:y|ies)"
    r"|tickets?|e?mails?|comments?|reviews?|feedback|transcripts?|documents?|history|chunks)\Z"
)
_EMPTY: Final[Mapping[str, Any]] = {
    "string": "", "array": [], "object": {}, "boolean": False, "number": 0,
}  # fmt: skip


class Proposal(NamedTuple):
    """A file with front matter that was found to change nothing."""

    path: str
    inputs: tuple[str, ...]
    before: str
    after: str

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        old, new = _lines(self.before), _lines(self.after)
        made = unified_diff(old, new, f"a/{self.path}", f"b/{self.path}")
        return "".join(
            one if one.endswith("\n") else f"{one}\n\\ No newline at end of file\n" for one in made
        )


class Left(NamedTuple):
    """A file that gets no front matter, and why."""

    path: str
    reason: str


def _lines(text: str) -> list[str]:
    return [one for one in re.split(r"(?<=\n)", text) if one]


class _No(Exception):
    pass


class _Over(NamedTuple):
    """Files of which one has another text."""

    files: Files
    path: str
    data: bytes

    def paths(self, below: str = "") -> Iterator[str]:
        return self.files.paths(below)

    def read(self, path: str) -> bytes | None:
        return self.data if path == self.path else self.files.read(path)


def included(files: Files, config: Config) -> dict[str, str]:
    """Return the files that templates include, each with one of those that do."""
    found: dict[str, str] = {}
    for path in files.paths():
        if not path.endswith(SUFFIXES):
            continue
        try:
            if _REFERS.search(files.read(path) or b""):
                for part in load(files, path, config).parts_by_path:
                    found.setdefault(part, path)
        except PromptopsError:
            continue
    return found


def propose(
    files: Files, paths: Iterable[str], config: Config, partials: Mapping[str, str]
) -> Iterator[Proposal | Left]:
    """Yield for each file the front matter that fits it, or why there is none."""
    for path in paths:
        try:
            if path in partials:
                raise _No(f"{partials[path]} includes it, and a partial has no front matter")  # noqa: TRY301
            yield _proposal(files, path, config)
        except (_No, PromptopsError) as error:
            yield Left(path, str(error).removeprefix(f"{path}: "))


def _proposal(files: Files, path: str, config: Config) -> Proposal:
    prompt = load(files, path, config)
    _refuse(prompt)
    text = prompt.source.text
    inputs = _inputs(prompt)
    line = "\r\n" if "\r\n" in text else "\n"
    matter = "".join(f"{one}{line}" for one in _matter(inputs))
    at = prompt.template.body.start
    after = text[:at] + matter + text[at:]
    adopted = load(_Over(files, path, after.encode()), path, config)
    for one in adopted.problems:
        raise _No(f"with front matter it cannot be read: {one.problem.message}")
    _compare(prompt, adopted, inputs)
    return Proposal(path, tuple(inputs), text, after)


def _refuse(prompt: Prompt) -> None:
    """Raise for what is no Jinja template that can be adopted."""
    for one in prompt.problems:
        line = prompt.source.position(one.problem.span.start)[0]
        at = f"line {line}" if one.path == prompt.path else one.path
        raise _No(f"{at}: {one.problem.message}")
    text = prompt.source.text
    if prompt.ours:
        raise _No("has front matter already")
    if not text.strip():
        raise _No("is empty")
    if frontmatter.split(text).matter is not None:
        raise _No("has front matter of another tool")
    if prompt.dialect == "text":
        raise _No(_foreign(prompt.path, text))
    if not prompt.path.endswith(SUFFIXES):
        raise _No("no file for front matter by its suffix: name it NAME.prompt.j2")
    for use in prompt.uses:
        if use.called:
            raise _No(f"calls {use.name}(), a function of the application: hand over its result")


def _foreign(path: str, text: str) -> str:
    if path.endswith((".hbs", ".mustache")) or _HANDLEBARS.search(text):
        return "Handlebars or Mustache: rewrite it in Jinja to adopt it"
    if _FIELD.search(text):
        return "str.format fields: rewrite {name} as {{ name }} to adopt it"
    return "no Jinja template"


class _Entry(NamedTuple):
    """An input that is proposed."""

    shape: Shape
    optional: bool
    type: str
    default: Any = None


def _inputs(prompt: Prompt) -> dict[str, _Entry]:
    """Return the inputs by name, in the order of their first use."""
    found, calls = shapes(prompt.template.tree, lambda name: _tree(prompt, name))
    for called in calls:
        raise _No(f"calls .{called}() of a value, which is plain data here: hand over its result")
    required: dict[str, bool] = {}
    for use in prompt.uses:
        required[use.name] = required.get(use.name, False) or not use.guarded
    entries = {}
    for name, needed in required.items():
        shape = found.get(name, Shape())
        entries[name] = _Entry(shape, not needed, shape.type)
    for name in [name for name, needed in required.items() if not needed]:
        entries[name] = _with_default(prompt, entries, name)
    return entries


def _tree(prompt: Prompt, name: str) -> Any:
    part = prompt.parts.get(name)
    return part.tree if part else None


def _with_default(prompt: Prompt, entries: Mapping[str, _Entry], name: str) -> _Entry:
    """Return an input that may be absent with a default that says the same."""
    entry = entries[name]
    candidates = [*entry.shape.defaults, _EMPTY.get(entry.type), None]
    for candidate in candidates:
        same = []
        for turn in range(ROUNDS):
            values = _values(entries, turn)
            del values[name]
            without = _render(prompt, values)
            if not isinstance(without, RenderError):
                same.append(_render(prompt, {**values, name: candidate}) == without)
        if same and all(same):
            fits = candidate is not None and _fits(candidate, entry.type)
            return entry._replace(type=entry.type if fits else "any", default=candidate)
    raise _No(f"{name!r} may be absent, and no default sends the same: write it with default()")


def _fits(candidate: Any, kind: str) -> bool:
    kinds = {"string": str, "array": list, "object": dict, "boolean": bool, "number": (int, float)}
    wanted: Any = kinds.get(kind, object)
    return isinstance(candidate, wanted) and (kind == "boolean" or not isinstance(candidate, bool))


def _values(entries: Mapping[str, _Entry], turn: int) -> dict[str, Any]:
    return {name: value(entry.shape, name, turn) for name, entry in entries.items()}


def _render(prompt: Prompt, values: dict[str, Any]) -> tuple[Message, ...] | RenderError:
    try:
        return prompt.render(values)
    except RenderError as error:
        return error


def _compare(before: Prompt, after: Prompt, entries: Mapping[str, _Entry]) -> None:
    """Raise unless both send the same, with each input that may be absent also absent."""
    optional = [name for name, entry in entries.items() if entry.optional]
    absences = [(), tuple(optional), *((name,) for name in optional)]
    compared, failed = 0, ""
    for turn in range(ROUNDS):
        for absent in dict.fromkeys(absences):
            values = {n: one for n, one in _values(entries, turn).items() if n not in absent}
            expected = _render(before, values)
            if isinstance(expected, RenderError):
                failed = failed or str(expected)
                continue
            found = _render(after, values)
            if isinstance(found, RenderError):
                raise _No(f"with the proposed inputs it fails: {found}")
            if found != expected:
                raise _No("with the proposed inputs it would send another text")
            compared += 1
    if not compared:
        raise _No(f"cannot be rendered with values made up for its inputs: {failed}")


def _matter(entries: Mapping[str, _Entry]) -> Iterator[str]:
    yield "---"
    yield "version: 1"
    yield "inputs:" if entries else "inputs: {}"
    for name, entry in entries.items():
        schema = (
            entry.shape.schema() if entry.type == entry.shape.type else f"{{type: {entry.type}}}"
        )
        if entry.optional:
            schema = f"{schema[:-1]}, default: {json.dumps(entry.default, ensure_ascii=False)}}}"
        hint = "  # from outside? then add untrusted: true" if _OUTSIDE.match(name) else ""
        yield f"  {key(name)}: {schema}{hint}"
    yield "---"
