"""What is taken of a call on the caller's thread: references, no work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal


class Asked(NamedTuple):
    """Which text is sent to which model; values of a registry's references."""

    model: str | None
    prompt: str | None = None
    version: str | None = None
    prompt_sha256: str | None = None
    label: str | None = None
    variant: str | None = None
    max_tokens: int | None = None


class Said(TypedDict, total=False):
    """What the application says of a call.

    ``user_segment`` is a group of users, never one of them; ``attempt`` counts from 1, and a later
    one says in ``retry_cause`` why; ``turn`` counts an agent's steps; ``chunks`` were retrieved;
    ``tier`` is the vendor's service tier, such as batch.
    """

    feature: str
    user_segment: str
    tenant: str
    session: str
    attempt: int
    retry_cause: str
    turn: int
    chunks: int
    tier: str


@dataclass(slots=True)
class RawCall:
    """A call with what its vendor answered, not looked at yet; ``seconds`` it took in all."""

    call_id: str
    at: float
    asked: Asked
    said: Said
    usage: Any = None  # as the vendor tells it
    served: Any = None
    finish: Any = None
    error: BaseException | None = None
    seconds: float | None = None
    first_byte: float | None = None
    texts: tuple[str, ...] = ()  # of the request's messages; they are counted, not kept
    inputs: Mapping[str, Any] = field(default_factory=dict)
    kinds: Mapping[str, Any] = field(default_factory=dict)  # declared inputs
    attached: tuple[Any, ...] = ()  # definitions of tools and a schema


class RawOutcome(NamedTuple):
    """An outcome as the application told it."""

    outcome_id: str
    at: float
    kind: str
    call_id: str | None
    session: str | None
    good: bool
    value_usd: Decimal | float | str | None


Raw = RawCall | RawOutcome
