"""A vendor's protocol over HTTP: keyword arguments of its client in, a ``Completion`` out.

A ``Dialect`` is what one endpoint of a vendor differs in. The keyword arguments that are the
client's own (``extra_body``, ``extra_headers``, ``extra_query``, ``timeout``) have the same effect
here; all others are the body.
"""

from __future__ import annotations

import json
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import urlencode

from promptops.caching.usage import UsageRefused, of_response
from promptops.errors import ConfigError
from promptops.model.evaluation import ProviderError
from promptops.model.values import dataclass
from promptops.providers.exchange import REFUSED, Outgoing
from promptops.providers.pool import proxy_of
from promptops.providers.refusals import refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.model.evaluation import Completion, Endpoint, Limit, Request
    from promptops.model.money import Usage
    from promptops.providers.exchange import Exchange, Reply
    from promptops.providers.settings import Timeouts
    from promptops.providers.sse import Fold

_JSON: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
UNREADABLE: Final = (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a vendor is, with the headers of every call; ``secrets`` stand in no error."""

    base: str
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)


class Sent(NamedTuple):
    """A call as it goes out."""

    path: str
    body: Mapping[str, Any]
    headers: Mapping[str, str]
    query: Mapping[str, Any]
    timeout: float | None = None
    streamed: bool = False
    reasoning: bool = False


Told = dict[str, Any]  # fields of a completion that are no vendor's own


@dataclass(frozen=True, slots=True)
class Dialect:
    """One endpoint of a vendor; ``usage`` names the rules of its counts, "" where they tell."""

    usage: str
    sent: Callable[[Mapping[str, Any]], Sent]
    read: Callable[[Mapping[str, Any], Told], Completion]
    fold: Callable[[str], Fold]
    limits: Callable[[Mapping[str, str]], tuple[Limit, ...]]
    request_id: str  # the header


class HttpProvider:
    """Answers requests through a vendor's API."""

    def __init__(
        self,
        who: str,
        dialects: Mapping[Endpoint, Dialect],
        address: Address,
        exchange: Exchange,
        timeouts: Timeouts,
    ) -> None:
        self._who = who
        self._dialects = dialects
        self._address = address
        self._proxy = proxy_of(address.base)
        self._exchange = exchange
        self._timeouts = timeouts

    async def complete(self, request: Request) -> Completion:
        """Return the model's answer.

        Raises:
            ProviderError: There is none.
            ConfigError: The request is not one for this vendor.
        """
        dialect = self._dialects.get(request.endpoint)
        if dialect is None:
            raise ConfigError(f"{self._who} has no endpoint {request.endpoint}")
        sent = dialect.sent(request.body)
        fold = dialect.fold(self._who) if sent.streamed else None
        try:
            reply = await self._exchange.post(self._outgoing(sent), fold)
            if reply.status >= REFUSED:
                raise self._refusal(dialect, reply)
            return self._read(dialect, reply, fold)
        except ProviderError as error:
            if fold is not None and error.usage is None:
                error.usage = usage_of(fold.body, dialect.usage)
            raise
        except UNREADABLE as error:
            told = f"{self._who}: the reply cannot be read ({type(error).__name__})"
            raise ProviderError("malformed", told, billed="unknown") from None

    def _outgoing(self, sent: Sent) -> Outgoing:
        address = self._address
        first_byte, total = self._timeouts.of(reasoning=sent.reasoning)
        query = f"?{urlencode(sent.query, doseq=True)}" if sent.query else ""
        try:
            content = _JSON.encode(sent.body).encode()
        except (ValueError, TypeError) as error:
            told = f"{self._who}: the request is no JSON ({type(error).__name__})"
            raise ProviderError("invalid", told) from None
        return Outgoing(
            self._who,
            f"{address.base}{sent.path}{query}",
            {**address.headers, **sent.headers} if sent.headers else address.headers,
            content,
            min(first_byte, sent.timeout or first_byte),
            sent.timeout or total,
            self._proxy,
        )

    def _refusal(self, dialect: Dialect, reply: Reply) -> ProviderError:
        return refusal(
            self._who,
            reply.status,
            reply.headers,
            reply.content,
            secrets=self._address.secrets,
            limits=dialect.limits(reply.headers),
            request_id=reply.headers.get(dialect.request_id),
        )

    def _read(self, dialect: Dialect, reply: Reply, fold: Fold | None) -> Completion:
        if fold is not None and reply.streamed:
            if not fold.done:
                told = f"{self._who}: the stream ended before the answer did"
                raise ProviderError("dropped", told, billed="unknown")
            body: Any = fold.body
        else:
            body = json.loads(reply.content)
        known: Told = {
            "usage": usage_of(body, dialect.usage),
            "request_id": reply.headers.get(dialect.request_id),
            "first_byte": reply.first_byte,
            "latency": reply.latency,
            "limits": dialect.limits(reply.headers),
        }
        return dialect.read(body, known)


def usage_of(body: Mapping[str, Any], vendor: str) -> Usage | None:
    """Return the usage of an answer; None where it tells none, or none that can be read."""
    try:
        return of_response(body, vendor)
    except UsageRefused:
        return None
