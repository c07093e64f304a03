"""A rendered prompt, in the forms that vendors' clients take."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from promptops.model.prompt import Amount, Message
    from promptops.model.tokens import TokenCount

_UNCHANGING: Final = (str, int, float, type(None))


@dataclass(frozen=True, slots=True)
class Ref:
    """Which text was rendered."""

    name: str
    version: int | None
    sha256: str
    source: str  # head, frozen, blob, bundle, or git:REV
    label: str | None = None
    variant: str | None = None  # the version that a split label gave, such as v4


@dataclass(frozen=True, slots=True)
class Rendered:
    """The messages of one call, and how to hand them to a vendor's client."""

    messages: tuple[Message, ...]
    ref: Ref
    model: str | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    tools: tuple[Mapping[str, Any], ...] = ()
    schema: Mapping[str, Any] | None = None
    cache: Mapping[str, Any] = field(default_factory=dict)  # marks that have no place in the body
    output_tokens: Amount | None = None  # of an answer, as the prompt declares

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
        if self.ref.label is not None:
            found["promptops.prompt.label"] = self.ref.label
        if self.ref.variant is not None:
            found["promptops.prompt.variant"] = self.ref.variant
        return found

    def tokens(self) -> TokenCount:
        """Return the request's input tokens for its model, and how they were counted."""
        from promptops.registry import figures

        return figures.tokens(self)

    def cost(self, output_tokens: int | None = None, *, on: date | None = None) -> Decimal:
        """Return the request's dollars at list price, with an answer of some length.

        Raises:
            NotEstimable: The prompt names no model, or no price is known for it.
        """
        from promptops.registry import figures

        return figures.cost(self, output_tokens, on)

    def anthropic(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.messages.create`` of Anthropic's client.

        Raises:
            RenderError: The API would refuse the request.
        """
        from promptops.registry.vendors import anthropic

        return _own(anthropic.request(self))

    def openai(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.chat.completions.create`` of OpenAI's client.

        Raises:
            RenderError: The API would refuse the request.
        """
        from promptops.registry.vendors import openai

        return _own(openai.request(self))

    def openai_responses(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.responses.create`` of OpenAI's client.

        Raises:
            RenderError: The API would refuse the request.
        """
        from promptops.registry.vendors import openai_responses

        return _own(openai_responses.request(self))

    def gemini(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.models.generate_content`` of google-genai.

        Raises:
            RenderError: The API would refuse the request.
        """
        from promptops.registry.vendors import gemini

        return _own(gemini.request(self))

    def bedrock(self) -> dict[str, Any]:
        """Return keyword arguments for ``client.converse`` of boto3's bedrock-runtime.

        Raises:
            RenderError: The API would refuse the request.
        """
        from promptops.registry.vendors import bedrock

        return _own(bedrock.request(self))


def _own(request: dict[str, Any]) -> dict[str, Any]:
    """Return a copy: what a caller changes in a request stays out of the prompt's files."""
    return {key: _copied(entry) for key, entry in request.items()}


def _copied(value: Any) -> Any:
    if isinstance(value, _UNCHANGING):
        return value
    if isinstance(value, dict):
        return _own(value)
    if isinstance(value, list):
        return [_copied(entry) for entry in value]
    return deepcopy(value)  # dates of YAML, tuples
