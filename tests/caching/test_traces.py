"""Recorded calls: our own traces, and those of others."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.caching.evaluate import Call, tally
from promptops.caching.trace_files import documents
from promptops.caching.trace_readers.reader import Unread
from promptops.caching.trace_reading import READERS, read_trace
from promptops.caching.traces import (
    Content,
    Recorded,
    Segment,
    TraceError,
    content_id,
    in_order,
    line,
    with_blocks,
)
from promptops.model.money import Usage
from tests.caching.worlds import CLAUDE

POLICY = "a1" * 16


def written(folder: Path, *rows: Any, name: str = "trace.jsonl") -> Path:
    path = folder / name
    text = "\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text(text, encoding="utf-8")
    return path


def call(**told: Any) -> dict[str, Any]:
    return {"time": "2026-11-22T08:00:00Z", "prompt": "support/triage@v3", **told}


# Our own traces


def test_a_line_says_when_what_and_how_much(tmp_path: Path) -> None:
    usage = {"input_tokens": 60, "cache_read_tokens": 3000, "cache_write_tokens": {"5m": 0}}
    row = call(
        id="c1",
        model="anthropic:claude-sonnet-5-5",
        blocks=[{"tokens": 3000, "id": POLICY}, {"tokens": 60, "value": "Where is my parcel?"}],
        marks={"0": "5m"},
        session="s1",
        usage=usage,
    )
    [found] = read_trace(written(tmp_path, row))
    assert found == Recorded(
        1795334400.0,
        (3000, 60),
        (POLICY, content_id("Where is my parcel?")),
        ((0, "5m"),),
        id="c1",
        prompt="support/triage@v3",
        model="anthropic:claude-sonnet-5-5",
        session="s1",
        usage=Usage(60, 0, 3000),
    )


def test_values_are_hashed_and_not_kept(tmp_path: Path) -> None:
    card = "the card ends in 4711"
    row = call(inputs={"note": {"tokens": 7, "value": card}}, blocks=[{"tokens": 7, "value": card}])
    [found] = read_trace(written(tmp_path, row))
    assert "4711" not in repr(found)
    assert found.inputs == {"note": Content(7, content_id(card))}
    assert content_id(1) != content_id("1")
    assert content_id({"a": 1, "b": 2}) == content_id({"b": 2, "a": 1})


def test_texts_without_tokens_are_counted_where_a_counter_is_given(tmp_path: Path) -> None:
    path = written(tmp_path, call(inputs={"note": {"value": "one two three"}}))
    with pytest.raises(TraceError, match=r"trace.jsonl:1: inputs\[.note.\]: tokens are missing"):
        list(read_trace(path))
    [found] = read_trace(path, count=lambda text: len(text.split()))
    assert found.inputs == {"note": Content(3, content_id("one two three"))}


def test_a_vendors_own_usage_is_taken_with_its_name(tmp_path: Path) -> None:
    usage = {"prompt_tokens": 100, "completion_tokens": 5, "cached_tokens": 64}
    [found] = read_trace(written(tmp_path, call(usage=usage, vendor="openai")))
    assert found.usage == Usage(36, 5, 64)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ('{"time": 1', "not JSON"),
        ("[1]", "a line is no mapping"),
        ({"prompt": "tea"}, "time is missing"),
        ({"time": "yesterday"}, "time is no time: give seconds"),
        ({"time": None}, "time is no time"),
        ({"time": "2026-11-22T08:00:00"}, "no offset from UTC"),
        ({"time": 1795334400000}, "milliseconds"),
        ({"time": -1}, "no number of seconds"),
        ('{"time": NaN}', "no number of seconds"),
        (call(promt="tea"), "unknown key 'promt'; did you mean 'prompt'"),
        (call(prompt=3), "prompt: expected a text"),
        (call(blocks={}), "blocks is no list"),
        (call(blocks=[5]), r"blocks\[0\]: expected tokens"),
        (call(blocks=[{"tokens": 1}]), r"blocks\[0\]: expected tokens and either an id"),
        (call(blocks=[{"tokens": 1, "id": "a", "value": "b"}]), "either an id or the value"),
        (call(blocks=[{"tokens": -1, "id": "a"}]), "no whole number"),
        (call(blocks=[{"tokens": 1, "id": 7}]), "id: expected a text"),
        (call(blocks=[{"tokens": 1, "id": "a", "ttl": "5m"}]), "unknown key 'ttl'"),
        (call(blocks=[{"tokens": 1, "id": "a"}], marks={"1": "5m"}), "there is no block '1'"),
        (call(blocks=[{"tokens": 1, "id": "a"}], marks={"0": 5}), "expected a lifetime"),
        (call(marks=["0"]), "marks is no mapping"),
        (call(inputs=[]), "inputs is no mapping"),
        (call(usage=7), "usage is no mapping"),
        (call(usage={"prompt_tokens": 1}), "needs `vendor` beside it"),
        (call(usage={"input_tokens": "1"}), "input_tokens: expected a whole number"),
        (call(usage={"cache_write_tokens": 4}), "cache_write_tokens is no mapping"),
        (call(usage={"prompt_tokens": 1, "cached_tokens": 2}, vendor="groq"), "another vendor's"),
    ],
)
def test_a_wrong_line_is_one_error_with_its_number(tmp_path: Path, row: Any, told: str) -> None:
    path = written(tmp_path, call(id="a"), "", call(id="b"), row)
    with pytest.raises(TraceError, match=told) as caught:
        list(read_trace(path))
    assert str(caught.value).startswith(f"{path}:4: ")
    assert "\n" not in str(caught.value)


def test_a_call_told_twice_is_read_once(tmp_path: Path) -> None:
    trace = read_trace(written(tmp_path, call(id="a"), call(id="b"), call(id="a"), call(), call()))
    assert [one.id for one in trace] == ["a", "b", None, None]
    assert (trace.read, trace.repeated) == (4, 1)
    assert len(list(trace)) == 4  # reading again begins anew
    assert (trace.read, trace.repeated) == (4, 1)


def test_a_call_of_nothing_but_texts_tells_how_many_tokens_it_encoded(tmp_path: Path) -> None:
    texts = [{"value": "where is it"}, {"value": "my parcel"}]
    rows = (
        call(blocks=texts),
        call(blocks=[*texts, {"tokens": 9, "id": POLICY}]),
        call(blocks=texts, encoded=7),
        call(),
    )
    path = written(tmp_path, *rows)

    def words(text: str) -> int:
        return len(text.split())

    assert [one.encoded for one in read_trace(path, count=words, encodes=True)] == [
        5,
        None,
        7,
        None,
    ]
    assert [one.encoded for one in read_trace(path, count=words)] == [None, None, 7, None]


NAMES = st.text(min_size=1, max_size=8)
LIFETIMES = st.sampled_from(["5m", "1h", "30m"])
TOKENS = st.integers(0, 10**7)
CONTENTS = st.builds(Content, TOKENS, NAMES)
USAGES = st.builds(
    Usage, TOKENS, TOKENS, TOKENS, st.dictionaries(LIFETIMES, st.integers(1, 10**7), max_size=2)
)


@st.composite
def recorded(draw: st.DrawFn) -> Recorded:
    blocks = draw(st.lists(CONTENTS, max_size=4))
    at = st.integers(0, max(len(blocks) - 1, 0))
    marks = draw(st.none() | st.dictionaries(at, LIFETIMES, max_size=len(blocks)))
    return Recorded(
        draw(st.floats(0, 10**10)),
        tuple(one.tokens for one in blocks),
        tuple(one.id for one in blocks),
        None if marks is None else tuple(sorted(marks.items())),
        draw(st.none() | st.dictionaries(NAMES, CONTENTS, max_size=3)),
        None,
        *(draw(st.none() | NAMES) for _ in range(3)),
        usage := draw(st.none() | USAGES),
        draw(st.none() | st.integers(0, usage.output_tokens)) if usage else None,
        draw(st.none() | TOKENS),
        draw(st.none() | st.booleans()),
        draw(st.none() | st.booleans()),
    )


@given(st.lists(recorded(), min_size=1, max_size=4), st.booleans())
@settings(max_examples=40)
def test_what_is_written_is_read_back(
    tmp_path_factory: pytest.TempPathFactory, calls: list[Recorded], packed: bool
) -> None:
    path = tmp_path_factory.mktemp("trace") / "calls"
    text = "".join(f"{line(one)}\n" for one in calls).encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(text) if packed else text)
    assert list(read_trace(path, "promptops")) == calls


# From inputs to blocks


SEGMENTS = {
    "support/triage@v3": (
        Segment(Content(2000, POLICY)),
        Segment(Content(10, "b2"), ("tenant", "rules")),
        Segment(Content(0, "c3"), ("question",)),
    )
}


def shop(t: float, tenant: str, question: str) -> Recorded:
    inputs = {
        "tenant": Content(3, tenant),
        "rules": Content(500, f"rules of {tenant}"),
        "question": Content(len(question), question),
    }
    return Recorded(t, inputs=inputs, prompt="support/triage@v3")


def test_equal_inputs_make_equal_blocks() -> None:
    calls = [shop(0, "lockwren", "a"), shop(9, "lockwren", "bb"), shop(20, "teas", "a")]
    found = list(with_blocks(calls, SEGMENTS))
    assert [one.tokens for one in found] == [(2000, 513, 1), (2000, 513, 2), (2000, 513, 1)]
    first, second, third = (one.ids for one in found)
    assert first[:2] == second[:2]
    assert (first[0], first[2]) == (third[0], third[2])
    assert len({first[1], third[1]}) == len({first[2], second[2]}) == 2


def test_a_trace_is_what_the_evaluator_takes() -> None:
    calls = with_blocks([shop(t, "lockwren", str(t)) for t in (0, 60, 400)], SEGMENTS)
    found = tally((Call(*one[:3]) for one in in_order(calls)), CLAUDE)
    assert found.calls == 3
    # Written, read after a minute, written again after 340 s.
    assert found.cost(((1, "5m"),)) == pytest.approx(2 * 1.25 * 2513 + 0.1 * 2513 + 1 + 2 + 3)


def test_blocks_that_were_recorded_stay() -> None:
    known = Recorded(0, (5,), ("x",), prompt="unknown")
    assert list(with_blocks([known], {})) == [known]


def test_a_call_that_recorded_too_little_is_named() -> None:
    with pytest.raises(TraceError, match=r"the call at 3 records no input 'rules'"):
        list(
            with_blocks([shop(3, "a", "b")._replace(inputs={"tenant": Content(1, "a")})], SEGMENTS)
        )
    lost = Recorded(0, id="c9", prompt="support/triage@v4")
    with pytest.raises(TraceError, match=r"'c9': no segments are known of prompt .*v4"):
        list(with_blocks([lost], SEGMENTS))


def test_calls_of_several_servers_come_in_the_order_of_their_times() -> None:
    calls = [Recorded(5, id="a"), Recorded(1, id="b"), Recorded(5, id="c")]
    assert [one.id for one in in_order(calls)] == ["b", "a", "c"]


# Files


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_list_is_read_entry_by_entry(tmp_path: Path, indent: int | None, pack: Any) -> None:
    rows = [{"at": number, "text": "é]},\n" * 3} for number in range(5000)]
    path = tmp_path / "all.json"
    path.write_bytes(pack(json.dumps(rows, indent=indent, ensure_ascii=False).encode()))
    found = list(documents(path))
    assert [value for _, value in found] == rows
    if indent:
        assert [number for number, _ in found[:2]] == [2, 6]


def test_values_may_follow_one_another_over_lines(tmp_path: Path) -> None:
    path = written(tmp_path, "", '{"a":', " 1}", '{"a": 2} {"a": 3}', "")
    assert list(documents(path)) == [(2, {"a": 1}), (4, {"a": 2}), (4, {"a": 3})]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "holds no calls"),
        (b"\n \n", "holds no calls"),
        (b'{"time": 1}\n{"time": \xff}', "not UTF-8"),
        (b"no trace\n" * 3, "not JSON"),
        (b'[{"time": 1},\n {"time"', "not JSON"),
        (b'[{"time": 1},\n', "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (gzip.compress(b'{"time": 1}\n' * 99, mtime=0)[:-12], "ended before"),
        (b"\x1f\x8bno", "not in gzip|unknown compression|ended before"),
        (b'{"colour": "green"}', "name one of opentelemetry, litellm"),
        (b"7", "no kind of trace"),
    ],
)
def test_a_file_that_is_no_trace_is_an_error(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "trace"
    path.write_bytes(content)
    with pytest.raises(TraceError, match=told) as caught:
        list(read_trace(path))
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("opening", [b'{"time": 1}\n"', b'[\n{"time": 1},\n"'])
def test_a_value_without_an_end_is_not_read_into_memory(tmp_path: Path, opening: bytes) -> None:
    path = tmp_path / "trace.gz"
    path.write_bytes(gzip.compress(opening + b"a" * (65 << 20) + b'"', 1))
    with pytest.raises(TraceError, match="more than 64 MiB"):
        list(read_trace(path))


def test_a_file_or_format_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(TraceError, match="No such file"):
        read_trace(tmp_path / "none")
    with pytest.raises(TraceError, match="did you mean 'langfuse'"):
        read_trace(tmp_path / "none", "langfus")


# Other tools


def attribute(key: str, value: Any) -> dict[str, Any]:
    kind = "intValue" if isinstance(value, int) else "stringValue"
    return {"key": key, "value": {kind: str(value)}}


def span(span_id: str, **told: Any) -> dict[str, Any]:
    attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "anthropic",
        "gen_ai.request.model": "claude-sonnet-5-5",
        "gen_ai.usage.input_tokens": 9860,
        "gen_ai.usage.output_tokens": 41,
        **{f"gen_ai.{key.replace('__', '.')}": value for key, value in told.items()},
    }
    return {
        "traceId": "5b8efff798038103d269b633813fc60c",
        "spanId": span_id,
        "startTimeUnixNano": "1795334400500000000",
        "attributes": [attribute(key, value) for key, value in attributes.items()],
    }


def otlp(*spans: dict[str, Any]) -> dict[str, Any]:
    return {"resourceSpans": [{"scopeSpans": [{"scope": {}, "spans": list(spans)}]}]}


def test_spans_of_opentelemetry_are_calls(tmp_path: Path) -> None:
    cached = {"usage__cache_read__input_tokens": 7500, "usage__cache_write__input_tokens": 2300}
    told = {
        "conversation__id": "s7",
        "response__id": "msg_1",
        "prompt__name": "triage",
        "prompt__version": "v3",
    }
    older = {"usage__cache_read_input_tokens": 64, "provider__name": "openai"}
    rows = [
        otlp(span("01", **cached, **told), span("02", **older)),
        otlp(span("03", **told), span("04", operation__name="invoke_agent")),
        otlp(span("05", usage__cache_read__input_tokens=9861)),
        otlp({"spanId": "06", "attributes": []}, {"spanId": "07"}),
    ]
    trace = read_trace(written(tmp_path, *rows))
    first, second = trace
    assert trace.reader.name == "opentelemetry"
    assert first.usage == Usage(60, 41, 7500, {"5m": 2300})
    assert (first.t, first.id, first.session) == (1795334400.5, "msg_1", "s7")
    assert (first.prompt, first.model) == ("triage@v3", "anthropic:claude-sonnet-5-5")
    assert second.usage == Usage(9796, 41, 64)
    assert second.id == "5b8efff798038103d269b633813fc60c@02"
    assert trace.repeated == 1  # one answer, seen by two instrumentations
    assert {why: (one.count, one.line) for why, one in trace.unread.items()} == {
        "a span of something other than a model's answer": (1, 2),
        "a usage that cannot be read": (1, 3),
        "a span that is not about generative AI": (2, 4),
    }
    assert "input is 9860, which should include 9861" in (
        trace.unread["a usage that cannot be read"].said
    )


def test_what_is_of_another_kind_is_told(tmp_path: Path) -> None:
    path = written(tmp_path, otlp(span("01")), {"resourceLogs": []}, "7", call())
    trace = read_trace(path)
    assert len(list(trace)) == 1
    assert trace.unread["a value of another kind"].count == 3
    assert trace.unread["a value of another kind"].line == 2


def test_metadata_that_is_no_json_holds_nothing(tmp_path: Path) -> None:
    row = {"call_type": "completion", "startTime": 1, "prompt_tokens": 3, "metadata": "{no"}
    [found] = read_trace(written(tmp_path, row))
    assert found.usage == Usage(3)


def test_spans_as_python_prints_them_are_calls(tmp_path: Path) -> None:
    printed = {
        "name": "chat gpt-6.1",
        "context": {"trace_id": "0x1", "span_id": "0x2"},
        "start_time": "2026-11-22T08:00:00.250000Z",
        "attributes": {"gen_ai.system": "openai", "gen_ai.usage.input_tokens": 12},
    }
    twice = [json.dumps({**printed, "context": {"span_id": at}}, indent=4) for at in ("a", "b")]
    found = list(read_trace(written(tmp_path, json.dumps(printed, indent=4), *twice)))
    assert [one.t for one in found] == [1795334400.25] * 3
    assert found[0].id == "1@2"
    assert found[0].usage == Usage(12)


def test_tokens_of_thought_are_told_where_they_are_recorded(tmp_path: Path) -> None:
    details = {"completion_tokens_details": {"reasoning_tokens": 24}}
    counts = {"prompt_tokens": 9, "completion_tokens": 41, **details}
    usage = {"input_tokens": 9, "output_tokens": 41, "reasoning_tokens": 24}
    gemini = {"promptTokenCount": 9, "candidatesTokenCount": 17, "thoughtsTokenCount": 24}
    thought = observation("a", {"input": 9, "output": 17, "output_reasoning_tokens": 24})
    spend = {"call_type": "completion", "startTime": 1, "metadata": {"usage_object": counts}}
    files = [
        [call(usage=usage), call(usage=counts, vendor="openai")],
        [otlp(span("01", usage__reasoning__output_tokens=24))],
        [thought],
        [spend],
        [{"time": 1, "response": {"usageMetadata": gemini}}],
    ]
    for rows in files:
        for found in read_trace(written(tmp_path, *rows)):
            assert found.reasoning == 24
            assert found.usage
            assert found.usage.output_tokens == 41


def test_no_more_can_be_thought_than_was_put_out(tmp_path: Path) -> None:
    usage = {"input_tokens": 9, "output_tokens": 4, "reasoning_tokens": 5}
    with pytest.raises(TraceError, match="5 are more than the output"):
        list(read_trace(written(tmp_path, call(usage=usage))))


def observation(name: str, details: Any, **told: Any) -> dict[str, Any]:
    return {
        "id": name,
        "traceId": "t1",
        "type": "GENERATION",
        "startTime": "2026-11-22T08:00:00.000Z",
        "model": "claude-sonnet-5-5",
        "promptName": "triage",
        "promptVersion": 3,
        "usageDetails": details,
        **told,
    }


CACHED = {"input": 60, "cache_read_input_tokens": 7500, "cache_creation_input_tokens": 2300}


def test_observations_of_langfuse_are_calls(tmp_path: Path) -> None:
    rows = [
        observation("a", {**CACHED, "output": 41, "total": 9901}),
        observation("b", {**CACHED, "input": 9860, "output": 41, "total": 9901}),
        observation("c", {"input": 10, "input_audio_tokens": 5, "input_cached_tokens": "64"}),
        observation("d", {**CACHED, "total": 70}),
        observation("e", {}, usage={"input": 3, "output": 1, "total": 4}),
        observation("f", {}),
        observation("g", {"input_cache_new_kind": 4}),
        observation("h", CACHED, type="SPAN"),
        observation("i", CACHED, startTime=None),
        {"name": "latency", "value": 3},
    ]
    path = tmp_path / "page.json"
    path.write_text(json.dumps({"data": rows, "meta": {"totalItems": 10}}, indent=1))
    trace = read_trace(path)
    found = {one.id: one for one in trace}
    assert trace.reader.name == "langfuse"
    assert {name: one.usage for name, one in found.items()} == {
        "a": Usage(60, 41, 7500, {"5m": 2300}),
        "b": Usage(60, 41, 7500, {"5m": 2300}),  # its program handed over sums
        "c": Usage(15, 0, 64),
        "e": Usage(3, 1),
    }
    assert (found["a"].prompt, found["a"].session) == ("triage@3", "t1")
    assert sorted(trace.unread) == [
        "a generation without usage",
        "a row that is no observation",
        "a usage that contradicts itself",
        "a usage with cached tokens of an unknown kind",
        "an observation that is no generation",
        "start_time is no time: give seconds since 1970, or text like 2026-11-22T08:00:00Z",
    ]


def test_exports_of_langfuse_are_in_utc(tmp_path: Path) -> None:
    row = {
        "id": "a",
        "trace_id": "t",
        "session_id": "s",
        "type": "GENERATION",
        "start_time": "2026-11-22 08:00:00.500000",
        "provided_model_name": "gpt-6.1",
        "usage_details": {"input": 10, "input_cache_creation": 2048},
        "prompt_name": "",
    }
    [found] = read_trace(written(tmp_path, row))
    assert (found.t, found.session, found.prompt) == (1795334400.5, "s", None)
    assert found.usage == Usage(10, 0, 0, {"30m": 2048})


def test_spend_logs_of_litellm_are_calls(tmp_path: Path) -> None:
    details = {
        "cached_tokens": 7500,
        "cache_creation_tokens": 2300,
        "cache_creation_token_details": {
            "ephemeral_5m_input_tokens": 1600,
            "ephemeral_1h_input_tokens": 700,
        },
    }
    row = {
        "request_id": "r1",
        "call_type": "acompletion",
        "startTime": "2026-11-22T08:00:00.000",
        "model": "anthropic/claude-sonnet-5-5",
        "session_id": "s",
        "prompt_tokens": 9860,
        "completion_tokens": 41,
        "cache_hit": "False",
        "metadata": json.dumps({"usage_object": {"prompt_tokens_details": details}}),
    }
    values = {"cache_read_input_tokens": 9861}
    rows = [
        row,
        {**row, "request_id": "r2", "cache_hit": "True"},
        {**row, "request_id": "r3", "call_type": "aembedding"},
        {**row, "request_id": "r4", "status": "failure"},
        {**row, "request_id": "r5", "prompt_tokens": 0, "metadata": None},
        {**row, "request_id": "r6", "metadata": {"additional_usage_values": values}},
    ]
    trace = read_trace(written(tmp_path, *rows))
    [found] = trace
    assert found.usage == Usage(60, 41, 7500, {"5m": 1600, "1h": 700})
    assert (found.id, found.session, found.t) == ("r1", "s", 1795334400.0)
    assert found.model == "anthropic:claude-sonnet-5-5"
    assert {why: one.count for why, one in trace.unread.items()} == {
        "an answer from LiteLLM's own cache": 1,
        "a call of something other than a model's answer": 1,
        "a call that failed": 1,
        "a call without usage": 1,
        "a usage that cannot be read": 1,
    }


def test_the_logging_payload_of_litellm_is_a_call(tmp_path: Path) -> None:
    payload = {
        "id": "chatcmpl-1",
        "call_type": "acompletion",
        "startTime": 1795334400.5,
        "custom_llm_provider": "gemini",
        "model": "gemini-3.8-flash",
        "trace_id": "t",
        "metadata": {"prompt_management_metadata": {"prompt_id": "triage"}},
        "response": {"usage": {"prompt_tokens": 20, "cache_read_input_tokens": 16}},
        "completion_tokens": 2,
        "prompt_tokens": 20,
    }
    [found] = read_trace(written(tmp_path, {"standard_logging_object": payload}))
    assert found.usage == Usage(4, 2, 16)
    assert (found.model, found.prompt) == ("google:gemini-3.8-flash", "triage")


def test_answers_of_vendors_are_calls(tmp_path: Path) -> None:
    claude = {
        "id": "msg_1",
        "type": "message",
        "model": "claude-sonnet-5-5",
        "usage": {"input_tokens": 60, "cache_read_input_tokens": 7500, "output_tokens": 41},
    }
    chat = {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1795334401,
        "model": "grok-5",
        "usage": {"prompt_tokens": 10, "completion_tokens": 1},
    }
    response = {
        "id": "resp_1",
        "object": "response",
        "created_at": 1795334402,
        "error": None,
        "model": "gpt-6.1",
        "conversation": {"id": "conv_1"},
        "usage": {"input_tokens": 10, "output_tokens": 1, "input_tokens_details": {}},
    }
    gemini = {
        "responseId": "g1",
        "modelVersion": "gemini-3",
        "usageMetadata": {"promptTokenCount": 4},
    }
    rows = [
        {"time": "2026-11-22T08:00:00Z", "session": "s", "response": claude},
        {"vendor": "xai", "timestamp": 1795334401.5, "body": json.dumps(chat)},
        response,
        {"provider": "openai", "time": 1795334403, "prompt": "tea@v1", "response": gemini},
        claude,
        {"time": 1, "response": {"error": {"message": "overloaded"}}},
        {"time": 1, "response": {"type": "message"}},
        chat,
    ]
    trace = read_trace(written(tmp_path, *rows))
    found = list(trace)
    assert [(one.t - 1795334400, one.id) for one in found] == [
        (0, "msg_1"),
        (1.5, "chatcmpl-1"),
        (2, "resp_1"),
        (3, "g1"),
    ]
    assert [one.model for one in found] == [
        "anthropic:claude-sonnet-5-5",
        "xai:grok-5",
        "openai:gpt-6.1",
        "google:gemini-3",
    ]
    assert [one.session for one in found] == ["s", None, "conv_1", None]
    assert (found[0].usage, found[3].prompt) == (Usage(60, 41, 7500), "tea@v1")
    assert trace.repeated == 1
    assert sorted(trace.unread) == [
        "a row that is no answer",
        "a usage that cannot be read",
        "an answer without a time: log the time at which its request began as `time`",
    ]


KEYS = (
    "resourceSpans scopeSpans spans attributes key value intValue context start_time id type data"
    " traceId startTime startTimeUnixNano usageDetails usage metadata call_type cache_hit model"
    " standard_logging_object response body time created error object usageMetadata blocks marks"
    " inputs tokens gen_ai.usage.input_tokens input prompt_tokens status conversation provider"
)
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.sampled_from(["", "chat", "GENERATION", "message", "{", "0", "2026-11-22T08:00:00Z"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS.split()), inner, max_size=6)
    ),
    max_leaves=15,
)


@given(JSON)
@settings(max_examples=50)
def test_whatever_a_file_holds_is_a_call_or_is_told(value: Any) -> None:
    for reader in READERS.values():
        if not (reader.fits(value) or reader.strict):
            continue
        for row in reader.rows(value):
            try:
                found = reader.read(row)
            except Unread as error:
                assert error.reason  # noqa: PT017
            else:
                assert found.t >= 0


def test_the_lines_in_the_documentation_are_a_trace(tmp_path: Path) -> None:
    text = (Path(__file__).parents[2] / "docs" / "traces.md").read_text(encoding="utf-8")
    lines = text.split("```jsonl\n")[1].split("```")[0]
    path = tmp_path / "docs.jsonl"
    path.write_text(lines, encoding="utf-8")
    first, second, third = read_trace(path)
    assert first.usage == Usage(14, 30, 0, {"5m": 3000})
    assert first.tokens == (3000, 14)
    assert sorted(second.inputs or {}) == ["policy", "question"]
    assert third.usage == Usage(86, 300, 1920)
    assert all(f"`{name}`" in text for name in READERS if name != "promptops")
