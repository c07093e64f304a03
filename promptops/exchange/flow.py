"""Plain data -> YAML that every parser reads back exactly, and files' texts -> plain data."""

from __future__ import annotations

import json
import math
import re
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from promptops.exchange.exchanged import NotExchangeable
from promptops.templates import frontmatter

if TYPE_CHECKING:
    from collections.abc import Mapping

# What YAML does not print or takes for a line's end; JSON would write it as it is.
_ESCAPED: Final = re.compile(
    "[^\\x20-\\x7e\\xa0-\\u2027\\u202a-\\ud7ff\\ue000-\\ufefe\\uff00-\\ufffd\\U00010000-\\U0010ffff]"
)
_PLAIN_KEY: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_]*\Z")
_NO_KEYS: Final = frozenset("y n yes no on off true false null".split())
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def block(data: Mapping[str, Any]) -> str:
    """Return a mapping as YAML, one line a key; what is nested stands in flow style."""
    return "".join(f"{_key(key)}: {flow(entry)}\n" for key, entry in data.items())


def flow(entry: Any) -> str:
    """Return a value as YAML on one line.

    Raises:
        NotExchangeable: It holds an infinite number or none.
    """
    if isinstance(entry, dict):
        return "{" + ", ".join(f"{_key(k)}: {flow(v)}" for k, v in entry.items()) + "}"
    if isinstance(entry, list | tuple):
        return "[" + ", ".join(map(flow, entry)) + "]"
    if isinstance(entry, float):
        return _float(entry)
    if isinstance(entry, str):
        return _ESCAPED.sub(lambda m: f"\\u{ord(m[0]):04x}", json.dumps(entry, ensure_ascii=False))
    return json.dumps(entry)


def _float(number: float) -> str:
    if not math.isfinite(number):
        raise NotExchangeable(f"the number {number} cannot be written")
    written = repr(number)
    # YAML 1.1 takes 1e-07 for text.
    return written.replace("e", ".0e") if "e" in written and "." not in written else written


def _key(key: str) -> str:
    plain = _PLAIN_KEY.match(key) and key.lower() not in _NO_KEYS
    return key if plain else flow(key)


def read_yaml(text: str, path: str) -> Any:
    """Return a YAML text's data, as JSON could hold it.

    Raises:
        NotExchangeable: It is no YAML, or a key is given twice.
    """
    parsed = frontmatter.parse(text.removeprefix("\ufeff"))
    if parsed.problems:
        raise NotExchangeable(f"{path}: {parsed.problems[0].message}")
    return plain(parsed.data, path)


def read_json(text: str, path: str) -> Any:
    """Return a JSON text's data.

    Raises:
        NotExchangeable: It is no JSON.
    """
    try:
        return plain(json.loads(text.removeprefix("\ufeff")), path)
    except (ValueError, RecursionError) as error:
        raise NotExchangeable(f"{path}: not valid JSON: {error}") from error


def as_json(data: Any) -> str:
    """Return data as indented JSON with a final newline."""
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def plain(data: Any, path: str) -> Any:
    """Return data with text for dates and for keys, as JSON has it.

    Raises:
        NotExchangeable: It holds something else, or half a character.
    """
    if isinstance(data, dict):
        return {plain(_as_key(k), path): plain(v, path) for k, v in data.items()}
    if isinstance(data, list):
        return [plain(entry, path) for entry in data]
    if isinstance(data, date):
        return data.isoformat()
    if isinstance(data, str):
        if _SURROGATE.search(data):
            raise NotExchangeable(f"{path}: holds half a character (a lone surrogate)")
        return data
    if isinstance(data, float) and not math.isfinite(data):
        raise NotExchangeable(f"{path}: holds {data}, which is no number of JSON")
    if data is None or isinstance(data, bool | int | float):
        return data
    raise NotExchangeable(f"{path}: holds a {type(data).__name__}, which JSON has not")


def _as_key(key: Any) -> str:
    return key if isinstance(key, str) else json.dumps(key, default=str)
