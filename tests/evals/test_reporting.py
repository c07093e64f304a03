"""From answers to figures: costs of any size, failures, figures of the whole run, totals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from promptops.evals.calling import Outcome
from promptops.evals.gathered import Seen
from promptops.evals.material import Material
from promptops.evals.plan import Dataset, EvalPlan, Gate
from promptops.evals.report import Report
from promptops.evals.report_facts import DatasetFacts, RunFacts, Spent
from promptops.evals.reporting import Facts, report
from promptops.evals.variants import Variant
from promptops.model.evaluation import Case, Completion, ProviderError, Score
from promptops.registry.handle import PromptHandle
from promptops.registry.runtime import Registry
from promptops.scorers.parse import parse_scorers

HEAD = "---\nversion: 1\nmodel: house:one\ninputs: {parcel: string}\n---\n"
FACTS = Facts("2026-11-22T09:00:00+00:00", RunFacts("r", "2026-11-22T09:00:00+00:00", "0.1", 7),
              DatasetFacts("cases.jsonl", "ab" * 32, 40), Spent())  # fmt: skip
Say = Callable[[str, int], Seen]  # what a version answers to a case


@pytest.fixture(scope="module")
def handle(tmp_path_factory: pytest.TempPathFactory) -> PromptHandle:
    root = tmp_path_factory.mktemp("desk")
    (root / "prompts").mkdir()
    (root / "prompts/sort.prompt.j2").write_text(HEAD + "{% user %}{{ parcel }}{% enduser %}\n")
    return Registry.load(root).get("sort")


def seen(label: str, right: bool, dollars: str = "0.001", **more: Any) -> Seen:
    scores = {"label": Score(float(right), label), "short": Score(1.0)}
    return Seen(0, Completion(label), scores, Decimal(dollars), **more)


def reported(
    handle: PromptHandle, say: Say, gate: Gate, number: int = 40, whole: tuple[str, ...] = ()
) -> Report:
    written = [{"label": ["tea", "lamps"]}, {"length": {"max": 9, "name": "short", "weight": 3}},
               *({one: "label"} for one in whole)]  # fmt: skip
    scorers = parse_scorers(written, ("scorers",), [], folder=Path())
    names = ("v1", "v2", "v3")
    variants = [Variant(name, name, "house:one", handle) for name in names]
    cases = [Case(str(n), {"parcel": str(n)}, "lamps" if n % 2 else "tea") for n in range(number)]
    answers = {name: {case.id: [say(name, int(case.id))] for case in cases} for name in names}
    plan = EvalPlan("sort", "sort", Dataset("x"), (), names, gate=gate)
    return report(Material(plan, variants, cases, answers, scorers), FACTS)


def right(case: int) -> str:
    return "lamps" if case % 2 else "tea"


def wrong(case: int) -> str:
    return "tea" if case % 2 else "lamps"


GATE = Gate("label", Decimal("0.2"))


def test_costs_of_many_dollars_have_intervals_around_them(handle: PromptHandle) -> None:
    def say(_: str, case: int) -> Seen:
        return seen(right(case), True, str(5 + case % 3))

    one = reported(handle, say, GATE).variants[0]
    cost = one.cost.per_1000
    assert cost.value is not None
    assert cost.low is not None
    assert cost.high is not None
    assert 5_500 < cost.low < cost.value < cost.high < 6_500


def test_a_call_refused_for_its_own_fault_costs_nothing_and_is_no_success(
    handle: PromptHandle,
) -> None:
    refused = Outcome("own", None, ProviderError("invalid", "too long", status=400))

    def say(name: str, case: int) -> Seen:
        if name == "v2" and case < 10:
            scores = {"label": Score(0.0), "short": Score(0.0)}
            return Seen(0, None, scores, None, refused, own=True)
        return seen(right(case), True)

    first, second, _ = reported(handle, say, GATE).variants
    assert (second.n, second.missing) == (40, 0)
    assert second.metrics["label"].mean == 0.75
    assert second.cost.per_call == first.cost.per_call == Decimal("0.001")
    assert second.cost.per_success.value == Decimal("0.001")


def test_what_failures_cost_decides_which_of_two_that_pass_is_recommended(
    handle: PromptHandle,
) -> None:
    def say(name: str, case: int) -> Seen:
        if name == "v2":  # cheap, and wrong now and then
            return seen(right(case) if case % 20 else wrong(case), bool(case % 20), "0.0001")
        return seen(right(case), True, "0.001")

    assert reported(handle, say, GATE, 400).recommended == "v2"
    dear = replace(GATE, failure_cost=Decimal("2.5"))
    found = reported(handle, say, dear, 400)
    assert found.recommended == "v3"
    told = found.variants[1].cost.with_failures
    assert told is not None
    assert told.value == Decimal("0.1251")
    assert [one.attempts for one in found.variants[1].within] == [2, 3, 5]
    assert found.variants[1].within[0].probability == pytest.approx(1 - 0.05**2)


def test_figures_of_the_whole_run_have_intervals_and_are_no_comparison(
    handle: PromptHandle,
) -> None:
    def say(name: str, case: int) -> Seen:
        good = name != "v2" or case % 4 > 0
        return seen(right(case) if good else wrong(case), good)

    found = reported(handle, say, GATE, whole=("macro_f1", "kappa"))
    second = found.variants[1].metrics
    assert second["macro_f1"].mean == pytest.approx(0.75, abs=0.02)
    assert second["kappa"].mean == pytest.approx(0.5, abs=0.05)
    low, high = second["kappa"].low, second["kappa"].high
    assert low is not None
    assert high is not None
    assert -1 <= low < 0.5 < high <= 1
    assert found.variants[0].metrics["kappa"].mean == 1
    assert {one.metric for one in found.comparisons} == {"label", "short"}
    gated = {one.metric for one in found.comparisons if one.verdict}
    assert gated == {"label"}


def test_the_total_is_the_weighted_mean_and_may_be_gated(handle: PromptHandle) -> None:
    def say(name: str, case: int) -> Seen:
        return seen(right(case), name != "v2")

    found = reported(handle, say, Gate("total", Decimal("0.3")), 120)
    assert found.variants[1].metrics["total"].mean == pytest.approx(0.75)
    first = next(one for one in found.comparisons if one.candidate == "v2")
    assert (first.metric, first.verdict) == ("total", "pass")
    assert first.difference == pytest.approx(-0.25)
    assert found.headline.startswith("v2 is measurably worse than v1, by 25.0 points")
