"""What an answer of a vendor's client tells: the fields are taken at once, and read later."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.caching.usage import UsageRefused, normalised
from promptops.caching.usage_shapes import SHAPES

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.model.evaluation import Finish
    from promptops.model.money import Usage

# The vendors' words for why an answer ended, in lower case.
_FINISHES: Final[dict[str, Finish]] = {
    "end_turn": "stop", "stop_sequence": "stop", "stop": "stop", "completed": "stop",
    "complete": "stop", "max_tokens": "length", "length": "length", "max_output_tokens": "length",
    "model_context_window_exceeded": "length", "tool_use": "tool_calls",
    "tool_calls": "tool_calls", "function_call": "tool_calls", "refusal": "refusal",
    "content_filter": "content_filter", "safety": "content_filter",
    "guardrail_intervened": "content_filter", "recitation": "content_filter",
}  # fmt: skip
_VENDORS: Final = {"gemini": "google", "google-gla": "google"}
_THOUGHTS: Final = (
    ("output_tokens_details", "reasoning_tokens"),
    ("completion_tokens_details", "reasoning_tokens"),
    ("thoughts_token_count", None),
    ("thoughtsTokenCount", None),
)


class Taken(NamedTuple):
    """The fields of an answer that are kept, as they are."""

    usage: Any
    served: Any
    finish: Any


def taken(response: Any) -> Taken:
    """Return what is kept of an answer, a mapping or an object of a vendor's client."""

    def get(name: str) -> Any:
        return _at(response, name)

    usage = get("usage") or get("usage_metadata") or get("usageMetadata")
    served = get("model") or get("model_version") or get("modelVersion")
    return Taken(usage, served, _finish(get))


def _finish(get: Callable[[str], Any]) -> Any:
    for name in ("stop_reason", "stopReason"):
        if (found := get(name)) is not None:
            return found
    for name in ("choices", "candidates"):
        if listed := get(name):
            return _at(listed[0], "finish_reason") or _at(listed[0], "finishReason")
    return _at(get("incomplete_details"), "reason") or get("status")


def finish_of(said: Any) -> Finish | None:
    """Return why an answer ended; None where nothing was said."""
    if said is None:
        return None
    word = str(getattr(said, "value", said)).rpartition(".")[2].lower()
    return _FINISHES.get(word, "other")


def usage_of(said: Any, model: str | None) -> Usage | None:
    """Return a vendor's usage with every token counted once; None where it cannot be read.

    Args:
        said: The usage as the vendor tells it.
        model: ``provider:model``; a provider of another name speaks as OpenAI does.
    """
    if said is None:
        return None
    provider = (model or "").partition(":")[0]
    vendor = _VENDORS.get(provider, provider)
    try:
        return normalised(said, vendor if vendor in SHAPES else "openai")
    except UsageRefused:
        return None


def reasoning_of(said: Any) -> int | None:
    """Return the tokens of thought that a usage tells; None where it tells none."""
    for outer, inner in _THOUGHTS:
        found = _at(said, outer)
        if inner is not None:
            found = _at(found, inner)
        if isinstance(found, int):
            return found
    return None


def _at(value: Any, name: str) -> Any:
    return value.get(name) if isinstance(value, Mapping) else getattr(value, name, None)
