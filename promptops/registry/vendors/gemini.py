"""Google's Gemini API, through google-genai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.registry.vendors.conversation import refuse, split
from promptops.registry.vendors.params import listed, model, renamed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.registry.rendered import Rendered

_OWN: Final = ("model", "contents", "system_instruction", "tools")
_NAMES: Final = {"max_tokens": "max_output_tokens", "stop": "stop_sequences"}
_ROLES: Final = {"user": "user", "assistant": "model"}
# The client's own type refuses what it does not know.
KNOWN: Final = frozenset(
    "http_options should_return_http_response temperature top_p top_k candidate_count "
    "max_output_tokens stop_sequences response_logprobs logprobs presence_penalty "
    "frequency_penalty seed response_mime_type response_schema response_json_schema "
    "routing_config model_selection_config safety_settings tool_config labels cached_content "
    "response_modalities media_resolution speech_config audio_timestamp "
    "automatic_function_calling thinking_config image_config enable_enhanced_civic_answers "
    "model_armor_config service_tier".split()
)


def request(rendered: Rendered) -> dict[str, Any]:
    """Return keyword arguments for ``client.models.generate_content``.

    Cache marks are left out: the vendor caches prefixes by itself.

    Raises:
        RenderError: The API would refuse the request.
    """
    system, turns = split(rendered, "Gemini")
    config = renamed(rendered, _NAMES, _OWN)
    listed(config, "stop_sequences")
    unknown = [repr(name) for name in config if name not in KNOWN]
    if unknown:
        refuse(rendered, f"Gemini does not know the params {', '.join(unknown)}")
    if system:
        config["system_instruction"] = {"parts": [{"text": one.text} for one in system]}
    if rendered.tools:
        declared = [_tool(tool) for tool in rendered.tools]
        config["tools"] = [{"function_declarations": declared}]
    if rendered.schema is not None:
        if config.keys() & {"response_schema", "response_json_schema"}:
            refuse(rendered, "params and output: schema both give the answer's schema")
        config["response_mime_type"] = "application/json"
        config["response_json_schema"] = dict(rendered.schema)
    contents = [{"role": _ROLES[one.role], "parts": [{"text": one.text}]} for one in turns]
    return {**model(rendered), "contents": contents, "config": config}


def _tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    # Gemini has no strict mode for tools.
    renamed = {"parameters": "parameters_json_schema"}
    return {renamed.get(key, key): value for key, value in tool.items() if key != "strict"}
