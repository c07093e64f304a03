"""Where vendors count tokens, and with which keys: as their clients read the environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlsplit

from promptops.errors import CountingError
from promptops.model.values import dataclass
from promptops.tokens import requests

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.tokens.requests import Request

_MODEL: Final = re.compile(r"[\w.:@-]+(?:/[\w.:@-]+)*\Z", re.ASCII)
_KEY: Final = re.compile(r"[!-~]+\Z")


@dataclass(frozen=True, slots=True)
class Vendor:
    """A vendor's counting endpoint."""

    provider: str
    name: str
    keys: tuple[str, ...]  # environment variables; the first that is set holds the key
    base: str  # the environment variable for another address
    address: str
    path: Callable[[str], str]  # of a model
    body: Callable[[str, Request], dict[str, Any]]
    headers: Mapping[str, str]
    key_header: tuple[str, str]  # its name, and what stands before the key
    field: str  # of the answer

    def url(self, model: str, environment: Mapping[str, str]) -> str:
        """Return where a model's tokens are counted.

        Raises:
            CountingError: The address is none, or the model's name cannot be part of one.
        """
        base = environment.get(self.base) or self.address
        if urlsplit(base).scheme not in {"http", "https"}:
            raise CountingError(f"{self.base}: the address of {self.name} must begin with https://")
        if not _MODEL.match(model) or ".." in model:
            raise CountingError(f"{self.name} has no model of the name {model[:80]!r}")
        return base.rstrip("/") + self.path(model)

    def signed(self, environment: Mapping[str, str]) -> dict[str, str]:
        """Return the headers of a request, with the key.

        Raises:
            CountingError: There is no key.
        """
        variable = next((name for name in self.keys if environment.get(name)), None)
        if variable is None:
            told = " or ".join(self.keys)
            raise CountingError(f"--count api needs a key for {self.name}: set {told}")
        key = environment[variable].strip()
        if not _KEY.match(key):
            raise CountingError(f"{variable}: a key has no blanks and no line breaks in it")
        name, before = self.key_header
        sent = {"Content-Type": "application/json", "User-Agent": "promptops", **self.headers}
        return {**sent, name: before + key}


def _gemini_name(model: str) -> str:
    return model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"


ANTHROPIC: Final = Vendor(
    provider="anthropic",
    name="Anthropic",
    keys=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    base="ANTHROPIC_BASE_URL",
    address="https://api.anthropic.com",
    path=lambda _: "/v1/messages/count_tokens",
    body=requests.anthropic,
    headers={"anthropic-version": "2026-10-21"},
    key_header=("Authorization", "Bearer "),
    field="input_tokens",
)
OPENAI: Final = Vendor(
    provider="openai",
    name="OpenAI",
    keys=("OPENAI_API_KEY",),
    base="OPENAI_BASE_URL",
    address="https://api.openai.com/v1",
    path=lambda _: "/responses/input_tokens",
    body=requests.openai,
    headers={},
    key_header=("Authorization", "Bearer "),
    field="input_tokens",
)
GOOGLE: Final = Vendor(
    provider="google",
    name="Gemini",
    keys=("GOOGLE_API_KEY", "GEMINI_API_KEY"),
    base="GOOGLE_GEMINI_BASE_URL",
    address="https://generativelanguage.googleapis.com",
    path=lambda model: f"/v1/{quote(_gemini_name(model), safe='/')}:countTokens",
    body=lambda model, request: requests.gemini(_gemini_name(model), request),
    headers={},
    key_header=("x-goog-api-key", ""),
    field="totalTokens",
)
VENDORS: Final = {
    "anthropic": ANTHROPIC,
    "openai": OPENAI,
    "google": GOOGLE,
    "gemini": GOOGLE,
}


def vendor_of(model: str) -> tuple[Vendor, str] | None:
    """Return who counts the tokens of ``provider:model``, and the model's name there."""
    provider, _, name = model.partition(":")
    vendor = VENDORS.get(provider.lower())
    return (vendor, name) if vendor and name else None
