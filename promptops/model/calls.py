"""A call of an application as it is recorded, and what came of it."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Literal, NamedTuple

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.model.money import Price, Usage

# Of what a request's text was made, by who wrote it.
Part = Literal["instructions", "examples", "retrieved", "history", "user", "tools"]


class Context(NamedTuple):
    """What many calls have in common; what is not known is None.

    ``segment`` is the group of users that the caller belongs to, ``tier`` the vendor's service tier
    (batch among them), and ``source`` says how the calls came into the ledger: "record", or the
    name of an import.
    """

    model: str  # provider:model, as asked for
    prompt: str | None = None
    version: str | None = None  # v3, or how unreleased text is named
    prompt_sha256: str | None = None
    label: str | None = None
    variant: str | None = None
    feature: str | None = None
    segment: str | None = None
    model_served: str | None = None
    tier: str | None = None
    max_tokens: int | None = None
    source: str = "record"


@dataclass(frozen=True, slots=True)
class Call:
    """An attempt that was sent; times are seconds, ``at`` since 1970.

    ``price`` is what the model cost then, None where nobody knew. ``parts`` are characters of the
    request by what they were. ``error`` is the cause of a failure from the closed list of causes,
    ``retry_cause`` why this attempt followed another, ``turn`` counts the calls of an agent's loop.
    """

    call_id: str
    at: float
    context: Context
    usage: Usage | None = None
    price: Price | None = None
    tenant: str | None = None
    session: str | None = None
    attempt: int = 1
    retry_cause: str | None = None
    turn: int | None = None
    chunks: int | None = None  # retrieved
    finish: str | None = None
    error: str | None = None
    reasoning_tokens: int | None = None
    latency: float | None = None
    first_byte: float | None = None
    parts: Mapping[Part, int] = field(default_factory=dict)
    o200k_tokens: int | None = None  # of the request's text, where it was counted


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a call or of a session, told later: resolved, accepted, converted and so on."""

    outcome_id: str
    at: float
    kind: str
    call_id: str | None = None
    session: str | None = None
    good: bool = True  # resolved, or not
    value_usd: Decimal | None = None


class Text(NamedTuple):
    """A text of a call that is kept on request.

    ``role`` is that of a message of the request, or answer, or error; ``position`` is its place
    among the texts of its call, whose time is ``at``.
    """

    call_id: str
    position: int
    role: str
    at: float
    text: str


class Loss(NamedTuple):
    """Records that never came into the ledger.

    ``kind`` says what they were: call, outcome or text. ``at`` is when the first of them was lost,
    ``process`` a host and a number of a process.
    """

    loss_id: str
    at: float
    process: str
    kind: str
    cause: str
    number: int
