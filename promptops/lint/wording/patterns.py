"""Regular expressions that are compiled when they are first needed.

Start-up is measured, and compiling them all costs more than reading a prompt.
"""

from __future__ import annotations

import re
from functools import cache

# Kana and Chinese characters, for a character class.
EAST = r"\u3040-\u30ff\u3400-\u9fff"


@cache
def pattern(source: str) -> re.Pattern[str]:
    """Return the compiled form of a regular expression."""
    return re.compile(source)


def eastern(text: str) -> bool:
    """Return whether a text holds a Chinese or Japanese character."""
    return not text.isascii() and pattern(f"[{EAST}]").search(text) is not None
