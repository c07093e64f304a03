"""An eval's report as a comment: a sentence, a few lines, and nothing read as Markdown."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from promptops.evals.report_cases import Flip, FlipSide
from promptops.evals.report_variants import Metric, Reads, Split
from promptops.reporters import eval_json, eval_markdown
from promptops.reporters.contracts.eval import EvalReport
from tests.reporters.eval_samples import SAMPLES, several, simple, staged, unpriced

MARKS = st.sampled_from(["`", "|", "<", "](x)", "\n", "#", "@team", "*", "~", "\\", "<!--", "#12"])
TEXTS = st.lists(st.one_of(MARKS, st.text(max_size=4)), max_size=8).map("".join)
GFM = MarkdownIt("commonmark").enable("table")


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_sentence_comes_first_and_what_is_not_folded_has_at_most_twelve_lines(kind: str) -> None:
    found = SAMPLES[kind]()
    text = eval_markdown.report(found, first_line="<!-- promptops -->")
    first, second, *others = text.splitlines()
    assert first == "<!-- promptops -->"
    assert second.replace("`", "").endswith(found.headline)
    open_lines = "\n".join(others).partition("<details>")[0].partition("<sub>")[0]
    assert len([line for line in open_lines.splitlines() if line]) <= 12


def test_the_heading_says_verdict_points_and_costs_with_intervals() -> None:
    assert eval_markdown.heading(SAMPLES["passed"]()) == (
        "PASS: `v4` is no worse than `v3` by more than 2 points (95 %), and costs 38 % [35, 41]"
        " less."
    )
    assert eval_markdown.heading(SAMPLES["inconclusive"]()) == (
        "INCONCLUSIVE: Whether `v4` is no worse than `v3` by more than 2 points is not settled"
        " (95 %): -0.6 points [-2.5, 1.3]; 212 more cases, about $1.10, should settle it; it"
        " costs 38 % [35, 41] less."
    )


def test_the_comment_can_be_made_from_the_json_of_another_run() -> None:
    found = several()
    data = EvalReport.model_validate_json(json.dumps(eval_json.report(found)))
    assert eval_markdown.report(eval_json.read(data)) == eval_markdown.report(found)


def test_what_is_unknown_is_said_and_a_baseline_as_good_is_too() -> None:
    assert "$0" not in eval_markdown.report(unpriced())
    assert "| unknown | unknown |" in eval_markdown.report(unpriced())
    assert "`baseline:nearest` calls no model" in eval_markdown.report(simple())


def test_attempts_latency_cache_looks_and_slices_are_folded_up() -> None:
    text = eval_markdown.report(staged())
    folded = text.partition("<summary>Attempts, latency, cache, slices</summary>")[2]
    for told in (
        "- `v4` on `label`: look 2 of 3, 1.87 % of level spent; without missing pairs -0.4",
        "- `v4`: attempts `ok` 1,000, `rate_limited` 12, `server` 3; latency p50 0.81 s [0.79,",
        "299 of 300 calls as foretold; of 3 answers one right 96.0 % [94.1, 97.9]",
        "- `language sv`, 333 cases: `v3` 84.0 % [80.0, 88.0], `v4` 82.0 % [78.0, 86.0]",
    ):
        assert told in folded, folded


def test_thousands_of_flips_are_cut_to_what_a_forge_takes() -> None:
    flips = tuple(Flip(f"P-{at}", "v4", FlipSide(1.0), FlipSide(0.0)) for at in range(5_000))
    found = replace(several(), flips=flips)
    text = eval_markdown.report(found)
    assert len(text.encode()) <= eval_markdown.MAX_BYTES
    assert "more cases, in the report." in text
    assert "<details>" not in eval_markdown.report(found, html=False)


def kinds(text: str) -> list[str]:
    return [one.type for one in GFM.parse(text)
            for one in [one, *(one.children or [])] if one.type != "softbreak"]  # fmt: skip


@given(TEXTS)
def test_hostile_names_and_labels_are_shown_and_not_read(said: str) -> None:
    base = several()

    def made(text: str) -> str:
        name = f"x{text}"
        variants = tuple(replace(one, id=f"{one.id}{name}") for one in base.variants)
        comparisons = tuple(replace(one, candidate=f"{one.candidate}{name}",
                                    incumbent=f"v3{name}") for one in base.comparisons)  # fmt: skip
        flips = tuple(replace(one, case=name, after=FlipSide(0.0, name)) for one in base.flips)
        found = replace(base, variants=variants, comparisons=comparisons, flips=flips,
                        incumbent=f"v3{name}", eval=replace(base.eval, name=name))  # fmt: skip
        some = tuple(replace(one, attempts={name: 3}, reads=Reads(1, Split(1), unknown=name))
                     for one in variants)  # fmt: skip
        parts = tuple(replace(one, name=name, value=name, metrics={name: Metric(0.5)})
                      for one in base.dataset.slices)  # fmt: skip
        found = replace(found, variants=some, dataset=replace(base.dataset, slices=parts))
        return eval_markdown.report(found)

    assert kinds(made(said)) == kinds(made("y"))
