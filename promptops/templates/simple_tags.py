"""How the tags of simple templates are written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.text import SegmentKind

MOST: Final = 60_000  # characters; Jinja counts the tokens of longer ones
MAX_DEPTH: Final = 10  # of blocks in one another
_NAME: Final = r"[A-Za-z_][A-Za-z0-9_]*"
_PATH: Final = rf"{_NAME}(?:\.{_NAME})*"
_TEXT: Final = r"""(?:"[^"\\\n]*"|'[^'\\\n]*')"""
OPENS: Final = re.compile(r"\{[{%#]")
VALUE: Final = re.compile(rf"\{{\{{(-?)\s*({_PATH})\s*(-?)\}}\}}")
COMMENT: Final = re.compile(r"\{#([-+]?)(.*?)([-+]?)#\}", re.DOTALL)
BLOCK: Final = re.compile(
    rf"""\{{%([-+]?)\s*(?:
    (?P<test>if|elif)\s+(?P<no>not\s+)?(?P<asked>{_PATH})
        (?:\s+is\s+(?P<un>not\s+)?(?P<defined>defined)|\s*(?P<op>==|!=)\s*(?P<other>{_TEXT}))?
    |for\s+(?P<each>{_NAME})\s+in\s+(?P<many>{_PATH})
    |(?P<include>include)\s*(?P<file>{_TEXT})
    |(?P<message>message)\s+role\s*=\s*(?P<role>{_TEXT})
    |(?P<cache>cache)(?:\s+ttl\s*=\s*(?P<ttl>{_TEXT})(?:(?:\s*,)?\s+name\s*=\s*(?P<mark>{_TEXT}))?
        |\s+name\s*=\s*(?P<only>{_TEXT}))?
    |(?P<word>{_NAME})
    )\s*([-+]?)%\}}""",
    re.VERBOSE,
)
KINDS: Final[Mapping[str, SegmentKind]] = {
    "{{": "expression", "{%": "statement", "{#": "comment",
}  # fmt: skip
SPACE: Final = re.compile(r"\s*")
# What is no value by name, or one that Jinja gives.
RESERVED: Final = frozenset(
    "true false none True False None not and or in is if elif else self super caller varargs kwargs"
    " range dict cycler joiner namespace".split()
)
LOOP: Final = frozenset({"index", "index0", "revindex", "revindex0", "first", "last", "length"})
