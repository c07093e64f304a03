"""The count against labelled prompts, where the corpus is at hand."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from promptops.lint.wording.answer import answer
from promptops.lint.wording.instructions import read
from promptops.lint.wording.repeats import repeats

GOLD = Path(__file__).resolve().parents[3] / ".." / "shared" / "corpus" / "gold"
pytestmark = pytest.mark.skipif(not (GOLD / "gold_dev.jsonl").is_file(), reason="corpus absent")
LABELS = {
    "format_stated": "has_output_format",
    "length_bound_stated": "has_max_length",
    "structured_wanted": "wants_structured",
    "chain_of_thought": "uses_cot",
    "self_bounding": "output_bounded",
}


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (GOLD / name).read_text("utf-8").splitlines()]


def variant(template: str) -> str:
    """Return the one path through a template without else-branches."""
    text = re.sub(r"\{#.*?#\}|\{%.*?%\}", "", template, flags=re.DOTALL)
    return re.sub(r"\{\{.*?\}\}", "\ufffc", text, flags=re.DOTALL)


def test_the_count_is_in_the_annotators_range_for_five_of_six() -> None:
    inside = distance = 0
    for row in rows("gold_dev.jsonl"):
        label = row["labels"]["instructions"]
        n = read(variant(row["text"])).n
        inside += label["lo"] <= n <= label["hi"]
        distance += abs(n - label["n"])
    assert inside >= 5
    assert distance <= 2.5 * 6


@pytest.mark.parametrize("ours", LABELS)
def test_the_answers_labels_agree(ours: str) -> None:
    for row in rows("gold_dev.jsonl"):
        labels = row["labels"]
        text = variant(row["text"])
        if {"uses_cot", "has_output_length"} & set(labels["uncertain"]):
            continue
        assert getattr(answer(text, read(text)), ours) is (labels[LABELS[ours]] == "y"), row["id"]


def test_no_pair_that_means_two_things_is_a_repeat() -> None:
    for pair in rows("pairs.jsonl"):
        text = f"{pair['a']}\n\n{pair['b']}"
        assert repeats(text, read(text)) == []


def test_a_long_sentence_beside_itself_is_a_repeat() -> None:
    for pair in rows("pairs.jsonl"):
        if len(re.findall(r"\w+", pair["a"])) >= 7:
            text = f"{pair['a']}\n\n{pair['a']}"
            assert len(repeats(text, read(text))) == 1, pair["a"]
