"""A body without its cache marks, the places where marks may stand, and the body with others.

Taking a mark out, or putting one in at a place, changes no byte of what is rendered: a mark stands
on a line of its own, or before the end of a message that is written on one line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.prompt import ROLES, CacheMark
from promptops.model.text import Source, Span
from promptops.model.values import dataclass
from promptops.templates.markers import Boundary
from promptops.templates.prompt import FrontMatter, Prompt
from promptops.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.model.text import Segment

_WORD: Final = re.compile(r"\{%[-+]?\s*([A-Za-z_]\w*)")
_ENDS: Final = frozenset(f"end{role}" for role in (*ROLES, "message"))
_OPENS: Final = frozenset((*ROLES, "message"))
_BLOCKS: Final = frozenset("for if macro call filter block with raw autoescape".split())
MOST: Final = 40  # each is a prefix of its own to be counted
_LITTLE: Final = frozenset(("literal", "trivia", "comment"))


class Place(NamedTuple):
    """A place in the bare body; a mark there is ``inline``, or else a line."""

    offset: int
    inline: bool = False


class Mark(NamedTuple):
    """A mark of the body: its place in the bare body, and the range it takes in the body."""

    place: Place
    taken: Span
    cache: CacheMark


@dataclass(frozen=True, slots=True)
class Bare:
    """A prompt's body without its marks."""

    prompt: Prompt
    text: str
    marks: tuple[Mark, ...]

    def stored(self, offset: int) -> int:
        """Return the offset in the file of an offset in the bare body."""
        return self.prompt.template.body.stored(self._original(offset))

    def line(self, offset: int) -> int:
        """Return the line of the file that an offset in the bare body stands in."""
        return self.prompt.source.position(self.stored(offset))[0]

    def _original(self, offset: int) -> int:
        above = (mark.taken for mark in self.marks if mark.place.offset < offset)
        return offset + sum(taken.end - taken.start for taken in above)

    def marked(self, marks: Mapping[Place, CacheMark]) -> Prompt:
        """Return the prompt with these marks and no others."""
        text = self.text
        for place in sorted(marks, reverse=True):
            tag = written(marks[place]) + ("" if place.inline else "\n")
            text = text[: place.offset] + tag + text[place.offset :]
        return self.with_body(text)

    def with_body(self, text: str) -> Prompt:
        """Return the prompt with another body."""
        old = self.prompt.template
        source = Source(self.prompt.path, text)
        template = Template(source, 0, old.settings, old.kind, old.dialect)
        matter = FrontMatter(self.prompt.metadata, self.prompt.ours, {}, ())
        return Prompt(self.prompt.name, template, matter, self.prompt.parts)


def bare(prompt: Prompt) -> Bare:
    """Return a prompt's body without its marks; it must have no problems."""
    body = prompt.template.body.text
    caches = [one.payload for one, _ in prompt.template.markers() if isinstance(one, Boundary)]
    tags = [one for one in prompt.template.outline if _word(one) == "cache"]
    marks, gone = [], 0
    for tag, cache in zip(tags, caches, strict=True):
        start, end = tag.span
        head = body.rfind("\n", 0, start) + 1
        alone = not body[head:start].strip() and body[end : end + 1] == "\n"
        taken = Span(head, end + 1) if alone else tag.span
        marks.append(Mark(Place(taken.start - gone, not alone), taken, cache))
        gone += taken.end - taken.start
    text = body
    for mark in reversed(marks):
        text = text[: mark.taken.start] + text[mark.taken.end :]
    return Bare(prompt, text, tuple(marks))


def places(found: Bare) -> list[Place]:
    """Return where a mark may stand: around the lines of tags and at the ends of messages.

    The prompt's own marks are always among them; of others, the first 40 are looked at.
    """
    asked = {mark.place for mark in found.marks}
    free = found.with_body(found.text).template
    asked.update(_candidates(found.text, free.outline))
    # Of two ways to write a mark at one place, the line is kept.
    ordered = sorted({place.offset: place for place in sorted(asked, reverse=True)}.values())
    own = {mark.place for mark in found.marks}
    few = {*ordered[:MOST], *own}
    return _fitting(found, [place for place in ordered if place in few])


def _fitting(found: Bare, asked: list[Place]) -> list[Place]:
    """Return the places that are none inside a tag, a comment or a block."""
    if not asked or _fits(found, asked):
        return asked
    half = len(asked) // 2
    return [*_fitting(found, asked[:half]), *_fitting(found, asked[half:])] if half else []


def _candidates(text: str, segments: list[Segment]) -> Iterator[Place]:
    loose = False  # whether a value stands between two messages
    inside = False
    depth = 0  # of blocks that must not hold a mark
    for one in segments:
        start, end = one.span
        step = _step(one)
        depth += min(step, 0)
        head = text.rfind("\n", 0, start) + 1
        after = text.find("\n", end) + 1
        alone = not text[head:start].strip()
        word = _word(one)
        if word in _ENDS:
            yield Place(head) if alone else Place(start, inline=True)
            loose = inside = False
        elif word in _OPENS:
            if loose and after:
                yield Place(after)
            inside = True
        elif one.kind not in _LITTLE and inside and not depth:
            # A line below a tag that opens a block, or above one that ends it, is inside the block.
            if step >= 0:
                yield Place(head)
            if after and step <= 0:
                yield Place(after)
        elif one.kind == "expression":
            loose = True
        depth += max(step, 0)


def _step(segment: Segment) -> int:
    """Return 1 for a tag that opens a block other than a message, and -1 for one that ends it."""
    word = _word(segment)
    if word == "set":
        return int("=" not in segment.text)
    return int(word in _BLOCKS) - int(word.startswith("end") and word[3:] in _BLOCKS | {"set"})


def _fits(found: Bare, asked: list[Place]) -> bool:
    marks = {place: CacheMark(name=f"p{at}") for at, place in enumerate(asked)}
    prompt = found.marked(marks)
    if prompt.broken:
        return False
    made = [one.payload.name for one, _ in prompt.template.markers() if isinstance(one, Boundary)]
    return made == [mark.name for mark in marks.values()]


def written(cache: CacheMark) -> str:
    """Return the tag of a mark."""
    told = [
        f'{key}="{value}"' for key, value in (("ttl", cache.ttl), ("name", cache.name)) if value
    ]
    return f"{{% cache {', '.join(told)} %}}" if told else "{% cache %}"


def _word(segment: Segment) -> str:
    found = _WORD.match(segment.text) if segment.kind == "statement" else None
    return found[1] if found else ""
