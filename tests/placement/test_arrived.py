"""Calls of which only the times are known: what they share is as the prompt declares it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops import Registry
from promptops.caching.hits import Prefix, Traffic, hit
from promptops.caching.traces import Extra, Recorded, TraceError
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.usage import CacheUse, Use
from promptops.placement.declared import with_gaps
from promptops.placement.draft import draft
from promptops.placement.study import Study
from promptops.tokens.counter import TokenCounter
from promptops.usage.ledger_calls import LedgerCalls
from promptops.usage.measure import measure
from promptops.usage_file.reading import UsageFile
from tests.placement.desks import FACTOR, MARK, MODEL, RULES, TENANT, desk, trace

START = 1_794_787_200.0


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Study:
    root = desk(tmp_path_factory.mktemp("desk"), RULES + MARK + TENANT, per_minute=0.01)
    handle = Registry.load(root).get("desk")
    sample = json.loads((root / "sample.json").read_text())
    return Study(draft(handle.prompt, handle.file, sample), "desk")


CALLS = st.lists(
    st.tuples(st.integers(1, 5_000), st.sampled_from("abc"), st.sampled_from(["s1", "s2", "s3"])),
    min_size=2,
    max_size=40,
)


@given(CALLS)
@settings(max_examples=12, deadline=None)
def test_a_ledger_s_calls_cost_what_the_same_calls_cost_as_a_trace(
    study: Study, tmp_path_factory: pytest.TempPathFactory, calls: list[tuple[int, str, str]]
) -> None:
    folder = tmp_path_factory.mktemp("calls")
    counter = TokenCounter(None)
    sizes = {
        name: round(counter.encoded([text], "o200k_base")[0] * FACTOR)
        for name, text in study.draft.sample.items()
    }
    rows, lines, at = [], [], START
    for number, (gap, tenant, session) in enumerate(calls):
        at += gap
        context = Context(MODEL, "desk", "v1")
        rows.append(Call(str(number), at, context, tenant=tenant, session=session))
        ids = {"rules": "r", "tenant": tenant, "question": str(number)}
        inputs = {name: {"tokens": sizes[name], "id": ids[name]} for name in ids}
        lines.append({"time": at, "prompt": "desk@v1", "session": session, "inputs": inputs})
    with CallStore.open(folder / "ledger.db") as store:
        store.add(rows)
    of_ledger = replace(study, recorded=list(LedgerCalls(folder / "ledger.db")))
    of_trace = replace(study, trace=trace(folder, lines))
    one, other = (each.table(MODEL) for each in (of_ledger, of_trace))
    assert one.arms == other.arms
    assert one.advice == other.advice
    assert one.recording is not None
    assert one.recording.calls == len(calls)


def test_the_recorded_gaps_of_the_usage_file_are_the_hits_of_the_calls(study: Study) -> None:
    calls = [Recorded(START + 200 * n + 400 * (n % 3 == 0), prompt="desk") for n in range(300)]
    shares = measure(calls, lambda name: name).prompts["desk"].figures
    found = replace(study, recorded=calls).table(MODEL)
    rules = next(at for at, stop in enumerate(found.layout.stops) if stop.inputs == ("rules",))
    use = Use(gaps={"5m": Decimal(str(shares["gaps.5m"]))})
    traffic = Traffic(1.0, gaps=((300.0, float(use.gaps["5m"])),))
    arm = found.arm("as-shipped")
    tokens = found.layout.stops[rules].tokens
    assert arm.plan == ((rules, "5m"),)
    assert arm.split.read / tokens == pytest.approx(hit(Prefix(), traffic, 300.0), abs=0.0005)


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ("{type: string, stability: static}", [1, 1, 1, 1]),
        ("{type: string, stability: per_session}", [1, 1, 2, 3]),
        ("{type: string, stability: daily}", [1, 1, 1, 2]),
        ("{type: string, stability: key, cardinality: 9}", [1, 2, 1, 3]),
        ("{type: string, stability: drift, per_call: 1.0}", [1, 2, 3, 4]),
        ("{type: string, stability: per_call}", [1, 2, 3, 4]),
        ("string", [1, 2, 3, 4]),
    ],
    ids=["static", "session", "daily", "key", "drift", "per call", "undeclared"],
)
def test_contents_are_alike_as_declared(tmp_path: Path, declared: str, told: list[int]) -> None:
    from promptops.placement.arrived import _Contents

    (tmp_path / "prompts").mkdir()
    text = f"---\nversion: 1\ninputs: {{rules: {declared}}}\n---\n{{{{ rules }}}}\n"
    (tmp_path / "prompts" / "desk.prompt.j2").write_text(text)
    inputs = Registry.load(tmp_path).get("desk").inputs
    contents, known = _Contents(inputs), dict[str, int]()
    calls = [
        Recorded(START, session="s1", extra=Extra(tenant="a")),
        Recorded(START + 5, session="s1", extra=Extra(tenant="b")),
        Recorded(START + 9, session="s2", extra=Extra(tenant="a")),
        Recorded(START + 86_400),
    ]
    ids = [contents.of(call, ["rules"]) for call in calls]
    assert [known.setdefault(one, len(known) + 1) for one in ids] == told


def test_a_ledger_without_a_call_of_the_prompt_is_said(study: Study) -> None:
    others = [Recorded(START, prompt="other@v1"), Recorded(START, prompt="desk", batch=True)]
    with pytest.raises(TraceError, match="the ledger holds no call of desk"):
        replace(study, recorded=others).table(MODEL)


USAGE = """\
prompts:
  desk:
    calls_per_month: 20_000
    output_tokens: {p50: 90, p95: 120}
    gaps: {5m: 0.9, 1h: 0.95}
    calibration:
      "anthropic:claude-opus-5": {factor: 1.6, low: 1.5, high: 1.7, calls: 50, until: 2026-06-01}
    from: ledger 2026-10-20..2026-11-19, n=1204
"""


def test_what_was_recorded_comes_before_what_is_declared(study: Study) -> None:
    file = UsageFile.parse(USAGE.encode(), "usage.yml")
    found = replace(study, usage=file, today=date(2026, 11, 22)).table(MODEL)
    assert found.load is not None
    told = "20,000 calls a month (usage.yml, ledger 2026-10-20..2026-11-19, n=1204)"
    assert found.load.told == f"{told}, at the gaps that were recorded"
    assert found.layout.method.describe() == (
        "calibrated: o200k_base x 1.6 (-6 ... +6 %, n=50 of this prompt, until 2026-06-01, over 90"
        " days ago)"
    )
    assert "answers of 90 tokens are counted" in found.how[1]
    rules = found.layout.stops[0].tokens
    assert found.arm("as-shipped").split.read == pytest.approx(0.9 * rules)


def test_gaps_of_several_caches_are_no_gaps_of_one(study: Study) -> None:
    file = UsageFile.parse(USAGE.encode(), "usage.yml")
    load: Any = replace(study, usage=file).table(MODEL).load
    apart = replace(file.prompts["desk"], cache=CacheUse(partitions=Decimal(3)))
    plain = replace(load, traffic=Traffic(1.0))
    assert with_gaps(plain, apart) == plain
    assert with_gaps(plain, file.prompts["desk"]).traffic.gaps
