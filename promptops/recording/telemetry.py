"""Recorded calls as spans and metrics of OpenTelemetry, for fleets that have a collector.

Names are those of the conventions for generative AI in force on 2026-11-22; what they have no name
for begins with ``promptops.``, as the ledger's import reads it.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from promptops.recording.answers import finish_of, usage_of
from promptops.recording.raw import RawCall
from promptops.recording.rows import cause_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.model.money import Usage
    from promptops.recording.raw import Raw
    from promptops.recording.recording import Taker

_NANO: Final = 1_000_000_000
_TAGS: Final = ("feature", "user_segment", "tenant", "attempt", "retry_cause", "turn", "chunks")


class Telemetry:
    """Tells OpenTelemetry of each call, and then hands it to another taker, such as a recorder.

    ``registry.recorder = Telemetry(registry.recorder)``. A call is a span of its own length, below
    the span that is current where the call ends. Tracers and meters are those that are set up.
    """

    def __init__(self, taker: Taker | None = None) -> None:
        """Tell of calls; raises ImportError without ``opentelemetry-api``."""
        from opentelemetry import metrics, trace

        self._taker = taker
        self._tracer = trace.get_tracer("promptops")
        self._status = trace.Status(trace.StatusCode.ERROR)
        self._kind = trace.SpanKind.CLIENT
        meter = metrics.get_meter("promptops")
        self._tokens = meter.create_histogram("gen_ai.client.token.usage", "{token}")
        self._seconds = meter.create_histogram("gen_ai.client.operation.duration", "s")

    @property
    def keeps_texts(self) -> bool:
        """Whether the other taker wants texts; none goes to OpenTelemetry."""
        return getattr(self._taker, "keeps_texts", False)

    def put(self, raw: Raw) -> None:
        """Tell of a call and hand it on; an exporter that fails is the exporter's affair."""
        if isinstance(raw, RawCall):
            with suppress(Exception):
                self._tell(raw)
        if self._taker is not None:
            self._taker.put(raw)

    def _tell(self, raw: RawCall) -> None:
        told = dict(_attributes(raw))
        model = told.get("gen_ai.request.model", "")
        start = int(raw.at * _NANO)
        usage = usage_of(raw.usage, raw.asked.model)
        span = self._tracer.start_span(
            f"chat {model}".rstrip(),
            kind=self._kind,
            start_time=start,
            attributes={**told, **_counts(usage)},
        )
        if raw.error is not None:
            span.set_status(self._status)
        span.end(start + int((raw.seconds or 0) * _NANO))
        common: dict[str, Any] = {key: told[key] for key in _COMMON if key in told}
        if raw.seconds is not None:
            self._seconds.record(raw.seconds, common)
        if usage is not None:
            for kind, tokens in (("input", usage.prompt_tokens), ("output", usage.output_tokens)):
                self._tokens.record(tokens, {**common, "gen_ai.token.type": kind})


_COMMON: Final = (
    "gen_ai.operation.name", "gen_ai.provider.name", "gen_ai.request.model",
    "gen_ai.response.model", "error.type",
)  # fmt: skip


def _attributes(raw: RawCall) -> Iterator[tuple[str, Any]]:
    asked, said = raw.asked, raw.said
    provider, _, model = (asked.model or "").partition(":")
    finish = finish_of(raw.finish)
    found = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": provider,
        "gen_ai.request.model": model,
        "gen_ai.request.max_tokens": asked.max_tokens,
        "gen_ai.response.model": raw.served if isinstance(raw.served, str) else None,
        "gen_ai.response.finish_reasons": [finish] if finish else None,
        "gen_ai.prompt.name": asked.prompt,
        "gen_ai.prompt.version": asked.version,
        "gen_ai.conversation.id": said.get("session"),
        "gen_ai.request.service_tier": said.get("tier"),
        "promptops.call.id": raw.call_id,
        "promptops.prompt.sha256": asked.prompt_sha256,
        "promptops.prompt.label": asked.label,
        "promptops.prompt.variant": asked.variant,
        "error.type": None if raw.error is None else cause_of(raw.error),
        **{f"promptops.{name}": said.get(name) for name in _TAGS},
    }
    return ((name, value) for name, value in found.items() if value not in (None, ""))


def _counts(usage: Usage | None) -> dict[str, int]:
    if usage is None:
        return {}
    written = sum(usage.cache_write_tokens.values())
    return {
        "gen_ai.usage.input_tokens": usage.prompt_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cache_read_tokens,
        "gen_ai.usage.cache_write.input_tokens": written,
    }
