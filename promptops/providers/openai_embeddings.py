"""OpenAI's Embeddings API, which many servers speak: one text in, its vector out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.model.evaluation import Completion
from promptops.model.money import Usage
from promptops.providers.refusals import error_in, failure
from promptops.providers.values import count_or_none, text_or_none, time_out, unpacked, vector_text
from promptops.providers.vendor import Sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.providers.vendor import Told


def sent(given: Mapping[str, Any]) -> Sent:
    """Return the call that ``client.embeddings.create(**given)`` makes."""
    body, headers, query = unpacked(given)
    return Sent("/embeddings", body, headers, query, time_out(given))


def read(body: Mapping[str, Any], told: Told) -> Completion:
    """Return the first vector as 32-bit floats in base64, as it comes or made of numbers."""
    if body.get("error") and not body.get("data"):
        raise failure("the server", error_in(body), "unknown")
    tokens = count_or_none((body.get("usage") or {}).get("prompt_tokens"))
    told["usage"] = None if tokens is None else Usage(tokens)
    vector = vector_text(body["data"][0]["embedding"])
    return Completion(vector, model_served=text_or_none(body.get("model")), **told)
