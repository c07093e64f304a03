"""What a template refers to, as far as its text tells without a parser."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

REFERS: Final = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\b")
_PLAIN: Final = re.compile(
    r"""\{%[-+]?\s*(?:include|import|from|extends)\s*(?:"([\w ./-]+)"|'([\w ./-]+)')"""
    r"(?=\s*[-+]?%\}|\s+(?:ignore|with|without|as|import)\b)"
)


class Reference(NamedTuple):
    """A file that a template includes, imports or extends; no ``name`` where it is computed."""

    name: str | None
    line: int  # of the body
    optional: bool  # `ignore missing`


def plain_references(text: str) -> tuple[str, ...] | None:
    """Return every name that a template can refer to; None where only its tree tells.

    They may be more than there are, since a tag within a comment or a raw block refers to nothing.
    """
    names = [one[1] or one[2] for one in _PLAIN.finditer(text)]
    return tuple(dict.fromkeys(names)) if len(names) == len(REFERS.findall(text)) else None
