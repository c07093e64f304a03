"""A text that is a value in another file, with the lines and columns of that file."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field

from promptops.model.text import Source, Span
from promptops.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Embedded(Source):
    """The text of a value: offsets are its own, lines and columns those of the file it is in."""

    file: Source = field(default_factory=lambda: Source("", ""))
    anchors: tuple[tuple[int, int], ...] = ((0, 0),)  # offsets of the text and of the file

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column in the file, from 1, of an offset in the text."""
        at = bisect_right(self.anchors, offset, key=lambda pair: pair[0]) - 1
        own, stored = self.anchors[max(at, 0)]
        following = self.anchors[at + 1][1] if at + 1 < len(self.anchors) else len(self.file.text)
        return self.file.position(min(stored + offset - own, following))

    def offset(self, line: int, column: int = 1) -> int:
        """Return the offset in the text of a line and column of the file, held inside the text."""
        stored = self.file.offset(line, column)
        at = bisect_right(self.anchors, stored, key=lambda pair: pair[1]) - 1
        own, begins = self.anchors[max(at, 0)]
        end = self.anchors[at + 1][0] if 0 <= at < len(self.anchors) - 1 else len(self.text)
        return min(own + max(stored - begins, 0), end)

    def line(self, number: int) -> str:
        """Return a line of the file without its end."""
        return self.file.line(number)

    def line_span(self, number: int) -> Span:
        """Return what of the text stands on a line of the file; before it, that of its first."""
        number = max(number, self.file.position(self.anchors[0][1])[0])
        start = self.offset(number)
        end = self.offset(number, len(self.file.line(number)) + 1)
        return Span(start, max(start, end - self.text[start:end].endswith("\n")))
