"""Where OpenAI's API is, its endpoints, and servers that speak its protocol."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.caching.usage_shapes import SHAPES
from promptops.providers import limits, openai_chat, openai_embeddings, openai_responses
from promptops.providers.keys import address_of, custom_headers, key_of
from promptops.providers.sse import Fold
from promptops.providers.vendor import Address, Dialect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Server
    from promptops.model.evaluation import Endpoint

WHO: Final = "OpenAI"
_JSON: Final = {"content-type": "application/json", "accept": "application/json"}
_BELONGING: Final = {
    "OPENAI_ORG_ID": "openai-organization",
    "OPENAI_PROJECT_ID": "openai-project",
}
DIALECTS: Final[Mapping[Endpoint, Dialect]] = {
    "openai.responses": Dialect(
        "openai",
        openai_responses.sent,
        openai_responses.read,
        openai_responses.ResponseFold,
        limits.openai,
        "x-request-id",
    ),
    "openai.chat": Dialect(
        "openai",
        openai_chat.sent,
        openai_chat.read,
        openai_chat.ChatFold,
        limits.openai,
        "x-request-id",
    ),
    "openai.embeddings": Dialect(
        "openai",
        openai_embeddings.sent,
        openai_embeddings.read,
        Fold,
        limits.openai,
        "x-request-id",
    ),
}


def address(environment: Mapping[str, str]) -> Address:
    """Return where the API is and how a call is signed.

    Raises:
        ConfigError: There is no key, or a variable cannot be used.
    """
    key = key_of(environment, WHO, "OPENAI_API_KEY")
    base = environment.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
    custom = custom_headers(environment.get("OPENAI_CUSTOM_HEADERS", ""), "OPENAI_CUSTOM_HEADERS")
    belonging = {
        header: environment[name].strip()
        for name, header in _BELONGING.items()
        if environment.get(name)
    }
    headers = {
        **_JSON,
        "authorization": f"Bearer {key}",
        **belonging,
        **{name.lower(): value for name, value in custom.items()},
    }
    return Address(address_of(base, "OPENAI_BASE_URL"), headers, (key, *custom.values()))


def address_of_server(name: str, server: Server, environment: Mapping[str, str]) -> Address:
    """Return where a server is that speaks this protocol; without a key variable, it wants none.

    Raises:
        ConfigError: There is no key, or the address cannot be used.
    """
    base = address_of(server.base_url, f"base-url of {name}")
    if server.key is None:
        return Address(base, _JSON)
    key = key_of(environment, name, server.key)
    return Address(base, {**_JSON, "authorization": f"Bearer {key}"}, (key,))


def dialects_of_server(name: str) -> Mapping[Endpoint, Dialect]:
    """Return the endpoints of such a server; its counts follow the rules of whose name it has."""
    usage = name if name in SHAPES else ""
    return {endpoint: replace(dialect, usage=usage) for endpoint, dialect in DIALECTS.items()}
