"""An eval's report in a terminal: the sentence first, no line too long, nothing unknown as 0."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.reporters import eval_text
from tests.reporters.eval_samples import (
    SAMPLES,
    failed,
    nothing,
    passed,
    several,
    simple,
    staged,
    unpriced,
)


@pytest.mark.parametrize("kind", SAMPLES)
def test_the_sentence_comes_first_and_no_line_is_longer_than_80(kind: str) -> None:
    found = SAMPLES[kind]()
    text = eval_text.report(found)
    first = text.partition("\n\n")[0].replace("\n", " ")
    assert first == found.headline
    assert max(map(len, text.splitlines())) <= 80
    assert not re.search(r"\[[^\]\n]*\n", text)  # no interval is torn


def test_a_price_that_is_not_known_is_never_nothing() -> None:
    text = eval_text.report(unpriced())
    assert "$0" not in text
    assert text.count("per success unknown") == 2
    assert "Spent unknown" in text


def test_every_variant_has_its_figures_with_intervals_and_its_attempts() -> None:
    text = eval_text.report(passed())
    for told in (
        "1,000  86.8 % [84.7, 88.9]   -0.4 [-1.1, 0.3]    $2.85 [2.74, 2.96]",
        "per success $0.00328 [0.00312, 0.00345]; cost -38 % [-41, -35]; 112",
        "cases as v3; 40 answers of earlier runs",
        "latency p50 0.81 s [0.79, 0.84], p95 1.92 s [1.78, 2.10]",
        "language sv               333  84.0 % [80.0, 88.0]    82.0 % [78.0, 86.0]",
        "attempts: ok 1,000, rate_limited 12, server 3",
        "tone 91.0 % [88.0, 94.0], uncalibrated",
        "best  v4                       $2.41 [2.31, 2.51]          $2.90     98.0 %",
        "Spent $4.13 of $5.00, judges $0.61 of $1.00; possibly paid: 14 calls",
        "Prices: the lock of 2026-11-20, genai-prices==0.2.3.",
    ):
        assert told in text, text


def test_looks_repeats_failures_and_cache_reads_are_told() -> None:
    text = eval_text.report(staged())
    flat = " ".join(text.split())
    for told in (
        "p 0.0009, 0.0018 after Holm; look 2 of 3, 1.87 % of level spent",
        "without missing pairs -0.4 [-1.1, 0.3], with all for it -0.2 [-0.9, 0.5],",
        "with all against it -0.8 [-1.5, -0.1]",
        "input tokens: 21,000 plain, 179,400 read, 600 written; foretold 21,000 plain,",
        "180,000 read, 0 written; 299 of 300 calls as foretold",
        "of 3 answers one right 96.0 % [94.1, 97.9], all right 71.0 % [67.0, 75.0]",
        "variance of scores 0.04 within cases, 0.081 between them",
        "a case with what failures cost $0.332 [0.291, 0.373]",
        "success within 2 attempts 93.0 %, 3 attempts 96.0 % (measured)",
        "first byte 0.21 s [0.20, 0.23]; in part of an earlier run",
        "worse by more than the margin, 5 points of tone",
    ):
        assert told in flat, text


def test_what_broke_was_fixed_or_was_lost_is_named() -> None:
    text = eval_text.report(failed())
    assert "Broke: 2\n  P-00007 by v4: no answer\n  P-00009 by v4: answered lockers" in text
    assert "P-00007 v4: invalid, context too long (scored 0)" in text
    assert "P-00003 v4: timed_out, no reply within 120 s (missing)" in text


def test_a_baseline_that_is_as_good_as_the_model_is_said() -> None:
    text = eval_text.report(simple()).replace("\n", " ")
    assert "baseline:nearest calls no model and is not told apart from v3" in text
    assert "calls no model" not in eval_text.report(several())


def test_a_run_without_an_answer_says_why() -> None:
    text = eval_text.report(nothing())
    assert "0 of 1,000 cases done. Spent $0 of $5.00." in text
    assert "attempts: denied 1" in text


@given(st.text(max_size=200))
def test_no_text_of_a_run_moves_the_cursor_or_widens_a_line(said: str) -> None:
    base = failed()
    errors = tuple(replace(one, message=said, case=said) for one in base.errors)
    some = tuple(replace(one, id=f"v4{said}") for one in base.variants)
    text = eval_text.report(replace(base, errors=errors, variants=some, notes=(said,)))
    assert all(char.isprintable() or char == "\n" for char in text)
    assert max(map(len, text.splitlines())) <= 80
