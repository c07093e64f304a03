"""A rendered prompt -> the call that asks a model about a case, with the keys it is known by."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import ConfigError
from promptops.evals.dataset.fitting import inputs_for
from promptops.model.evaluation import Request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.evaluation import Case, Endpoint
    from promptops.registry.handle import PromptHandle
    from promptops.registry.rendered import Rendered

ENDPOINTS: Final[dict[str, Endpoint]] = {
    "anthropic": "anthropic.messages",
    "openai": "openai.responses",
    "google": "gemini.generate",
    "gemini": "gemini.generate",
    "vertex": "gemini.generate",
    "bedrock": "bedrock.converse",
    "baseline": "plain",
}
# What asks for an answer in a stream of events, the last of which tells its usage.
_STREAM: Final[dict[Endpoint, dict[str, Any]]] = {
    "anthropic.messages": {"stream": True},
    "openai.responses": {"stream": True},
    "openai.chat": {"stream": True, "stream_options": {"include_usage": True}},
    "gemini.generate": {"stream": True},
}
_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=str)
REPLAY: Final = "replay:"
OTHERS: Final[Endpoint] = "openai.chat"  # servers that speak OpenAI's protocol


def asked(model: str) -> str:
    """Return the model whose answers are meant: a replayed one is asked about as itself."""
    return model.removeprefix(REPLAY)


def endpoint_of(model: str, *, chat: bool = False) -> Endpoint:
    """Return where a model is asked; ``chat`` takes OpenAI's older endpoint."""
    provider = asked(model).partition(":")[0]
    found = ENDPOINTS.get(provider, OTHERS)
    return OTHERS if chat and found == "openai.responses" else found


def streaming(model: str) -> dict[str, Any]:
    """Return the keyword arguments that ask a model for a stream.

    Raises:
        ConfigError: Its vendor's streams are not read.
    """
    found = _STREAM.get(endpoint_of(model))
    if found is None:
        raise ConfigError(f"run.stream: answers of {model} cannot be read as streams: leave it out")
    return found


def request(
    handle: PromptHandle,
    model: str,
    case: Case,
    repeat: int = 0,
    *,
    endpoint: Endpoint | None = None,
    options: Mapping[str, Any] | None = None,
) -> Request:
    """Return the call that asks a model about a case.

    ``options`` are further keyword arguments of the vendor's client; they decide what is sent,
    never what is meant.

    Raises:
        InputError: The case does not fit the prompt's inputs.
        RenderError: The prompt cannot be rendered on it, or the vendor would refuse it.
    """
    declared = handle.prompt.metadata.inputs
    rendered = handle.render(**inputs_for(case, declared))
    return of_rendered(rendered, model, case, repeat, endpoint=endpoint, options=options)


def of_rendered(
    given: Rendered,
    model: str,
    case: Case,
    repeat: int = 0,
    *,
    endpoint: Endpoint | None = None,
    options: Mapping[str, Any] | None = None,
) -> Request:
    """Return the call that sends a model what was rendered of a case; raises as ``request``."""
    inner = asked(model)
    rendered = given if given.model == inner else replace(given, model=inner)
    where = endpoint or endpoint_of(model)
    body = {**_body(rendered, where), **(options or {})}
    return Request(
        model,
        where,
        body,
        tuple((message.role, message.text) for message in rendered.messages),
        case.inputs,
        _answer_key(rendered, where, repeat),
        _hash({"model": inner, "endpoint": where, "body": body, "repeat": repeat}),
        case.id,
        repeat,
    )


def _body(rendered: Rendered, endpoint: Endpoint) -> dict[str, Any]:
    if endpoint == "plain":
        return {}
    made = {
        "anthropic.messages": rendered.anthropic,
        "openai.responses": rendered.openai_responses,
        "openai.chat": rendered.openai,
        "gemini.generate": rendered.gemini,
        "bedrock.converse": rendered.bedrock,
    }
    return made[endpoint]()


def _answer_key(rendered: Rendered, endpoint: Endpoint, repeat: int) -> str:
    """Return the hash of all that an answer's quality can depend on; cache marks are none of it."""
    return _hash(
        {
            "messages": [[message.role, message.text] for message in rendered.messages],
            "tools": rendered.tools,
            "schema": rendered.schema,
            "params": rendered.params,
            "model": rendered.model,
            "endpoint": endpoint,
            "repeat": repeat,
        }
    )


def _hash(value: Any) -> str:
    text = _CANONICAL.encode(value)
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
