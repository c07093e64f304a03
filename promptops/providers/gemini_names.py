"""What google-genai makes of the ``config`` of a call: the API's body, field by field.

Names that are not listed are the same, or are below one that is; the client passes those on as
they are written. From google-genai 3.4, read on 2026-11-22.
"""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MODEL: Final = re.compile(r"[\w.:@-]+(?:/[\w.:@-]+)*\Z", re.ASCII)
GENERATION: Final[Mapping[str, str]] = {
    "temperature": "temperature",
    "top_p": "topP",
    "top_k": "topK",
    "candidate_count": "candidateCount",
    "max_output_tokens": "maxOutputTokens",
    "stop_sequences": "stopSequences",
    "response_logprobs": "responseLogprobs",
    "logprobs": "logprobs",
    "presence_penalty": "presencePenalty",
    "frequency_penalty": "frequencyPenalty",
    "seed": "seed",
    "response_mime_type": "responseMimeType",
    "response_json_schema": "responseJsonSchema",
    "response_modalities": "responseModalities",
    "media_resolution": "mediaResolution",
    "speech_config": "speechConfig",
    "thinking_config": "thinkingConfig",
    "image_config": "imageConfig",
    "enable_enhanced_civic_answers": "enableEnhancedCivicAnswers",
}
BESIDE: Final[Mapping[str, str]] = {
    "safety_settings": "safetySettings",
    "labels": "labels",
    "service_tier": "serviceTier",
    "store": "store",
}
_CLIENTS_OWN: Final = frozenset(
    {"http_options", "should_return_http_response", "automatic_function_calling"}
)
_OPTIONS: Final = frozenset({"headers", "timeout", "extra_body"})


@dataclass(frozen=True, slots=True)
class Options:
    """What the client's ``http_options`` ask for."""

    headers: Mapping[str, str] = field(default_factory=dict)
    timeout: float | None = None  # seconds
    extra: Mapping[str, Any] = field(default_factory=dict)


def options_of(config: Mapping[str, Any]) -> Options:
    """Return the ``http_options`` of a call, whose ``timeout`` is in milliseconds.

    Raises:
        ConfigError: They ask for what is not done here.
    """
    given = config.get("http_options") or {}
    unknown = sorted(given.keys() - _OPTIONS)
    if unknown:
        raise ConfigError(f"http_options: {', '.join(unknown)}: only headers, timeout, extra_body")
    headers = {str(k).lower(): str(v) for k, v in (given.get("headers") or {}).items()}
    timeout = given.get("timeout")
    return Options(headers, timeout / 1000 if timeout else None, given.get("extra_body") or {})


def body_of(given: Mapping[str, Any], options: Options) -> dict[str, Any]:
    """Return the body of a call.

    Raises:
        ConfigError: The API lacks one of the options.
    """
    config = {k: v for k, v in (given.get("config") or {}).items() if v is not None}
    known = GENERATION.keys() | BESIDE.keys() | _CLIENTS_OWN | _WRITTEN.keys()
    unknown = sorted(config.keys() - known)
    if "response_schema" in unknown:  # the client rewrites it by rules of its own
        raise ConfigError("response_schema is not sent here: use response_json_schema")
    if unknown:
        raise ConfigError(f"the Gemini API has no {', '.join(unknown)}")
    body: dict[str, Any] = {"contents": given.get("contents")}
    body |= {sent: config[name] for name, sent in BESIDE.items() if name in config}
    for name, (sent, written) in _WRITTEN.items():
        if name in config:
            body[sent] = written(config[name])
    if given.get("config"):  # the client sends it empty, too
        body["generationConfig"] = _generation(config)
    _merge(body, options.extra)
    return body


def _generation(config: Mapping[str, Any]) -> dict[str, Any]:
    found = {sent: config[name] for name, sent in GENERATION.items() if name in config}
    if "image_config" in config:
        found["imageConfig"] = _camels(config["image_config"])
    return found


_TOOL: Final = {
    "function_declarations": "functionDeclarations",
    "google_search": "googleSearch",
    "code_execution": "codeExecution",
    "url_context": "urlContext",
}
_TOOL_CONFIG: Final = {
    "function_calling_config": "functionCallingConfig",
    "retrieval_config": "retrievalConfig",
}
_CALLING: Final = {"allowed_function_names": "allowedFunctionNames"}


def _renamed(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {names.get(key, key): inner for key, inner in value.items()}


def _instruction(value: Any) -> Any:
    return {"parts": [{"text": value}], "role": "user"} if isinstance(value, str) else value


def _tool_config(value: Mapping[str, Any]) -> dict[str, Any]:
    found = _renamed(value, _TOOL_CONFIG)
    if isinstance(found.get("functionCallingConfig"), dict):
        found["functionCallingConfig"] = _renamed(found["functionCallingConfig"], _CALLING)
    return found


def _camels(value: Mapping[str, Any]) -> dict[str, Any]:
    return {_camel(key): inner for key, inner in value.items()}


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _tools(value: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [_renamed(one, _TOOL) for one in value]


def _cached(value: Any) -> str:
    return str(value) if "/" in str(value) else f"cachedContents/{value}"


_WRITTEN: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "system_instruction": ("systemInstruction", _instruction),
    "tools": ("tools", _tools),
    "tool_config": ("toolConfig", _tool_config),
    "cached_content": ("cachedContent", _cached),
}


def _merge(body: dict[str, Any], extra: Mapping[str, Any]) -> None:
    """Add to a body, at every depth, as the client does."""
    for key, value in extra.items():
        if isinstance(body.get(key), dict) and isinstance(value, dict):
            _merge(body[key], value)
        else:
            body[key] = value


def model_named(model: str) -> str:
    """Return a model's name as it stands in an address.

    Raises:
        ConfigError: It cannot.
    """
    if not _MODEL.match(model) or ".." in model:
        raise ConfigError(f"Gemini has no model of the name {model[:80]!r}")
    return model if model.startswith(("models/", "tunedModels/")) else f"models/{model}"
