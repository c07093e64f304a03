"""``{{name}}`` and nothing else, as GitHub, Langfuse and MLflow have it -> pieces and back."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from promptops.exchange.exchanged import NotExchangeable, Piece, joined, text, value
from promptops.exchange.jinja import NAME, RESERVED

if TYPE_CHECKING:
    from collections.abc import Sequence

_TAG: Final = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NAME: Final = re.compile(rf"{NAME}\Z")
_LOGIC: Final = re.compile(r"[#/^>!&{]")


def read(source: str, where: str) -> tuple[Piece, ...]:
    """Return a text's pieces.

    Raises:
        NotExchangeable: A name cannot be an input's, or the text holds logic.
    """
    found: list[Piece] = []
    here = 0
    for match in _TAG.finditer(source):
        found.append(text(source[here : match.start()]))
        name = match[1].strip()
        if _LOGIC.match(name):
            raise NotExchangeable(f"{where}: {match[0][:40]} is more than a variable")
        if not _NAME.match(name) or name in RESERVED:
            raise NotExchangeable(f"{where}: {match[0][:40]}: rename it, it cannot be an input")
        found.append(value(name))
        here = match.end()
    found.append(text(source[here:]))
    return joined(found)


def write(pieces: Sequence[Piece], tool: str) -> str:
    """Return pieces as a text with variables.

    Raises:
        NotExchangeable: There is logic in them, or the tool would read the text otherwise.
    """
    for piece in pieces:
        if piece.kind == "tag":
            raise NotExchangeable(f"{tool} has no logic: {{% {piece.text} %}} cannot be written")
        if piece.kind == "value" and not _NAME.match(piece.text):
            told = f"{tool} has plain variables only: {{{{ {piece.text} }}}} cannot be written"
            raise NotExchangeable(told)
    parts = (p.text if p.kind == "text" else f"{{{{{p.text}}}}}" for p in pieces)
    written = "".join(parts)
    try:
        same = read(written, tool) == joined(pieces)
    except NotExchangeable:
        same = False
    if not same:
        told = f"the text holds braces that {tool} would take for a variable; it has no escape"
        raise NotExchangeable(told)
    return written
