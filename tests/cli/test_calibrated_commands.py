"""Calls are recorded and measured, and commands that count tokens reckon with what they told."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
import yaml

from promptops import Registry
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Usage
from promptops.recording.recorder import Recorder
from promptops.tokens.counter import TokenCounter
from tests.cli.commands import promptops, write

MODEL = "anthropic:claude-sonnet-5-5"
FACTOR, FRAME = 1.62, 8  # of the vendor: tokens for one of o200k_base, and of a request's frame
REPLY = """\
---
version: 1
model: anthropic:claude-sonnet-5-5
params: {max_tokens: 4096}
inputs:
  rules: {type: string, stability: static}
  letter: {type: string, stability: per_call, max_length: 4000}
cost: {sample: sample.json}
---
{% system %}
You answer letters to a parcel company, in at most 80 words.
{{ rules }}
{% endsystem %}
{% user %}
{{ letter }}
{% enduser %}
"""
RULES = "Parcels wait for their owners in the lockers of the yard for seven days. " * 50
LETTERS = ("Where is my lamp?", "The teapot came in two pieces, and the lid is missing.", "Thanks!")


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose calls were recorded as they happened, and measured."""
    root = tmp_path_factory.mktemp("shop")
    write(root, reply=REPLY)
    (root / "sample.json").write_text(json.dumps({"rules": RULES, "letter": LETTERS[1]}))
    registry, counter, dice = Registry.load(root), TokenCounter(None), random.Random(8)
    for _ in range(40):
        with registry.record("reply", feature="inbox") as call:
            rendered = call.render(rules=RULES, letter=dice.choice(LETTERS))
            texts = [message.text for message in rendered.messages]
            billed = round(sum(counter.encoded(texts, "o200k_base")) * FACTOR) + FRAME
            usage = {"input_tokens": billed, "output_tokens": dice.randint(60, 120)}
            call.response({"model": "claude-sonnet-5-5", "usage": usage})
    assert isinstance(registry.recorder, Recorder)
    registry.recorder.close()
    sha256 = registry.get("reply").ref.sha256.removeprefix("sha256:")
    begin = 1_794_787_200.0
    context = Context(MODEL, "reply", "head", sha256, model_served="claude-sonnet-5-5")
    with CallStore.open(root / ".promptops" / "ledger.db") as store:  # and a week before
        store.add(
            Call(f"early{n}", begin + 600 * n, context, Usage(1500, 60 + n % 61), session=f"s{n}")
            for n in range(7 * 144)
        )
    done = promptops("usage", "sync", cwd=root)
    assert done.code == 0, done.err
    return root


def entry(root: Path) -> Any:
    return yaml.safe_load((root / "usage.yml").read_text())["prompts"]["reply"]


def test_the_vendor_s_factor_is_recovered_within_its_band(shop: Path) -> None:
    found = entry(shop)["calibration"][MODEL]
    assert found["low"] <= FACTOR + FRAME / found["encoded"] <= found["high"]
    assert found["factor"] == pytest.approx(FACTOR + FRAME / found["encoded"], abs=0.002)
    assert found["calls"] == 40
    assert promptops("usage", "sync", "--check", cwd=shop).code == 0


def test_a_cost_is_counted_by_the_factor_and_says_so(shop: Path) -> None:
    texts = [f"You answer letters to a parcel company, in at most 80 words.\n{RULES}", LETTERS[1]]
    o200k = sum(TokenCounter(None).encoded(texts, "o200k_base"))
    row = promptops("cost", "--format", "json", cwd=shop).json["prompts"][0]
    assert row["tokens"]["input"] == pytest.approx(o200k * FACTOR + FRAME, abs=4)
    assert row["tokens"]["method"] == "calibrated"
    assumed = {one["key"]: one["value"] for one in row["assumptions"]}
    assert assumed["calibration"].startswith("40 calls of this prompt, until 20")
    assert assumed["framing"] == "in the calibration"
    told = promptops("cost", cwd=shop).out
    assert "calibrated: o200k_base x 1.63" in told
    assert "n=40 of this prompt, until 20" in " ".join(told.split())


def test_another_model_is_not_counted_by_it(shop: Path) -> None:
    other = promptops("cost", "--model", "anthropic:claude-opus-4-1", cwd=shop).out
    assert "scaled: o200k_base x 1.146" in other


def test_a_changed_text_is_said_and_one_of_another_length_is_not_counted_by_it(
    shop: Path, tmp_path: Path
) -> None:
    (tmp_path / "prompts").mkdir()
    for name in ("usage.yml", "sample.json", "prompts/reply.prompt.j2"):
        (tmp_path / name).write_text((shop / name).read_text())
    path = tmp_path / "prompts" / "reply.prompt.j2"
    path.write_text(path.read_text().replace("80 words", "90 words"))
    told = " ".join(promptops("cost", cwd=tmp_path).out.split())
    assert "n=40 of this prompt, before its text changed, until 20" in told
    (tmp_path / "sample.json").write_text(json.dumps({"rules": "Be kind.", "letter": "Thanks!"}))
    told = " ".join(promptops("cost", cwd=tmp_path).out.split())
    assert "n=40, until 20" in told  # of all prompts together


def test_the_linter_sees_how_long_answers_are(shop: Path) -> None:
    done = promptops("lint", "--select", "MOD101", "--format", "json", cwd=shop)
    [found] = done.json["findings"]
    assert found["message"] == (
        "answers are at most 120 tokens at p99 over 1,048 calls: max_tokens 4096 allows 34 times"
        " that"
    )


def test_the_planner_takes_the_calls_of_the_ledger(shop: Path) -> None:
    usage = promptops("cache", "reply", "--format", "json", cwd=shop).json["models"][0]
    ledger = promptops("cache", "reply", "--traffic", "ledger", "--format", "json", cwd=shop)
    model = ledger.json["models"][0]
    assert model["recorded"]["calls"] == 1_048
    assert model["recorded"]["told"].startswith("1,048 recorded calls of the ledger, alike as")
    best = {one["name"]: one["marks"] for found in (usage, model) for one in found["placements"]}[
        "best"
    ]
    assert [mark["ttl"] for mark in best] == ["1h"]  # a call every ten minutes
    assert any(one.startswith("hits: of the recorded gaps") for one in usage["assumptions"])
    same = promptops("cache", "reply", "--trace", ".promptops/ledger.db", "--format", "json",
                     cwd=shop)  # fmt: skip
    assert same.json["models"][0]["placements"] == model["placements"]
    both = promptops("cache", "reply", "--trace", "x.jsonl", "--traffic", "ledger", cwd=shop)
    assert both.code == 2
