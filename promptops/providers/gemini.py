"""Google's Gemini API, ``generateContent``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from promptops.model.evaluation import Completion, ToolCall
from promptops.providers import gemini_embeddings, limits
from promptops.providers.gemini_names import body_of, model_named, options_of
from promptops.providers.keys import address_of, key_of
from promptops.providers.refusals import error_in, failure
from promptops.providers.sse import Fold
from promptops.providers.values import count_or_none, text_or_none
from promptops.providers.vendor import Address, Dialect, Sent

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.evaluation import Endpoint, Finish
    from promptops.providers.vendor import Told

WHO: Final = "Gemini"
_FINISH: Final[Mapping[str, Finish]] = {
    "STOP": "stop", "MAX_TOKENS": "length", "SAFETY": "content_filter",
    "RECITATION": "content_filter", "BLOCKLIST": "content_filter",
    "PROHIBITED_CONTENT": "content_filter", "SPII": "content_filter",
    "IMAGE_SAFETY": "content_filter", "IMAGE_PROHIBITED_CONTENT": "content_filter",
    "IMAGE_RECITATION": "content_filter", "MODEL_ARMOR": "content_filter",
}  # fmt: skip


def address(environment: Mapping[str, str]) -> Address:
    """Return where the API is and how a call is signed.

    Raises:
        ConfigError: There is no key, or a variable cannot be used.
    """
    key = key_of(environment, WHO, "GOOGLE_API_KEY", "GEMINI_API_KEY")
    base = environment.get("GOOGLE_GEMINI_BASE_URL") or "https://generativelanguage.googleapis.com"
    version = environment.get("GOOGLE_GENAI_API_VERSION") or "v1"
    headers = {"content-type": "application/json", "x-goog-api-key": key}
    address = f"{address_of(base, 'GOOGLE_GEMINI_BASE_URL')}/{quote(version, safe='')}"
    return Address(address, headers, (key,))


def sent(given: Mapping[str, Any]) -> Sent:
    """Return the call that ``client.models.generate_content(**given)`` makes.

    With ``stream`` it is the call that ``generate_content_stream`` makes.

    Raises:
        ConfigError: The model's name cannot be part of an address, or the API lacks an option.
    """
    named = model_named(str(given.get("model", "")))
    streamed = given.get("stream") is True
    config = given.get("config") or {}
    options = options_of(config)
    thinking = config.get("thinking_config") or {}
    method = "streamGenerateContent" if streamed else "generateContent"
    return Sent(
        f"/{named}:{method}",
        body_of(given, options),
        options.headers,
        {"alt": "sse"} if streamed else {},
        options.timeout,
        streamed=streamed,
        reasoning=bool(thinking) and thinking.get("thinking_budget") != 0,
    )


def read(body: Mapping[str, Any], told: Told) -> Completion:
    """Return what the first candidate says."""
    if body.get("error"):
        raise failure(WHO, error_in(body), "unknown")
    usage = body.get("usageMetadata") or {}
    served = text_or_none(body.get("modelVersion"))
    thoughts = count_or_none(usage.get("thoughtsTokenCount"))
    told["request_id"] = told["request_id"] or text_or_none(body.get("responseId"))
    tier = text_or_none(usage.get("serviceTier"))
    if not body.get("candidates"):
        blocked = body["promptFeedback"]["blockReason"]
        return Completion(
            "",
            finish="content_filter",
            model_served=served,
            refusal=text_or_none(blocked),
            tier=tier,
            **told,
        )
    candidate = body["candidates"][0]
    parts = (candidate.get("content") or {}).get("parts") or ()
    calls = tuple(
        ToolCall(one["functionCall"]["name"], one["functionCall"].get("args"))
        for one in parts
        if "functionCall" in one
    )
    finish = _FINISH.get(candidate.get("finishReason") or "", "other")
    return Completion(
        "".join(one["text"] for one in parts if "text" in one and not one.get("thought")),
        finish="tool_calls" if calls and finish == "stop" else finish,
        model_served=served,
        tool_calls=calls,
        reasoning_tokens=thoughts,
        tier=tier,
        **told,
    )


class GenerateFold(Fold):
    """The chunks of a streamed answer, each of them an answer that is to be continued."""

    def take(self, event: dict[str, Any]) -> None:
        """Take a chunk.

        Raises:
            ProviderError: It is an error.
        """
        if event.get("error"):
            raise failure(self.who, error_in(event), "unknown")
        for key in ("modelVersion", "responseId", "usageMetadata", "promptFeedback"):
            if key in event:
                self.body[key] = event[key]
        for candidate in (event.get("candidates") or ())[:1]:
            found = self.body.setdefault("candidates", [{"content": {"parts": []}}])[0]
            found["content"]["parts"] += (candidate.get("content") or {}).get("parts") or ()
            if candidate.get("finishReason"):
                found["finishReason"] = candidate["finishReason"]
                self.done = True
        if (event.get("promptFeedback") or {}).get("blockReason"):
            self.done = True


DIALECTS: Final[Mapping[Endpoint, Dialect]] = {
    "gemini.generate": Dialect("google", sent, read, GenerateFold, limits.none, "x-request-id"),
    "gemini.embed": Dialect(
        "google", gemini_embeddings.sent, gemini_embeddings.read, Fold, limits.none, "x-request-id"
    ),
}
