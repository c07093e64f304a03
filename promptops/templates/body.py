"""The text of a template file below its front matter, in segments with exact positions.

Two coordinates: *stored* offsets count code points of the file as it is on disk; *body* offsets
count those of the body after Jinja's own line-end rule (CRLF and CR become LF).
"""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.text import Segment, SegmentKind, Source, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

    import jinja2

    from promptops.config import TemplateSettings

_BEGINS: Final[dict[str, SegmentKind]] = {
    "variable_begin": "expression",
    "block_begin": "statement",
    "comment_begin": "comment",
    "raw_begin": "statement",
    "raw_end": "statement",
}
_ENDS: Final = frozenset({"variable_end", "block_end", "comment_end", "raw_begin", "raw_end"})
_CRLF: Final = re.compile(r"\r\n")
_LINE_END: Final = re.compile(r"\r\n|\r")


MAX_TOKENS: Final = 60_000  # of a file, as Jinja reads it; no prompt has more


class NameToken(NamedTuple):
    """A name in a tag, with its body offset; ``dotted`` where it follows a dot."""

    name: str
    offset: int
    dotted: bool


class Body:
    """A body's text, and the way from its offsets to those of the file."""

    def __init__(self, source: Source, start: int) -> None:
        self.source = source
        self.start = start
        stored = source.text[start:]
        self.text = _LINE_END.sub("\n", stored) if "\r" in stored else stored
        # Each CRLF is one body character; those before an offset push its stored place on.
        self._dropped = [match.start() - at for at, match in enumerate(_CRLF.finditer(stored))]

    def stored(self, offset: int) -> int:
        """Return the stored offset of a body offset."""
        return self.start + offset + bisect_right(self._dropped, offset - 1)

    def span(self, start: int, end: int) -> Span:
        """Return the stored span of a range of the body."""
        return Span(self.stored(start), self.stored(end))

    def line_of(self, offset: int) -> int:
        """Return the body's line, from 1, that a body offset stands in."""
        return bisect_right(self._line_starts, offset)

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line_span(self, line: int) -> Span:
        """Return the stored span of a body line's text, without indentation and line end."""
        starts = self._line_starts
        start = starts[min(max(line, 1), len(starts)) - 1]
        end = self.text.find("\n", start)
        text = self.text[start : len(self.text) if end < 0 else end]
        indent = len(text) - len(text.lstrip())
        return self.span(start + indent, start + max(len(text.rstrip()), indent))


def sent(text: str, settings: TemplateSettings) -> str:
    """Return a body's text without the last line break, unless the settings keep it.

    A partial keeps its own, since trim_blocks takes the one behind the tag that includes it: else
    its last line would run into the line after the tag.
    """
    if settings.keep_trailing_newline or not text.endswith("\n"):
        return text
    return text[:-1]


class TooMuch(ValueError):
    """A body has more tags, or more in them, than is read; ``line`` is the first beyond."""

    def __init__(self, line: int) -> None:
        super().__init__(f"more than {MAX_TOKENS:,} words and signs of Jinja, which is not read")
        self.line = line


class Pieces(NamedTuple):
    """A body's segments and the names in its tags, in body coordinates."""

    segments: list[Segment]
    names: list[NameToken]


def lex(text: str, environment: jinja2.Environment) -> Pieces:
    """Return a body's segments; their texts spell it out.

    Raises:
        TemplateSyntaxError: Jinja's lexer cannot read the body.
        TooMuch: It has more than 60,000 tokens, which Jinja would take long over.
    """
    reader = _Reader(text)
    for number, (line, kind, value) in enumerate(environment.lexer.tokeniter(text, None)):
        if number == MAX_TOKENS:
            raise TooMuch(line)
        reader.take(kind, value)
    reader.close()
    return Pieces(reader.segments, reader.names)


def as_stored(body: Body, segments: list[Segment]) -> Iterator[Segment]:
    """Yield segments with the spans and the text that they have in the file."""
    for segment in segments:
        span = body.span(*segment.span)
        yield Segment(segment.kind, body.source.text[span.start : span.end], span)


class _Reader:
    """Joins the lexer's tokens into segments."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.here = 0
        self.segments: list[Segment] = []
        self.names: list[NameToken] = []
        self.open: SegmentKind | None = None
        self.began = 0
        self.last = ""

    def take(self, kind: str, value: str) -> None:
        if not value:
            return
        # The lexer drops the white space that `{%-` and lstrip_blocks strip; the source has it.
        found = self.text.index(value, self.here)
        if self.open is None:
            self._add("trivia", self.here, found)
        if kind in _BEGINS and self.open is None:
            self.open, self.began = _BEGINS[kind], found
        elif kind == "data":
            self._add("literal", found, found + len(value))
        elif kind == "name":
            self.names.append(NameToken(value, found, dotted=self.last == "."))
        self.here = found + len(value)
        if kind in _ENDS and self.open is not None:
            self._close_tag(self.open)
        if kind != "whitespace":
            self.last = value

    def close(self) -> None:
        if self.open is not None:
            self._add(self.open, self.began, self.here)
        self._add("trivia", self.here, len(self.text))

    def _close_tag(self, kind: SegmentKind) -> None:
        # The end token holds the line break that trim_blocks takes, and what `-%}` strips.
        end = self.began + len(self.text[self.began : self.here].rstrip())
        self._add(kind, self.began, end)
        self._add("trivia", end, self.here)
        self.open = None

    def _add(self, kind: SegmentKind, start: int, end: int) -> None:
        if end > start:
            self.segments.append(Segment(kind, self.text[start:end], Span(start, end)))
