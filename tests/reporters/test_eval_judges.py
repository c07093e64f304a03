"""What reports say of judges, in every format that people read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from promptops.evals.report import Report
from promptops.evals.report_facts import Judge
from promptops.evals.report_variants import Figure, Metric
from promptops.reporters import eval_html, eval_markdown, eval_text
from promptops.reporters.eval_judges import trusted
from tests.reporters.eval_samples import passed

HELD = Judge(
    "tone", "judge/tone@v1", "openai:gpt-5-mini", 84, 2, 60, Figure(0.9, 0.8, 0.95), 0.74,
    Figure(0.95, 0.85, 0.99), Figure(0.76, 0.5, 0.9),
)  # fmt: skip


SAID = (
    "The judge tone agrees with people on 90.0 % [80.0, 95.0] of 60 labels, Cohen's kappa 0.74;"
    " of what they call right it passes 95.0 % [85.0, 99.0]; of what they call wrong"
)


def told(*judges: Judge) -> list[str]:
    return list(trusted(replace(passed(), judges=judges)))


def test_a_judge_that_was_held_against_people_is_told_with_its_intervals() -> None:
    assert told(HELD) == [
        f"{SAID} it fails 76.0 % [50.0, 90.0].",
        "The judge tone gave no verdict on 2 of 84 questions.",
    ]


@pytest.mark.parametrize(("labels", "few"), [(None, "no 50"), (12, "12, not 50,")])
def test_any_other_is_uncalibrated(labels: int | None, few: str) -> None:
    (said,) = told(replace(HELD, labels=labels, errors=0))
    assert said == f"The judge tone is uncalibrated: {few} human labels to compare it with."


def test_of_several_judges_each_is_named_and_their_agreement_is_told_once() -> None:
    two = [replace(HELD, errors=0, alpha=0.5, model=model) for model in ("a:one", "b:two")]
    said = told(*two, replace(HELD, name="other", errors=0, position_bias=0.25))
    assert [one.split(" agree")[0] for one in said] == [
        "The judge tone (a:one)",
        "The judges of tone",
        "The judge tone (b:two)",
        "The judge other",
        "The judge other preferred a place to an answer in 25.0 % of pairs.",
    ]


def test_uncalibrated_stands_beside_the_figure_and_in_the_sentence() -> None:
    sample: Report = passed()
    metric = sample.eval.metric
    noted = tuple(
        replace(
            one,
            metrics={metric: replace(one.metrics.get(metric, Metric(0.5)), note="uncalibrated")},
        )
        for one in sample.variants
    )
    judged = (replace(HELD, name=metric, labels=None),)
    found = replace(sample, variants=noted, judges=judged)
    for text in (eval_text.report(found), eval_markdown.report(found), eval_html.report(found)):
        assert text.count("uncalibrated") > len(sample.variants)
    assert found.headline.endswith("; its judge is uncalibrated.")


def test_the_page_shows_what_people_would_say() -> None:
    judge = replace(HELD, corrected={"v4": Figure(0.8, 0.7, 0.9)})
    page = eval_html.report(replace(passed(), judges=(judge,)))
    assert "What people would say of v4" in page
    assert "80.0 % [70.0, 90.0]" in page
