"""What an eval is made of: cases, requests, completions, scores; no vendor and no file is known."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.money import Usage
    from promptops.model.prompt import Role

Endpoint = Literal[
    "anthropic.messages", "openai.responses", "openai.chat", "gemini.generate", "bedrock.converse",
    "openai.embeddings", "gemini.embed", "plain",
]  # fmt: skip
VECTORS: Final[frozenset[Endpoint]] = frozenset({"openai.embeddings", "gemini.embed"})
Finish = Literal["stop", "length", "tool_calls", "refusal", "content_filter", "other"]
Billed = Literal["yes", "no", "unknown"]
Cause = Literal[
    "rate_limited",  # 429
    "overloaded",  # 529
    "server",  # 500, 502, 503, 504, 408, 409
    "unreachable",  # refused, DNS, TLS, reset before the body was sent
    "timed_out",  # after the body was sent
    "dropped",  # the reply ended early
    "malformed",  # the reply cannot be read
    "denied",  # 401, 403, 404
    "exhausted",  # quota or credit
    "invalid",  # 400, 413, 422: the request's own fault
    "expired",  # a batch's day was over before its vendor came to it
    "cancelled",  # its batch was cancelled, or refused as a whole
    "unfit",  # an answer that is not of the schema, and is asked for again
]


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a dataset.

    ``cluster`` is the unit that was drawn, and that varies, as a whole: a document, a customer; a
    case that belongs to none is its own. ``line`` is where it stands in the dataset's file.
    """

    id: str
    inputs: Mapping[str, Any]
    expected: Any = None
    cluster: str = ""
    slices: Mapping[str, str] = field(default_factory=dict)
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that a model asks for; ``arguments`` are parsed JSON, or the text that is none."""

    name: str
    arguments: Any


@dataclass(frozen=True, slots=True)
class Request:
    """A call to a model.

    ``body`` are the keyword arguments that a production client of the vendor would be called with;
    providers that call nobody look at ``messages`` and ``inputs``. Two requests of one
    ``answer_key`` get answers of the same quality; of one ``request_hash``, at the same cost.
    """

    model: str  # provider:model
    endpoint: Endpoint
    body: Mapping[str, Any]
    messages: tuple[tuple[Role, str], ...]
    inputs: Mapping[str, Any]
    answer_key: str
    request_hash: str
    case_id: str = ""
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Limit:
    """What a vendor's headers say of a limit: how much there is, is left, and until when."""

    kind: Literal["requests", "input_tokens", "output_tokens", "tokens"]
    limit: int | None
    remaining: int | None
    reset_after: float | None  # seconds


@dataclass(frozen=True, slots=True)
class Completion:
    """What came back; what a vendor does not say is None, never 0. Times are seconds."""

    text: str
    usage: Usage | None = None
    finish: Finish = "stop"
    model_served: str | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    refusal: str | None = None  # the vendor's own field
    reasoning_tokens: int | None = None  # contained in the usage's output tokens
    request_id: str | None = None
    tier: str | None = None  # the service tier that was served
    first_byte: float | None = None
    latency: float | None = None
    limits: tuple[Limit, ...] = ()


class ProviderError(Exception):
    """A call that gave no answer: why, and whether it may be billed.

    ``retry_after`` is seconds, as the vendor asks; ``again`` is its own word on whether to try.
    """

    def __init__(  # noqa: PLR0913 - what is known of a failure
        self,
        cause: Cause,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        again: bool | None = None,
        billed: Billed = "no",
        usage: Usage | None = None,
        request_id: str | None = None,
        limits: tuple[Limit, ...] = (),
    ) -> None:
        self.cause = cause
        self.status = status
        self.retry_after = retry_after
        self.again = again
        self.billed = billed
        self.usage = usage
        self.request_id = request_id
        self.limits = limits
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Score:
    """What a scorer says of an answer.

    ``value`` is from 0 to 1; None where the scorer does not apply, or failed: then ``error`` says
    how. ``raw`` is a figure that the value was made of, such as a length.
    """

    value: float | None
    label: str | None = None
    reason: str = ""
    error: str | None = None
    raw: float | None = None
