"""Google's Gemini API, ``batchEmbedContents``: one text in, its vector out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.model.evaluation import Completion
from promptops.model.money import Usage
from promptops.providers.gemini_names import model_named
from promptops.providers.refusals import error_in, failure
from promptops.providers.values import count_or_none, vector_text
from promptops.providers.vendor import Sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.providers.vendor import Told


def sent(given: Mapping[str, Any]) -> Sent:
    """Return the call that ``client.models.embed_content(model=…, contents=TEXT)`` makes.

    Raises:
        ConfigError: The model's name cannot be part of an address.
    """
    named = model_named(str(given.get("model", "")))
    content = {"parts": [{"text": given["contents"]}], "role": "user"}
    body = {"requests": [{"content": content, "model": named}]}
    return Sent(f"/{named}:batchEmbedContents", body, {}, {})


def read(body: Mapping[str, Any], told: Told) -> Completion:
    """Return the first vector as 32-bit floats in base64; few answers tell their tokens."""
    if body.get("error"):
        raise failure("Gemini", error_in(body), "unknown")
    usage = body.get("usageMetadata") or {}
    tokens = count_or_none(usage.get("promptTokenCount"))
    told["usage"] = None if tokens is None else Usage(tokens)
    return Completion(vector_text(body["embeddings"][0]["values"]), **told)
