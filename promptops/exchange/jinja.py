"""Jinja -> pieces and back, whatever the white space options of either side."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promptops.exchange.exchanged import NotExchangeable, Piece, joined, tag, text, value
from promptops.model.text import Source
from promptops.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.config import TemplateSettings
    from promptops.model.text import Segment

NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
PATH: Final = re.compile(rf"{NAME}(?:\.{NAME})*\Z")
RESERVED: Final = frozenset(
    "self loop caller varargs kwargs super true false none True False None and or not in is if"
    " else".split()
)
_INSIDE: Final = re.compile(r"\{[{%#][-+]?\s*(.*?)\s*[-+]?[}%#]\}\Z", re.DOTALL)
_RAW: Final = re.compile(r"(?:end)?raw\b")
_QUOTED: Final = re.compile(r"\"([^\"\\]*)\"\Z|'([^'\\]*)'\Z|\"((?:\\x[0-9a-f]{2})+)\"\Z")
_CONTROLS: Final = r"\x00-\x08\x0b-\x1f\x7f"
_CONTROL: Final = re.compile(f"[{_CONTROLS}]+")
_DELIMITER: Final = re.compile(rf"\{{+(?=[%#{_CONTROLS}])|\{{{{2,}}")  # what would open a tag
_INDENT: Final = re.compile(r"(?:\A|\n)[^\S\n]+\Z")


def first(statement: str) -> str:
    """Return a statement's first word."""
    return statement.split(maxsplit=1)[0] if statement.strip() else ""


def read(source: str, path: str, settings: TemplateSettings) -> tuple[tuple[Piece, ...], int]:
    """Return a template's pieces and how many comments are not among them.

    Raises:
        NotExchangeable: It is no template that promptops could render.
    """
    template = Template(Source(path, source), 0, settings, "prompt")
    if template.error is not None:
        line = template.body.source.position(template.error.span.start)[0]
        raise NotExchangeable(f"{path}, line {line} of the text: {template.error.message}")
    return of_segments(template.pieces.segments)


def of_segments(segments: Iterable[Segment]) -> tuple[tuple[Piece, ...], int]:
    """Return segments of a template as pieces, and how many comments there are."""
    found, comments = [], 0
    for segment in segments:
        if segment.kind == "literal":
            found.append(text(segment.text))
        elif segment.kind == "comment":
            comments += 1
        elif segment.kind != "trivia":
            inside = _INSIDE.match(segment.text)
            said = inside[1] if inside else segment.text
            if segment.kind == "expression":
                found.append(_value(said))
            elif not _RAW.match(said):
                found.append(tag(said))
    return joined(found), comments


def _value(expression: str) -> Piece:
    quoted = _QUOTED.match(expression)
    if quoted is None:
        return value(expression)
    if quoted[3] is not None:
        return text("".join(chr(int(code, 16)) for code in quoted[3].split("\\x")[1:]))
    return text(quoted[1] if quoted[1] is not None else quoted[2])


def write(pieces: Sequence[Piece], *, signs: bool, closed: bool = False) -> str:
    """Return pieces as Jinja.

    ``signs`` keeps white space beside tags where trim_blocks and lstrip_blocks would take it;
    ``closed`` says that a tag follows.
    """
    found = []
    for at, piece in enumerate(pieces):
        after = pieces[at + 1] if at + 1 < len(pieces) else None
        if piece.kind == "text":
            found.append(_text(piece.text, before_tag=after is not None or closed))
        elif piece.kind == "value":
            # A brace or sign at an edge would be read as part of the delimiter.
            found.append(f"{{{{ {piece.text} }}}}")
        else:
            ahead = pieces[at - 1] if at else None
            found.append(f"{opening(ahead, signs=signs)} {piece.text} {_closing(after, signs)}")
    return "".join(found)


def opening(ahead: Piece | None, *, signs: bool) -> str:
    """Return how a statement begins behind a piece."""
    indented = ahead is not None and ahead.kind == "text" and _INDENT.search(ahead.text)
    return "{%+" if signs and indented else "{%"


def _closing(after: Piece | None, signs: bool) -> str:
    broken = after is not None and after.kind == "text" and after.text.startswith("\n")
    return "+%}" if signs and broken else "%}"


def _text(said: str, *, before_tag: bool) -> str:
    tail = ""
    if before_tag and said.endswith("{"):
        kept = said.rstrip("{")
        said, tail = kept, f'{{{{ "{said[len(kept) :]}" }}}}'
    said = _DELIMITER.sub(lambda m: f'{{{{ "{m[0]}" }}}}', said)
    return _CONTROL.sub(_escaped, said) + tail


def _escaped(match: re.Match[str]) -> str:
    return '{{ "' + "".join(f"\\x{ord(c):02x}" for c in match[0]) + '" }}'
