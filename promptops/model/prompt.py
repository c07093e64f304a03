"""What a prompt declares about itself, and the messages that it renders to."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, Literal

from promptops.model.cost import Amount as Amount  # noqa: PLC0414 - it is named here, too
from promptops.model.cost import Budget as Budget  # noqa: PLC0414 - it is named here, too
from promptops.model.cost import CostMetadata as CostMetadata  # noqa: PLC0414 - it is named here, too
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

Role = Literal["system", "developer", "user", "assistant"]
Stability = Literal["static", "daily", "key", "per_session", "per_call"]

ROLES: Final = ("system", "developer", "user", "assistant")
STABILITIES: Final = ("static", "daily", "key", "per_session", "per_call")


class _Required:
    """The default of an input that has none."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "REQUIRED"


REQUIRED: Final = _Required()


@dataclass(frozen=True, slots=True)
class Schema:
    """What values an input or a part of it may have: a subset of JSON Schema.

    ``type`` is a JSON Schema type, ``any``, or ``messages`` (a conversation so far).
    """

    type: str = "any"
    enum: tuple[Any, ...] | None = None
    min_length: int | None = None
    max_length: int | None = None
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    min_items: int | None = None
    max_items: int | None = None
    items: Schema | None = None
    properties: Mapping[str, Schema] | None = None
    required: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Drift:
    """How often a text changes: the chance a call, for everyone or ``of`` one key's own text."""

    per_call: Decimal
    of: str | None = None  # an input of stability key


@dataclass(frozen=True, slots=True)
class Input:
    """A value that the caller hands to a prompt."""

    name: str
    schema: Schema
    default: Any = REQUIRED
    description: str = ""
    untrusted: bool = False
    stability: Stability | None = None
    cardinality: int | None = None
    zipf: Decimal | None = None  # how unevenly the values come; 0 and None: evenly
    drift: Drift | None = None

    @property
    def required(self) -> bool:
        """Whether a caller must hand it over."""
        return self.default is REQUIRED


@dataclass(frozen=True, slots=True)
class Output:
    """The answer that a prompt asks for: ``enum``, ``schema`` or ``text``."""

    type: str = "text"
    values: tuple[str, ...] = ()
    schema: str | None = None  # a path below the prompts folder
    max_words: int | None = None


@dataclass(frozen=True, slots=True)
class Metadata:
    """The front matter of a prompt file."""

    version: int | None = None
    description: str = ""
    owner: str = ""
    tags: tuple[str, ...] = ()
    model: str | None = None  # provider:model
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, Input] | None = None  # None: nothing is declared, anything goes
    output: Output | None = None
    tools: tuple[str, ...] = ()
    cost: CostMetadata = field(default_factory=CostMetadata)
    traffic: Mapping[str, Any] = field(default_factory=dict)
    cache: Mapping[str, Any] = field(default_factory=dict)
    lint_ignore: tuple[str, ...] = ()
    x: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CacheMark:
    """A boundary: what stands above it may be cached by the vendor."""

    ttl: str | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a message's text, and the mark at its end, if any."""

    text: str
    cache: CacheMark | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a rendered prompt."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The message's whole text."""
        if len(self.parts) == 1:
            return self.parts[0].text
        return "".join(part.text for part in self.parts)
