"""Embeddings as calls like all others: a text is asked about, its vector is the answer.

So their attempts are rows, their dollars are in the budget, and a vector is asked for once. An
answer's text is 32-bit floats in base64, as OpenAI's own client asks for them, with a sum that
tells whether they are whole; a function of one's own may answer with a JSON list of numbers.
"""

from __future__ import annotations

import json
from base64 import b64decode
from decimal import Decimal
from hashlib import sha256
from struct import error as StructError  # noqa: N812 - its own name says nothing
from struct import unpack
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from promptops.errors import ConfigError
from promptops.evals.attempts import Ask
from promptops.evals.requests import asked
from promptops.evals.variants import BASELINE
from promptops.ledger.rows import canonical
from promptops.model.evaluation import ProviderError, Request
from promptops.model.money import MILLION

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.model.evaluation import Completion, Endpoint
    from promptops.model.money import Price

_GOOGLE: Final = frozenset({"google", "gemini", "vertex"})
_WITHOUT: Final = frozenset({"anthropic", "bedrock"})
_FLOAT: Final = 4  # bytes


def check_vectors(scorer: str, model: str) -> None:
    """Check that somebody gives vectors.

    Raises:
        ConfigError: The vendor has none.
    """
    provider = asked(model).partition(":")[0]
    if provider in _WITHOUT:
        raise ConfigError(f"{scorer}: no embeddings of {provider} are known here: name another")


def vector_request(model: str, text: str, case_id: str = "") -> Request:
    """Return the call that asks a model for a text's vector."""
    provider, _, name = asked(model).partition(":")
    endpoint: Endpoint = "openai.embeddings"
    body: dict[str, Any] = {"model": name, "input": text, "encoding_format": "base64"}
    if provider in _GOOGLE:
        endpoint, body = "gemini.embed", {"model": name, "contents": text}
    key = sha256(canonical([asked(model), endpoint, text]).encode()).hexdigest()
    return Request(model, endpoint, body, (("user", text),), {"text": text}, key, key, case_id)


def vector_ask(sent: Request, price: Price | None, price_sha256: str | None) -> Ask:
    """Return such a call with what it costs at most: a token for each byte."""
    if price is None:
        return Ask(sent)
    if sent.model.startswith(BASELINE):
        return Ask(sent, Decimal(0), lambda _: Decimal(0))
    size = len(sent.messages[0][1].encode("utf-8", "surrogatepass"))
    worst = size * price.rates_for(size).input / MILLION

    def paid(completion: Completion) -> Decimal | None:
        return None if completion.usage is None else price.cost(completion.usage)

    return Ask(sent, worst, paid, price_sha256=price_sha256)


def whole(completion: Completion) -> bool:
    """Return whether an answer is a vector that can be read."""
    try:
        vector_of(completion)
    except ProviderError:
        return False
    return True


def vector_of(completion: Completion) -> Sequence[float]:
    """Return the vector that an answer is.

    Raises:
        ProviderError: It is none.
    """
    text = completion.text.strip()
    try:
        found = [float(one) for one in json.loads(text)] if text.startswith("[") else _floats(text)
    except (ValueError, TypeError, StructError, RecursionError) as error:
        told = f"the answer is no vector ({type(error).__name__})"
        raise ProviderError("malformed", told, billed="yes") from error
    if not found:
        raise ProviderError("malformed", "the answer is an empty vector", billed="yes")
    return found


def _floats(text: str) -> Sequence[float]:
    coded, _, told = text.partition(".")
    if told != f"{crc32(coded.encode()):08x}":
        raise ValueError(told)
    data = b64decode(coded, validate=True)
    return unpack(f"<{len(data) // _FLOAT}f", data)
