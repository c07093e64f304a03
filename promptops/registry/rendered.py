"""A rendered prompt, in the forms that vendors' clients take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import RenderError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.prompt import Message, Part

_FIRST: Final = ("system", "developer")


@dataclass(frozen=True, slots=True)
class Ref:
    """Which text was rendered."""

    name: str
    version: int | None
    sha256: str
    source: str  # head, frozen, or git:REV
    label: str | None = None


@dataclass(frozen=True, slots=True)
class Rendered:
    """The messages of one call, and how to hand them to a vendor's client."""

    messages: tuple[Message, ...]
    ref: Ref
    model: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    schema: Mapping[str, Any] | None = None

    @property
    def otel(self) -> dict[str, str]:
        """Attributes for a span, under the names of OpenTelemetry's GenAI conventions."""
        found = {
            "gen_ai.prompt.name": self.ref.name,
            "promptops.prompt.sha256": self.ref.sha256.removeprefix("sha256:"),
            "promptops.prompt.source": self.ref.source,
        }
        if self.ref.version is not None:
            found["gen_ai.prompt.version"] = str(self.ref.version)
        return found

    def anthropic(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.messages.create`` of Anthropic's client.

        System and developer messages become the system blocks; cache marks become cache_control.

        Raises:
            RenderError: A system message follows the conversation's first turn.
        """
        system: list[dict[str, Any]] = []
        turns: list[dict[str, Any]] = []
        for message in self.messages:
            blocks = [_anthropic_block(part) for part in message.parts if part.text]
            if message.role in _FIRST:
                if turns:
                    told = f"a {message.role} message follows a turn, which Anthropic does not take"
                    raise RenderError(f"{self.ref.name}: {told}")
                system += blocks
            elif blocks:
                turns.append({"role": message.role, "content": blocks})
        found = {**self._model(), **self.params, "messages": turns}
        if system:
            found["system"] = system
        if self.tools:
            found["tools"] = [_anthropic_tool(tool) for tool in self.tools]
        if self.schema is not None:
            found["output_config"] = {
                "format": {"type": "json_schema", "schema": dict(self.schema)}
            }
        return found

    def openai(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.chat.completions.create`` of OpenAI's client.

        Cache marks are left out: the vendor caches prefixes by itself.
        """
        messages = [{"role": one.role, "content": one.text} for one in self.messages]
        found = {**self._model(), **self.params, "messages": messages}
        if "max_tokens" in found:
            # The name that the API's newer models insist on; the older ones know it, too.
            found["max_completion_tokens"] = found.pop("max_tokens")
        if self.tools:
            found["tools"] = [{"type": "function", "function": dict(tool)} for tool in self.tools]
        if self.schema is not None:
            name = self.ref.name.replace("/", "_")
            schema = {"name": name, "schema": dict(self.schema)}
            found["response_format"] = {"type": "json_schema", "json_schema": schema}
        return found

    def _model(self) -> dict[str, str]:
        return {} if self.model is None else {"model": self.model.partition(":")[2]}


def _anthropic_block(part: Part) -> dict[str, Any]:
    block: dict[str, Any] = {"type": "text", "text": part.text}
    if part.cache is not None:
        control = {"type": "ephemeral"}
        if part.cache.ttl is not None:
            control["ttl"] = part.cache.ttl
        block["cache_control"] = control
    return block


def _anthropic_tool(tool: Mapping[str, Any]) -> dict[str, Any]:
    renamed = {"parameters": "input_schema"}
    return {renamed.get(key, key): value for key, value in tool.items()}
