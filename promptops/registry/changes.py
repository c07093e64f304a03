"""What differs between two texts of prompts, and what kind of change that is.

Breaking: code that calls the prompt or reads its answer has to change. Behaviour: the model is
sent something else. Cosmetic: the model is sent the same but for white space.
"""

from __future__ import annotations

from difflib import unified_diff
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast

from promptops.registry import signature
from promptops.registry.closure import normalised

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.model.prompt import Output
    from promptops.registry.signature import Judged
    from promptops.templates.prompt import Prompt
    from promptops.templates.template import Template

Kind = Literal["breaking", "behaviour", "cosmetic"]
KINDS: Final[tuple[Kind, ...]] = ("breaking", "behaviour", "cosmetic")
_ASIDE: Final = ("description", "owner", "tags", "cost", "traffic", "lint_ignore", "x")


class Side(NamedTuple):
    """A prompt, the files that it includes by name, and how to call it."""

    ref: str
    prompt: Prompt
    depends: Mapping[str, bytes]


class Change(NamedTuple):
    """One thing that differs, and what it means."""

    kind: Kind
    part: str
    reason: str


class TextDiff(NamedTuple):
    """How a file's text differs, as unified diff."""

    part: str
    lines: tuple[str, ...]


class Comparison(NamedTuple):
    """What differs between two prompts."""

    before: str
    after: str
    changes: tuple[Change, ...]
    texts: tuple[TextDiff, ...]

    @property
    def kind(self) -> Kind | None:
        """The gravest kind of change; None where nothing differs."""
        return next((kind for kind in KINDS if any(one.kind == kind for one in self.changes)), None)


def compare(before: Side, after: Side) -> Comparison:
    """Return what differs between two prompts, the gravest first."""
    found = [*_declared(before, after), *_body(before, after), *_included(before, after)]
    ordered = sorted(dict.fromkeys(found), key=lambda one: KINDS.index(one.kind))
    texts = [_diff("body", _raw(before.prompt), _raw(after.prompt))]
    for name in sorted({*before.depends, *after.depends}):
        old, new = (_text(side.depends.get(name, b"")) for side in (before, after))
        texts.append(_diff(name, old, new))
    return Comparison(
        before.ref, after.ref, tuple(ordered), tuple(one for one in texts if one.lines)
    )


def _declared(before: Side, after: Side) -> Iterator[Change]:
    old, new = before.prompt.metadata, after.prompt.metadata
    yield from _judged("inputs", signature.inputs(old.inputs, new.inputs))
    yield from _judged("output", _output(old.output, new.output))
    schemas = [one.output.schema if one.output else None for one in (old, new)]
    if schemas[0] and schemas[1]:
        documents = (before.depends.get(schemas[0]), after.depends.get(schemas[1]))
        yield from _judged(schemas[1], signature.documents(*documents))
    if old.model != new.model:
        yield Change("behaviour", "model", f"{new.model or 'none'}, not {old.model or 'none'}")
    for key in sorted({*old.params, *new.params}):
        was, now = (repr(one.params[key]) if key in one.params else "unset" for one in (old, new))
        if was != now:
            yield Change("behaviour", "params", f"{key} is {now}, not {was}")
    yield from _tools(before, after)
    if old.cache != new.cache:
        yield Change("cosmetic", "cache", "the same text, cached otherwise")
    for key in _ASIDE:
        if getattr(old, key) != getattr(new, key):
            part = key.partition("_")[0]
            yield Change("cosmetic", part, "not sent, and no part of a version")


def _judged(part: str, found: Iterator[Judged]) -> Iterator[Change]:
    for kind, reason in found:
        yield Change(cast(Kind, kind), part, reason)


def _output(before: Output | None, after: Output | None) -> Iterator[Judged]:
    old, new = (None if one is None else one.type for one in (before, after))
    if (old or "text") != (new or "text"):
        yield "breaking", f"is {new or 'text'}, not {old or 'text'}: readers expect the other"
        return
    was, now = (() if one is None else one.values for one in (before, after))
    if more := [value for value in now if value not in was]:
        yield "breaking", f"may be {', '.join(map(repr, more))}, which readers do not know"
    if less := [value for value in was if value not in now]:
        yield "behaviour", f"is never {', '.join(map(repr, less))}"
    words = [None if one is None else one.max_words for one in (before, after)]
    if words[0] != words[1]:
        yield "behaviour", f"has {words[1] or 'any number of'} words, not {words[0] or 'any'}"


def _tools(before: Side, after: Side) -> Iterator[Change]:
    old, new = before.prompt.metadata.tools, after.prompt.metadata.tools
    for name in new:
        if name not in old:
            yield Change("breaking", name, "a new tool, which the code must be able to run")
        else:
            documents = (before.depends.get(name), after.depends.get(name))
            yield from _judged(name, signature.documents(*documents))
    for name in old:
        if name not in new:
            yield Change("behaviour", name, "no longer offered as a tool")


def _body(before: Side, after: Side) -> Iterator[Change]:
    yield from _template("body", before.prompt.template, after.prompt.template)


def _included(before: Side, after: Side) -> Iterator[Change]:
    old, new = before.prompt.parts, after.prompt.parts
    for name in sorted({*old, *new}):
        if name in old and name in new:
            yield from _template(name, old[name], new[name])
        else:
            yield Change("behaviour", name, "included" if name in new else "no longer included")


def _template(part: str, before: Template, after: Template) -> Iterator[Change]:
    old, new = (_text(one.body.text.encode("utf-8", "replace")) for one in (before, after))
    if old.rstrip("\n") == new.rstrip("\n"):
        return
    sent = [_sent(before), _sent(after)]
    if sent[0] == sent[1]:
        yield Change("cosmetic", part, "only comments and cache marks differ; the same is sent")
    elif sent[0].split() == sent[1].split():
        yield Change("cosmetic", part, "only white space differs")
    else:
        lines = [line for line in _diff(part, old, new).lines[2:] if line[:1] in {"+", "-"}]
        more = sum(line.startswith("+") for line in lines)
        yield Change("behaviour", part, f"+{more} -{len(lines) - more} lines")


def _sent(template: Template) -> str:
    """Return a template's source without its comments and cache marks."""
    return "".join(
        one.text
        for one in template.segments()
        if one.kind not in {"comment", "trivia"} and not _mark(one.kind, one.text)
    )


def _mark(kind: str, text: str) -> bool:
    return kind == "statement" and text[2:].lstrip("-+ \t\n")[:5] == "cache"


def _raw(prompt: Prompt) -> str:
    return _text(prompt.template.body.text.encode("utf-8", "replace"))


def _text(data: bytes) -> str:
    return normalised(data).decode("utf-8", "replace")


def _diff(part: str, before: str, after: str) -> TextDiff:
    old, new = before.split("\n"), after.split("\n")
    return TextDiff(part, tuple(unified_diff(old, new, part, part, n=2, lineterm="")))
