"""Traces of other tools, as the tools write them, and what the ledger makes of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from promptops.recording.raw import Asked, RawCall
from tests.intake.taken import calls, taken, why, written

TOKENS = (
    "input_tokens, cache_read_tokens, cache_write_tokens, write_ttl, cache_write_long_tokens,"
    " long_ttl, output_tokens, reasoning_tokens"
)
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def answers() -> dict[str, Any]:
    """Return an answer of each vendor as JSON, of Anthropic's and OpenAI's clients' own types."""
    anthropic = pytest.importorskip("anthropic.types")
    chat = pytest.importorskip("openai.types.chat")
    claude = anthropic.Message(
        id="msg_1", type="message", role="assistant", model="claude-sonnet-5-5", content=[],
        stop_reason="end_turn", stop_sequence=None,
        usage=anthropic.Usage(
            input_tokens=14, output_tokens=30, cache_read_input_tokens=2_000,
            cache_creation_input_tokens=900,
            cache_creation=anthropic.CacheCreation(
                ephemeral_5m_input_tokens=600, ephemeral_1h_input_tokens=300
            ),
        ),
    )  # fmt: skip
    usage = {
        "prompt_tokens": 2_006, "completion_tokens": 300, "total_tokens": 2_306,
        "prompt_tokens_details": {"cached_tokens": 1_920},
        "completion_tokens_details": {"reasoning_tokens": 256},
    }  # fmt: skip
    cut = {"index": 0, "finish_reason": "length",
           "message": {"role": "assistant", "content": "It is"}}  # fmt: skip
    gpt = chat.ChatCompletion.model_validate(
        {"id": "chatcmpl-1", "object": "chat.completion", "created": 1_795_176_001,
         "model": "gpt-5.6", "choices": [cut], "usage": usage}
    )  # fmt: skip
    gemini = {  # as its client writes it
        "candidates": [{"finishReason": "SAFETY"}],
        "responseId": "g-1", "modelVersion": "gemini-2.5-pro",
        "usageMetadata": {
            "promptTokenCount": 50, "cachedContentTokenCount": 40, "candidatesTokenCount": 2,
            "thoughtsTokenCount": 70, "totalTokenCount": 122,
        },
    }  # fmt: skip
    return {
        "anthropic": claude.model_dump(mode="json"),
        "openai": gpt.model_dump(mode="json"),
        "google": gemini,
    }


def test_every_token_of_a_vendors_answer_stands_once(tmp_path: Path) -> None:
    rows = [
        {"time": 1_795_176_000.0 + number, "feature": "inbox", "response": body}
        for number, body in enumerate(answers().values())
    ]
    found = taken(tmp_path / "l.db", written(tmp_path / "a.jsonl", rows))
    assert (found.kind, found.new) == ("responses", 3)
    assert calls(tmp_path / "l.db", f"model, {TOKENS}") == [
        ("anthropic:claude-sonnet-5-5", 14, 2_000, 600, "5m", 300, "1h", 30, None),
        # Cached tokens are among OpenAI's prompt tokens, and thoughts among its output.
        ("openai:gpt-5.6", 86, 1_920, 0, None, 0, None, 300, 256),
        # Google counts thoughts apart from the output; both are billed as such.
        ("google:gemini-2.5-pro", 10, 40, 0, None, 0, None, 72, 70),
    ]
    ended = [("inbox", "stop"), ("inbox", "length"), ("inbox", "content_filter")]
    assert calls(tmp_path / "l.db", "feature, finish") == ended


def test_spans_of_our_own_telemetry_come_back_as_the_calls_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trace = pytest.importorskip("opentelemetry.trace")
    sdk = pytest.importorskip("opentelemetry.sdk.trace")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    from promptops.recording.telemetry import Telemetry

    spans = memory.InMemorySpanExporter()
    provider = sdk.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(spans))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    model = "anthropic:claude-sonnet-5-5"
    asked = Asked(model, "mail/sort", "v4", "ab" * 32, "production", "b", 64)
    body = answers()["anthropic"]
    said: Any = {
        "feature": "inbox", "user_segment": "pro", "tenant": "t1", "session": "s1", "attempt": 2,
        "retry_cause": "rate_limited", "turn": 3, "chunks": 8,
    }  # fmt: skip
    spent = {
        "usage": body["usage"],
        "served": body["model"],
        "finish": "max_tokens",
        "seconds": 1.5,
    }
    Telemetry().put(RawCall("c1", NOON.timestamp(), asked, said, **spent))
    (span,) = spans.get_finished_spans()
    ledger = tmp_path / "l.db"
    assert taken(ledger, written(tmp_path / "console.jsonl", [json.loads(span.to_json())])).new == 1
    # The same span by way of a collector is the same call, and so is what a recorder has of it.
    assert taken(ledger, written(tmp_path / "otlp.json", _otlp(span))).known == 1
    assert calls(ledger, "call_id") == [("c1",)]
    named = "model, prompt, version, feature, segment, tenant, finish, max_tokens"
    assert calls(ledger, named) == [
        ("anthropic:claude-sonnet-5-5", "mail/sort", "v4", "inbox", "pro", "t1", "length", 64)
    ]
    retried = "label, variant, prompt_sha256, attempt, retry_cause, turn, chunks"
    assert calls(ledger, retried) == [("production", "b", "ab" * 32, 2, "rate_limited", 3, 8)]
    ((at, latency, *tokens),) = calls(ledger, f"at, latency, {TOKENS}")
    assert abs(at - NOON.timestamp()) < 0.001
    assert latency == pytest.approx(1.5)
    # The conventions have no lifetimes: all that was written is of the default one.
    assert tokens == [14, 2_000, 900, "5m", 0, None, 30, None]


def _otlp(span: Any) -> dict[str, Any]:
    """Return a span as a collector's file exporter writes it: OTLP as JSON."""

    def value(one: Any) -> dict[str, Any]:
        if isinstance(one, (list, tuple)):
            return {"arrayValue": {"values": [value(each) for each in one]}}
        if isinstance(one, int):
            return {"intValue": str(one)}
        return {"doubleValue": one} if isinstance(one, float) else {"stringValue": one}

    context = span.get_span_context()
    told = {
        "traceId": f"{context.trace_id:032x}", "spanId": f"{context.span_id:016x}",
        "name": span.name, "kind": 3, "startTimeUnixNano": str(span.start_time),
        "endTimeUnixNano": str(span.end_time), "status": {},
        "attributes": [{"key": k, "value": value(v)} for k, v in span.attributes.items()],
    }  # fmt: skip
    scope = {"scope": {"name": "promptops"}, "spans": [told]}
    return {"resourceSpans": [{"resource": {"attributes": []}, "scopeSpans": [scope]}]}


LITELLM = {
    "id": "chatcmpl-9", "trace_id": "t9", "call_type": "acompletion", "status": "success",
    "startTime": 1_795_176_000.5, "endTime": 1_795_176_003.0,
    "completionStartTime": 1_795_176_001.0,
    "model": "claude-haiku-4-5", "custom_llm_provider": "anthropic", "cache_hit": False,
    "prompt_tokens": 2_914, "completion_tokens": 30, "total_tokens": 2_944,
    "model_parameters": {"max_tokens": 128},
    "response": {"choices": [{"index": 0, "finish_reason": "length"}]},
    "metadata": {
        "user_api_key_team_id": "blue", "requester_metadata": {"feature": "search"},
        "usage_object": {
            "prompt_tokens": 2_914, "completion_tokens": 30, "total_tokens": 2_944,
            "prompt_tokens_details": {"cached_tokens": 2_000},
            "cache_creation_input_tokens": 900, "cache_read_input_tokens": 2_000,
        },
    },
}  # fmt: skip
LANGFUSE = {
    "id": "g1", "type": "GENERATION", "traceId": "t", "startTime": "2026-11-20T12:00:00.000Z",
    "endTime": "2026-11-20T12:00:03.000Z", "completionStartTime": "2026-11-20T12:00:01.000Z",
    "model": "gpt-5.6", "promptName": "mail/find", "promptVersion": 2,
    "usageDetails": {"input": 86, "input_cached_tokens": 1_920, "output": 44,
                     "output_reasoning_tokens": 256, "total": 2_306},
    "modelParameters": {"max_tokens": 100}, "metadata": {"user_segment": "free", "tenant": "t1"},
}  # fmt: skip


def test_a_payload_of_litellm_and_a_generation_of_langfuse_are_calls(tmp_path: Path) -> None:
    ledger = tmp_path / "l.db"
    assert taken(ledger, written(tmp_path / "a.json", LITELLM)).kind == "litellm"
    assert taken(ledger, written(tmp_path / "b.json", LANGFUSE)).kind == "langfuse"
    assert calls(ledger, f"model, tenant, latency, first_byte, {TOKENS}") == [
        ("gpt-5.6", "t1", 3.0, 1.0, 86, 1_920, 0, None, 0, None, 300, 256),
        ("anthropic:claude-haiku-4-5", "blue", 2.5, 0.5, 14, 2_000, 900, "5m", 0, None, 30, None),
    ]
    assert calls(ledger, "prompt, version, feature, segment, max_tokens") == [
        ("mail/find", "v2", None, "free", 100), (None, None, "search", None, 128),
    ]  # fmt: skip


def test_what_no_ledger_could_hold_is_left_out_of_a_trace(tmp_path: Path) -> None:
    span = {"response": answers()["openai"], "time": 1_795_176_000.0}
    huge = json.loads(json.dumps(span))
    huge["response"]["usage"].update(prompt_tokens=2**70, total_tokens=2**70 + 300)
    long = {**json.loads(json.dumps(span)), "session": "s" * 1_001}
    long["response"]["id"] = huge["response"]["id"] = None
    rows = [{**span, "session": "s" * 1_000}, huge, long, {"time": 3, "response": {"id": "x"}}]
    found = taken(tmp_path / "l.db", written(tmp_path / "a.jsonl", rows))
    assert found.new == 1
    assert why(found) == {
        "more tokens than a call can have": (1, 2),
        "a name of more than 1,000 characters": (1, 3),
        "a row that is no answer": (1, 4),
    }


def test_a_span_of_others_is_one_call_from_a_collector_and_from_a_console(tmp_path: Path) -> None:
    attributes = {"gen_ai.provider.name": "openai", "gen_ai.request.model": "gpt-5.6",
                  "gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 12}  # fmt: skip
    printed = {
        "context": {"trace_id": "0x0a", "span_id": "0x0b"}, "attributes": attributes,
        "start_time": "2026-11-20T12:00:00.000000Z", "end_time": "2026-11-20T12:00:01.000000Z",
    }  # fmt: skip
    listed = [
        {"key": key, "value": {"intValue" if isinstance(value, int) else "stringValue": value}}
        for key, value in attributes.items()
    ]
    span = {"traceId": "0a", "spanId": "0b", "attributes": listed,
            "startTimeUnixNano": str(int(NOON.timestamp()) * 10**9)}  # fmt: skip
    sent = {"resourceSpans": [{"scopeSpans": [{"spans": [span, {**span, "spanId": "0c"}]}]}]}
    assert taken(tmp_path / "l.db", written(tmp_path / "a.jsonl", [printed])).new == 1
    found = taken(tmp_path / "l.db", written(tmp_path / "b.json", sent))
    assert (found.new, found.known) == (1, 1)


def test_a_line_that_was_cut_off_is_an_error_and_what_came_before_it_stays(
    tmp_path: Path,
) -> None:
    rows = [{"time": 1.0 + n, "id": f"c{n}", "model": "m:a"} for n in range(3)]
    path = written(tmp_path / "own.jsonl", rows)
    path.write_bytes(path.read_bytes()[:-9])
    cut = taken(tmp_path / "l.db", path)
    assert cut.new == 2
    assert "own.jsonl:3: not JSON" in str(cut.error)
    assert "is the line complete?" in str(cut.error)
    whole = taken(tmp_path / "l.db", written(path, rows))
    assert (whole.new, whole.known, whole.error) == (1, 2, None)
