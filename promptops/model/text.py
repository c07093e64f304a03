"""Places in a file's text."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from typing import Literal, NamedTuple

from promptops.model.values import dataclass

SegmentKind = Literal["literal", "expression", "statement", "comment", "trivia"]


class Span(NamedTuple):
    """A half-open range of code points in a file's text."""

    start: int
    end: int


class Segment(NamedTuple):
    """A piece of a template's source: what is sent, computed, decided, said aside or stripped.

    ``trivia`` is source that Jinja strips: white space beside a tag, the last newline.
    """

    kind: SegmentKind
    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Source:
    """The text of a file as stored, and where its lines begin."""

    path: str
    text: str
    _starts: list[int] = field(default_factory=list, repr=False, compare=False)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 1; columns count code points."""
        starts = self._line_starts()
        line = bisect_right(starts, offset)
        return line, offset - starts[line - 1] + 1

    def offset(self, line: int, column: int = 1) -> int:
        """Return the offset of a line and column, held inside the text."""
        starts = self._line_starts()
        return min(starts[min(max(line, 1), len(starts)) - 1] + column - 1, len(self.text))

    def line(self, number: int) -> str:
        """Return a line without its end."""
        starts = self._line_starts()
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end].rstrip("\r\n")

    def line_span(self, number: int) -> Span:
        """Return where a line's text stands, without its end."""
        start = self.offset(number)
        return Span(start, start + len(self.line(number)))

    def _line_starts(self) -> list[int]:
        # A line ends where an editor ends it: LF, CRLF or a lone CR, not U+2028.
        if not self._starts:
            text, starts, at = self.text, [0], 0
            if "\r" in text:
                for at, char in enumerate(text, 1):
                    if char == "\n" or (char == "\r" and text[at : at + 1] != "\n"):
                        starts.append(at)
            else:
                while at := text.find("\n", at) + 1:
                    starts.append(at)
            self._starts.extend(starts)
        return self._starts
