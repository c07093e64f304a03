"""Recorded calls as OpenTelemetry's own kit receives them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from promptops.caching.trace_reading import read_trace
from promptops.model.money import Usage
from promptops.recording.raw import Asked, Raw, RawCall
from promptops.recording.recording import Recording
from promptops.recording.telemetry import Telemetry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

sdk_trace = pytest.importorskip("opentelemetry.sdk.trace")
sdk_metrics = pytest.importorskip("opentelemetry.sdk.metrics")

ASKED = Asked("anthropic:claude-haiku-5-5", "mail/sort", "4", max_tokens=64)
ANSWER = {
    "model": "claude-haiku-5-5-20260901",
    "stop_reason": "max_tokens",
    "usage": {"input_tokens": 400, "cache_read_input_tokens": 600, "output_tokens": 20},
}


class Taken(list[Raw]):
    """Keeps what it is handed."""

    def put(self, raw: Raw) -> None:
        """Keep it."""
        self.append(raw)


@pytest.fixture(scope="module")
def kit() -> Iterator[tuple[Any, Any]]:
    """The exporter and the reader of a program that has set OpenTelemetry up."""
    from opentelemetry import metrics, trace
    from opentelemetry.sdk.metrics.export import InMemoryMetricReader
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    exporter, reader = InMemorySpanExporter(), InMemoryMetricReader()
    traces = sdk_trace.TracerProvider()
    traces.add_span_processor(SimpleSpanProcessor(exporter))
    trace.set_tracer_provider(traces)
    metrics.set_meter_provider(sdk_metrics.MeterProvider([reader]))
    yield exporter, reader
    traces.shutdown()


def test_no_text_goes_to_telemetry_though_the_other_taker_keeps_it(kit: tuple[Any, Any]) -> None:
    class Keeping(Taken):
        keeps_texts = True

    exporter, _ = kit
    exporter.clear()
    taken = Keeping()
    with Recording(Telemetry(taken), ASKED, {}) as call:
        call.sent(("A wet parcel.",))
        call.response({**ANSWER, "content": [{"type": "text", "text": "in Lund"}]})
    (raw,) = taken
    assert isinstance(raw, RawCall)
    assert raw.answer["content"]
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert "claude-haiku" in told
    assert "parcel" not in told
    assert "Lund" not in told


def test_a_call_is_a_span_that_the_ledger_could_import(
    kit: tuple[Any, Any], tmp_path: Path
) -> None:
    exporter, _ = kit
    exporter.clear()
    taken = Taken()
    with Recording(Telemetry(taken), ASKED, {"feature": "inbox", "session": "s1"}) as call:
        call.response(ANSWER)
    assert len(taken) == 1
    (span,) = exporter.get_finished_spans()
    path = tmp_path / "span.json"
    path.write_text(json.dumps(json.loads(span.to_json())))
    (found,) = read_trace(path)
    assert found.model == "anthropic:claude-haiku-5-5"
    assert found.prompt == "mail/sort@4"
    assert found.session == "s1"
    assert found.usage == Usage(400, 20, 600)
    assert found.extra is not None
    assert (found.extra.feature, found.extra.max_tokens) == ("inbox", 64)
    assert found.extra.finish == "length"


def test_a_failure_is_told_with_its_cause(kit: tuple[Any, Any]) -> None:
    exporter, _ = kit
    exporter.clear()
    with pytest.raises(TimeoutError), Recording(Telemetry(), ASKED, {}):
        raise TimeoutError
    (span,) = exporter.get_finished_spans()
    assert span.attributes["error.type"] == "timed_out"
    assert not span.status.is_ok


def test_tokens_and_seconds_are_metrics(kit: tuple[Any, Any]) -> None:
    _, reader = kit
    with Recording(Telemetry(), ASKED, {}) as call:
        call.response(ANSWER)
    found = json.loads(reader.get_metrics_data().to_json())
    metrics = found["resource_metrics"][0]["scope_metrics"][0]["metrics"]
    assert {one["name"] for one in metrics} == {
        "gen_ai.client.token.usage", "gen_ai.client.operation.duration",
    }  # fmt: skip
