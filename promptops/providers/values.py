"""Keyword arguments of clients, and values of replies, taken as they are or not at all."""

from __future__ import annotations

import json
from base64 import b64encode
from struct import error as StructError  # noqa: N812 - its own name says nothing
from struct import pack
from typing import TYPE_CHECKING, Any
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Mapping


def unpacked(given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str], Mapping[str, Any]]:
    """Return the body, the headers and the query that a client makes of keyword arguments."""
    body = dict(given)
    headers = body.pop("extra_headers", None) or {}
    query = body.pop("extra_query", None) or {}
    body.update(body.pop("extra_body", None) or {})
    body.pop("timeout", None)
    return body, {str(name).lower(): str(value) for name, value in headers.items()}, query


def time_out(given: Mapping[str, Any]) -> float | None:
    """Return the seconds that keyword arguments give a call, if they do."""
    found = given.get("timeout")
    return float(found) if isinstance(found, int | float) and found > 0 else None


def arguments_of(text: Any) -> Any:
    """Return a tool call's arguments: parsed, or the text that is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, TypeError, RecursionError):
        return text


def text_or_none(value: Any) -> str | None:
    """Return a text that a reply may hold; anything else is none."""
    return value if isinstance(value, str) else None


def count_or_none(value: Any) -> int | None:
    """Return a count that a reply may hold; anything else is none."""
    return value if type(value) is int and value >= 0 else None


def vector_text(found: Any) -> str:
    """Return a vector as 32-bit floats in base64, a dot, and the CRC-32 of that.

    By its sum it is known whether somebody has since taken figures out of it that look like
    something to hide. Some replies have the base64 already.

    Raises:
        ValueError: It is none.
    """
    try:
        text = found if isinstance(found, str) else b64encode(pack(f"<{len(found)}f", *found))
    except (StructError, OverflowError) as error:
        raise ValueError("no vector") from error
    text = text if isinstance(text, str) else text.decode()
    return f"{text}.{crc32(text.encode()):08x}"
