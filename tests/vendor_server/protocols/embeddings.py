"""Vectors, as OpenAI's Embeddings and Gemini's batchEmbedContents give them.

A text's vector counts its words, each at a place that its hash says: texts are alike that share
words.
"""

from __future__ import annotations

import hashlib
import struct
from base64 import b64encode
from typing import Any

from tests.vendor_server.answers import Asked, Said, tokens
from tests.vendor_server.cache import Found, PromptCache
from tests.vendor_server.faults import Fault
from tests.vendor_server.protocols import openai_chat

SIZE = 256


def vector(text: str) -> list[float]:
    """Return a text's vector."""
    found = [0.0] * SIZE
    for word in text.split():
        found[hashlib.sha256(word.encode()).digest()[0] % SIZE] += 1.0
    return found


def _text(body: dict[str, Any]) -> str:
    if "requests" in body:
        return str(body["requests"][0]["content"]["parts"][0]["text"])
    return str(body["input"])


def asked(body: dict[str, Any], path: str) -> Asked:
    """Return what a request asks: the text, and in place of a system's words how it is written."""
    vendor = "google" if "requests" in body else "openai"
    model = body.get("model") or path.rpartition("/")[2].partition(":")[0]
    return Asked(vendor, model, str(body.get("encoding_format")), (("user", _text(body)),))


def found(body: dict[str, Any], path: str, scope: str, cache: PromptCache, now: float) -> Found:
    """Return what a request reads: nothing."""
    return Found(0, {}, tokens(_text(body)))


def reply(asked: Asked, said: Said) -> dict[str, Any]:
    """Return a vector."""
    values = vector(asked.last)
    if asked.vendor == "google":
        return {"embeddings": [{"values": values}]}
    text = b64encode(struct.pack(f"<{SIZE}f", *values)).decode()
    shown = text if asked.instructions == "base64" else values
    data = [{"object": "embedding", "index": 0, "embedding": shown}]
    usage = {"prompt_tokens": said.plain, "total_tokens": said.plain}
    return {"object": "list", "data": data, "model": asked.model, "usage": usage}


def error(fault: Fault) -> dict[str, Any]:
    """Return an error."""
    return openai_chat.error(fault)
