"""Several evals in one report: text, JSON of its contract, and a comment that keeps its size."""

import json
from dataclasses import replace
from decimal import Decimal

import pytest

from promptops.evals.together import Done, Together
from promptops.reporters import eval_markdown, evals_json, evals_markdown, evals_text
from promptops.reporters.contracts import read_report
from promptops.reporters.contracts.eval_all import EvalAllReport
from tests.reporters.eval_samples import SAMPLES

WHEN = "2026-11-22T12:00:00+00:00"


def together(*names: str, **more: object) -> Together:
    evals = [Done(f"evals/{name}.yaml", SAMPLES[name]()) for name in names]
    made = Together(WHEN, tuple(evals), "main...HEAD", ("evals/lamps.yaml",), "5f0c" * 10)
    return replace(made, **more)  # type: ignore[arg-type]


BROKEN = Done("evals/broken.yaml", error="evals/broken.yaml, line 3: dataset: is missing")


def test_the_worst_verdict_is_that_of_all() -> None:
    assert together("passed", "failed", "inconclusive").verdict == "fail"
    assert together("passed", "inconclusive").verdict == "inconclusive"
    assert together("passed").verdict == "pass"
    assert together().verdict is None


def test_a_sentence_counts_them_and_says_what_was_spent() -> None:
    found = together("passed", "failed", "inconclusive", budget=Decimal(9))
    found = replace(found, evals=(*found.evals, BROKEN))
    paid = sum((one.report.spent.now or 0 for one in found.evals if one.report), Decimal(0))
    assert found.now == paid > 0
    assert found.headline == (
        "1 passed, 1 failed, 1 not settled, 1 could not be run, 1 unchanged; "
        f"spent ${paid:.2f} of $9.00."
    )
    unknown = replace(SAMPLES["passed"](), spent=replace(SAMPLES["passed"]().spent, now=None))
    found = Together(WHEN, (Done("evals/a.yaml", unknown),))
    assert found.headline == "1 passed; spent an amount that is not known."


def test_text_shows_each_below_its_file() -> None:
    found = together("passed", "failed")
    text = evals_text.report(replace(found, evals=(*found.evals, BROKEN)))
    heads = [line for line in text.split("\n") if line.startswith("=== ")]
    assert heads == [f"=== evals/{name}.yaml ===" for name in ("passed", "failed", "broken")]
    assert "It could not be run: evals/broken.yaml, line 3: dataset: is missing" in text
    assert "evals/lamps.yaml: nothing that it reads has changed in main...HEAD." in text
    assert text.endswith(f"3 evals: {replace(found, evals=(*found.evals, BROKEN)).headline}\n")


def test_json_keeps_to_its_contract_and_can_be_read_back() -> None:
    found = together("passed", "failed", budget=Decimal("2.5"))
    found = replace(found, evals=(*found.evals, BROKEN))
    data = read_report(json.dumps(evals_json.report(found)))
    assert isinstance(data, EvalAllReport)
    assert (data.verdict, data.spent.budget, data.evals[2].report) == ("fail", "2.5", None)
    again = evals_json.read(data)
    assert evals_markdown.report(again) == evals_markdown.report(found)


def test_the_comment_begins_with_one_sentence_and_shows_failures_first() -> None:
    found = together("passed", "failed", "inconclusive")
    found = replace(found, evals=(*found.evals, BROKEN))
    text = evals_markdown.report(found, first_line="<!-- ours -->", head="5f0c5f0aa")
    first, second, *_ = text.split("\n")
    assert (first, second) == ("<!-- ours -->", f"### Prompt evals: {found.headline}")
    shown = [line.split(":")[0] for line in text.split("\n") if line.startswith("#### ")]
    assert shown == ["#### `evals/broken.yaml` could not be run", "#### FAIL",
                     "#### INCONCLUSIVE", "#### PASS"]  # fmt: skip
    assert text.endswith(
        "<sub>Updated for `5f0c5f0`. Evals whose prompt, cases or file changed in `main...HEAD`. "
        "Not run, as nothing changed: `evals/lamps.yaml`.</sub>\n"
    )
    assert "<sub>" not in evals_markdown.report(found, html=False)


@pytest.mark.parametrize("limit", [5_000, 30_000, 60_000])
def test_a_comment_on_many_evals_keeps_its_size_and_counts_what_is_left_out(limit: int) -> None:
    found = together(*(["failed"] * 30), unchanged=tuple(f"evals/{at}.yaml" for at in range(40)))
    text = evals_markdown.report(found, limit=limit)
    assert len(text.encode()) <= limit
    assert "and 20 more.</sub>" in text
    left = 30 - text.count("#### FAIL")
    assert (f"… and {left} more eval{'s' if left > 1 else ''}." in text) == (left > 0)


def test_a_strangers_words_are_no_markdown() -> None:
    hostile = "evals/[a](https://example.org) @all <img src=x>.yaml"
    found = Together(WHEN, (Done(hostile, error=f"{hostile}: #1 <b>"),), hostile, (hostile,))
    text = evals_markdown.report(found)
    outside = "".join(text.split("`")[::2])
    assert "example.org" not in outside
    assert "@all" not in outside
    assert "<b>" not in outside
    assert "<img" not in outside


def test_figures_of_forty_digits_are_shown() -> None:
    data = evals_json.report(together("passed", "failed", budget=Decimal(3)))
    huge = "9" * 40
    data["spent"] = {"now": huge, "possible": huge, "budget": huge}
    for one in data["evals"]:
        one["report"]["spent"] |= {"now": huge, "possible": huge, "budget": huge}
    found = read_report(json.dumps(data))
    assert isinstance(found, EvalAllReport)
    text = evals_markdown.report(evals_json.read(found))
    assert "of $9,999" in text or "of $10,000" in text


def test_alone_and_together_an_eval_reads_the_same() -> None:
    found = together("passed")
    assert eval_markdown.report(SAMPLES["passed"]()) in evals_markdown.report(found)
