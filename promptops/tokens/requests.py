"""Requests as the vendors' counting endpoints take them.

Anthropic counts at ``/v1/messages/count_tokens`` (platform.claude.com, "Token counting"), OpenAI at
``/v1/responses/input_tokens`` (developers.openai.com, "Counting tokens"), Gemini at
``/v1/models/NAME:countTokens`` (ai.google.dev, "countTokens"). The bodies are those of the vendors'
own clients: anthropic 2.12, openai 3.54, google-genai 3.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.errors import CountingError
from promptops.model import schemas
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.prompt import Role

_INSTRUCTIONS: Final = frozenset({"system", "developer"})
_GEMINI_ROLES: Final = {"user": "user", "assistant": "model"}


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent to a model.

    Tools are as prompts declare them (name, description, parameters) and the schema is the
    answer's, both as parsed JSON.
    """

    messages: tuple[tuple[Role, str], ...]
    tools: tuple[Mapping[str, Any], ...] = ()
    schema: Mapping[str, Any] | None = None
    name: str = "a request"  # the prompt's, as errors give it


def anthropic(model: str, request: Request) -> dict[str, Any]:
    """Return the body for Anthropic."""
    system, turns = _split(request, "Anthropic")
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": role, "content": [_block(text)]} for role, text in turns],
    }
    if system:
        body["system"] = [_block(text) for text in system]
    if request.tools:
        body["tools"] = [_anthropic_tool(tool) for tool in request.tools]
    if request.schema is not None:
        answer = {"type": "json_schema", "schema": schemas.described(request.schema)}
        body["output_config"] = {"format": answer}
    return body


def openai(model: str, request: Request) -> dict[str, Any]:
    """Return the body for OpenAI."""
    said = [{"role": role, "content": text} for role, text in request.messages]
    body: dict[str, Any] = {"model": model, "input": said}
    if request.tools:
        body["tools"] = [_openai_tool(tool) for tool in request.tools]
    if request.schema is not None:
        schema = dict(request.schema)
        answer = {"type": "json_schema", "name": schemas.name_of(request.name), "schema": schema}
        body["text"] = {"format": {**answer, "strict": schemas.closed(schema)}}
    return body


def gemini(model: str, request: Request) -> dict[str, Any]:
    """Return the body for Gemini, with the whole request where it is more than turns."""
    system, turns = _split(request, "Gemini")
    contents = [{"role": _GEMINI_ROLES[role], "parts": [{"text": text}]} for role, text in turns]
    whole: dict[str, Any] = {}
    if system:
        whole["systemInstruction"] = {"parts": [{"text": text} for text in system]}
    if request.tools:
        declared = [_gemini_tool(tool) for tool in request.tools]
        whole["tools"] = [{"functionDeclarations": declared}]
    if request.schema is not None:
        schema = dict(request.schema)
        json = {"responseMimeType": "application/json", "responseJsonSchema": schema}
        whole["generationConfig"] = json
    if not whole:
        return {"contents": contents}
    return {"generateContentRequest": {"model": model, "contents": contents, **whole}}


def _split(request: Request, vendor: str) -> tuple[list[str], list[tuple[Role, str]]]:
    """Return the texts of the instructions, and the turns behind them."""
    roles = [role for role, _ in request.messages]
    first = next((at for at, role in enumerate(roles) if role not in _INSTRUCTIONS), len(roles))
    if late := next((role for role in roles[first:] if role in _INSTRUCTIONS), None):
        told = f"a {late} message follows a turn, which {vendor} does not take"
        raise CountingError(f"{request.name}: {told}; count offline")
    return [text for _, text in request.messages[:first]], list(request.messages[first:])


def _block(text: str) -> dict[str, str]:
    return {"type": "text", "text": text}


def _anthropic_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in tool.items() if key != "parameters"}
    return {**found, "input_schema": tool.get("parameters", {"type": "object"})}


def _openai_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    # Unlike Chat, this API makes a tool strict unless told otherwise.
    return {"type": "function", "parameters": {"type": "object"}, "strict": False, **tool}


def _gemini_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    # Gemini has no strict mode for tools.
    renamed = {"parameters": "parameters_json_schema"}
    return {renamed.get(key, key): value for key, value in tool.items() if key != "strict"}
