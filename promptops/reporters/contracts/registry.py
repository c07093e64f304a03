"""``promptops.list/1``, ``promptops.show/1`` and ``promptops.render/1``."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from promptops.reporters.contracts.common import Count, Many, Part, Role, Sha256
from promptops.reporters.contracts.inspect import InputType


class Listed(Part):
    """A prompt and its versions."""

    name: str = Field(description="The prompt's name.")
    path: str = Field(description="The head file.")
    model: str | None = Field(description="The provider:model; null if none is named.")
    head: Count | None = Field(description="The head file's version; null if it has none.")
    locked: Many[Count] = Field(description="The locked versions, ascending.")
    description: str = Field(description="What the prompt is for; empty if that is not said.")


class ListReport(Part):
    """What ``promptops list --format json`` prints."""

    schema_: Literal["promptops.list/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    prompts: Many[Listed] = Field(description="The prompts, sorted by name.")


class DeclaredInput(Part):
    """A declared input."""

    name: str = Field(description="Its name.")
    type: InputType = Field(description="The type of its values.")
    required: bool = Field(description="Whether a caller must hand it over.")


class ShowReport(Part):
    """What ``promptops show --format json`` prints."""

    schema_: Literal["promptops.show/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    name: str = Field(description="The prompt's name.")
    version: Count | None = Field(description="Its version; null if it has none.")
    sha256: Annotated[str, Field(pattern=r"^sha256:[0-9a-f]{64}$")] = Field(
        description="The hash of all that decides what is sent."
    )
    source: str = Field(description="Where the text was read: head, frozen or git:REV.")
    path: str = Field(description="The file.")
    description: str = Field(description="What the prompt is for; empty if that is not said.")
    owner: str = Field(description="Who answers for it; empty if that is not said.")
    tags: Many[str] = Field(description="Its tags.")
    model: str | None = Field(description="The provider:model; null if none is named.")
    params: dict[str, JsonValue] = Field(description="What is passed to the vendor as it is.")
    inputs: Many[DeclaredInput] = Field(description="The declared inputs.")
    partials: Many[str] = Field(description="What it includes or extends, sorted.")
    text: str = Field(description="The file's text.")


class CacheMark(Part):
    """The end of a stretch that the vendor may cache."""

    at: Count = Field(description="How many characters of the message stand before it.")
    ttl: str | None = Field(description="How long it should be kept; null if that is not said.")
    name: str | None = Field(description="The mark's name; null if it has none.")


class RenderedMessage(Part):
    """A message as it would be sent."""

    role: Role = Field(description="Who speaks.")
    content: str = Field(description="The message's text.")
    cache_marks: Many[CacheMark] = Field(description="The cache marks in it, in order.")


class RenderReport(Part):
    """What ``promptops render --format json`` prints."""

    schema_: Literal["promptops.render/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    name: str = Field(alias="gen_ai.prompt.name", description="The prompt's name.")
    version: Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)$")] | None = Field(
        alias="gen_ai.prompt.version",
        default=None,
        description="The prompt's version; absent if it has none.",
    )
    sha256: Sha256 = Field(
        alias="promptops.prompt.sha256", description="The hash of all that decides what is sent."
    )
    source: str = Field(
        alias="promptops.prompt.source",
        description="Where the text was read: head, frozen or git:REV.",
    )
    messages: Many[RenderedMessage] = Field(description="The messages, in order.")
