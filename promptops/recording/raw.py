"""What is taken of a call on the caller's thread: references, no work."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypedDict

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

# What of a request holds texts: arguments of Anthropic's, OpenAI's and Google's clients.
REQUEST: Final = ("system", "instructions", "messages", "input", "contents")


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


class Told(TypedDict, total=False):
    """What the application says of an outcome.

    ``call`` is a call's id, ``good`` False where it did not come about, ``value`` dollars, ``at``
    seconds since 1970 or a time with its zone. What is told twice with the same ``id``, or without
    one at the same time, is one outcome.
    """

    call: str | None
    session: str | None
    good: bool
    value: Decimal | float | str | None
    at: float | datetime | None
    id: str | None


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
    texts: tuple[str, ...] = ()  # of the request's messages
    roles: tuple[str, ...] = ()  # of these
    inputs: Mapping[str, Any] = field(default_factory=dict)
    kinds: Mapping[str, Any] = field(default_factory=dict)  # declared inputs
    request: Mapping[str, Any] | None = None  # as a client was asked; where texts are kept
    answer: Any = None  # where texts are kept
    attached: tuple[Any, ...] = ()  # definitions of tools and a schema


class RawOutcome(NamedTuple):
    """An outcome as the application told it; nothing of it is checked yet.

    ``told_id`` is the application's own id of it. ``new_id`` is one that nobody else makes, for an
    outcome that is told without an id and without a time.
    """

    kind: str
    at: float | datetime
    call_id: str | None = None
    session: str | None = None
    good: bool = True
    value: Decimal | float | str | None = None
    told_id: str | None = None
    new_id: str | None = None


Raw = RawCall | RawOutcome
