"""Versions that are made for a sweep: one thing is set otherwise, all else is the version's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops import Registry
from promptops.config import find_project
from promptops.errors import ConfigError, UsageError
from promptops.evals.plan import Dataset, EvalPlan, ScorerSpec
from promptops.evals.sweeping import swept
from promptops.evals.tuning import Tuning
from promptops.model.money import Usage

TEXT = """---
version: 1
model: anthropic:claude-haiku-5-5
params: {max_tokens: 300}  # as long as a letter
inputs:
  chunks: {type: array}
  explain: {type: boolean, default: false}
  tone: {type: string, default: kind}
  question: {type: string}
---
{% system %}
Be {{ tone }}.{% include "rules.j2" %}
{% if explain %}
First say why.
{% endif %}
{% for chunk in chunks %}
<doc>{{ chunk }}</doc>
{% endfor %}
{% endsystem %}
{% user %}
{{ question }}
{% enduser %}
"""
CHUNKS = ["one", "two", "three", "four"]
INPUTS: dict[str, Any] = {"chunks": CHUNKS, "question": "Where is it?"}


@pytest.fixture(scope="module")
def texts(tmp_path_factory: pytest.TempPathFactory) -> Tuning:
    """What gives the texts of a project with one prompt."""
    root = tmp_path_factory.mktemp("tuning")
    (root / "prompts").mkdir()
    (root / "pyproject.toml").write_text("[tool.promptops]\n")
    (root / "prompts" / "answer.prompt.j2").write_text(TEXT)
    (root / "prompts" / "rules.j2").write_text(" Be brief.")
    return Tuning(Registry.load(root).get, find_project(root).config)


def said(texts: Tuning, reference: str, **inputs: Any) -> list[str]:
    """Return the texts of a version's messages."""
    rendered = texts(reference).render(**{**INPUTS, **inputs})
    return [message.text for message in rendered.messages]


@settings(max_examples=20)
@given(kept=st.integers(0, 6), chunks=st.lists(st.text("ab {}%", max_size=4), max_size=6))
def test_fewer_chunks_are_as_if_the_caller_had_handed_over_fewer(
    texts: Tuning, kept: int, chunks: list[str]
) -> None:
    found = said(texts, f"answer@work chunks={kept}", chunks=chunks)
    assert found == said(texts, "answer@work", chunks=chunks[:kept])


def test_thinking_first_is_switched_on(texts: Tuning) -> None:
    assert said(texts, "answer@work cot=on") == said(texts, "answer@work", explain=True)
    assert said(texts, "answer@work cot=off") == said(texts, "answer@work")


def test_any_input_can_be_set(texts: Tuning) -> None:
    assert said(texts, "answer@work inputs.tone=dry") == said(texts, "answer@work", tone="dry")


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [("max_tokens=64", "max_tokens", 64), ("params.temperature=0.3", "temperature", 0.3)],
)
def test_parameters_are_what_is_sent(texts: Tuning, setting: str, name: str, value: float) -> None:
    handle = texts(f"answer@work {setting}")
    body = handle.render(**INPUTS).anthropic()
    assert {**body, **body.get("extra_body", {})}[name] == value
    assert said(texts, f"answer@work {setting}") == said(texts, "answer@work")
    assert handle.ref.sha256 != texts("answer@work").ref.sha256


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("shots=2", "0 inputs of type array"),
        ("inputs.ton=dry", "no input 'ton'"),
        ("chunks=few", "whole number"),
        ("cot=perhaps", "on or off"),
        ("length=4", "nothing to set is called 'length'"),
        ("max_tokens", "KEY=VALUE"),
    ],
)
def test_what_cannot_be_set_is_said(texts: Tuning, setting: str, told: str) -> None:
    with pytest.raises((ConfigError, UsageError), match=told):
        texts(f"answer@work {setting}")


PLAN = EvalPlan("answers", "answer", Dataset("cases.jsonl"), (ScorerSpec("exact"),), ("v1", "v2"))


def plan_of(setting: str, used: int = 100) -> EvalPlan:
    """Return the plan of a sweep after so many answers of 1, 2, 3 … tokens."""
    lengths = [Usage(10, n + 1) for n in range(used)]
    return swept(PLAN, setting, None, lambda _: "openai:gpt-5.6", lambda *_: lengths)


def test_limits_are_taken_of_the_lengths_that_answers_had() -> None:
    assert plan_of("max_tokens=p50,p95,400").versions == (
        "v1", "v1 max_tokens=50", "v1 max_tokens=95", "v1 max_tokens=400",
    )  # fmt: skip


def test_models_are_swept_beside_the_prompts_own() -> None:
    found = plan_of("model=openai:gpt-5.6-mini,openai:gpt-5.6")
    assert found.models == ("openai:gpt-5.6", "openai:gpt-5.6-mini")
    assert found.versions == ("v1",)


def test_a_sweep_asks_whether_one_value_is_no_worse() -> None:
    gate = plan_of("chunks=1,2").gate
    assert gate is not None
    assert (gate.metric, gate.test, gate.any) == ("exact", "non_inferiority", True)


@pytest.mark.parametrize(
    ("setting", "used", "told"),
    [
        ("max_tokens=p95", 5, "5 answers of v1 on openai:gpt-5.6 are in the ledger"),
        ("max_tokens=p0", 100, "p50, p95, p99"),
        ("chunks=", 100, "KEY=VALUE"),
        (f"chunks={','.join(map(str, range(30)))}", 100, "at most 20"),
    ],
)
def test_what_cannot_be_swept_is_said(setting: str, used: int, told: str) -> None:
    with pytest.raises((ConfigError, UsageError), match=told):
        plan_of(setting, used)


def test_the_examples_are_swept_and_shown_again(tmp_path: Path) -> None:
    from tests.cli.commands import promptops

    root = Path(__file__).parents[2]
    ledger = str(tmp_path / "ledger.db")
    words = ("sweep", "evals/support/triage.yaml", "params.temperature=0,1", "--ledger", ledger)
    done = promptops("eval", *words, "--format", "json", cwd=root)
    assert done.code == 0, done.err
    ids = [one["id"] for one in done.json["variants"]]
    assert ids == ["v3", "v3 params.temperature=0", "v3 params.temperature=1"]
    shown = promptops("eval", "show", "last", "--ledger", ledger, "--format", "json", cwd=root)
    assert [one["id"] for one in shown.json["variants"]] == ids
    assert shown.json["verdict"] == done.json["verdict"] == "pass"
