"""Which lines of a prompt speak to the model, and which are data, examples or headings."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Literal, NamedTuple

from promptops.lint.wording.blocks import fenced, inert, tagged
from promptops.lint.wording.headings import Heading, heading, label
from promptops.lint.wording.lines import Line, lines
from promptops.lint.wording.verbs import NOUNS, VERBS

if TYPE_CHECKING:
    from promptops.lint.wording.headings import Section

Kind = Literal["prose", "heading", "blank", "zone"]
_LABEL = 8
_TITLE = 3  # a longer label is a sentence
_RESUMES = frozenset({"now", "above", "these", "remember", "do", "don't", "never", "you", "your"})


class Spot(NamedTuple):
    """A line, what it is, what its section holds, and whether a tag of unknown kind holds it."""

    line: Line
    kind: Kind
    section: Section = ""
    tagged: bool = False


@lru_cache(maxsize=16)  # a prompt has so many variants, and several readers ask for each
def spots(text: str) -> tuple[Spot, ...]:
    """Return every line of a text with its kind."""
    rows = lines(text)
    fences = fenced(text, rows)
    tags = tagged(rows)
    still = inert(text, rows)
    sections = _Sections()
    found = []
    for index, line in enumerate(rows):
        held = tags[index]
        if line.opens or line.closes:
            found.append(Spot(line, "zone" if held in ("data", "example") else "heading"))
            sections.tag()
        elif line.start == line.end:
            found.append(Spot(line, "blank"))
            sections.blank()
        elif index in fences or held in ("data", "example"):
            found.append(Spot(line, "zone"))
        else:
            found.append(sections.place(line, text[line.start : line.end], held))
            if index in still and found[-1].kind == "prose":
                found[-1] = Spot(line, "zone", found[-1].section)
    return tuple(found)


class _Sections:
    """The headings above the line at hand."""

    def __init__(self) -> None:
        self._open: list[Heading] = []
        self._after_blank = False

    def blank(self) -> None:
        self._after_blank = True

    def tag(self) -> None:
        self._close(_LABEL)

    def place(self, line: Line, body: str, held: str) -> Spot:
        """Return the place of a line with text, and remember it if it is a heading."""
        found = heading(body, line.mark)
        if found is not None:
            self._enter(found)
            return Spot(line, "heading", self._now())
        if not line.mark and not line.indent and self._after_blank:
            self._paragraph(body)
        self._after_blank = False
        section: Section = "rules" if held == "rules" and not self._open else self._now()
        kind: Kind = "zone" if section == "example" else "prose"
        if body[-1] in ":：" or body.endswith(":**"):
            self._announce(line, body)
        return Spot(line, kind, section, held == "other")

    def _announce(self, line: Line, body: str) -> None:
        """Remember what a line with a colon says of those below; its own words still speak."""
        said = label(body)
        if said == "example":
            # The labels inside an example do not end it.
            self._enter(Heading(_LABEL - 1, said))
        elif not line.mark:
            if self._now() == "example" and said == "rules" and len(body.split()) > _TITLE:
                self._leave_example()
            self._enter(Heading(_LABEL, said))

    def _now(self) -> Section:
        return self._open[-1].section if self._open else ""

    def _close(self, level: int) -> None:
        while self._open and self._open[-1].level >= level:
            self._open.pop()

    def _enter(self, found: Heading) -> None:
        self._close(found.level)
        above = self._now()
        keep = above == "example" or not found.section
        self._open.append(Heading(found.level, above if keep else found.section))

    def _paragraph(self, body: str) -> None:
        """Close a label above, when a paragraph of its own follows it."""
        if not self._open:
            return
        last = self._open[-1]
        if last.section == "example":
            first = body.split(None, 1)[0].lower().strip("*_,")
            speaks = first in _RESUMES or (first in VERBS and first not in NOUNS)
            if first == "now" or (speaks and last.level >= _LABEL - 1):
                self._leave_example()
        else:
            self._close(_LABEL)

    def _leave_example(self) -> None:
        while self._now() == "example":
            self._open.pop()
