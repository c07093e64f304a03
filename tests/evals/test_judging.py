"""Judges in a run: real protocols against a server on this machine, a real ledger."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from promptops.errors import ConfigError, PromptopsError
from promptops.evals.comparing import compared_runs
from promptops.evals.gathered import Gathered
from promptops.evals.judged import judged
from promptops.evals.judging_begun import recalled
from promptops.evals.prepared import prepare
from promptops.evals.report import Report
from promptops.evals.resuming import completion, scores_of
from promptops.evals.runner import KNOWN, Driver, Task
from promptops.evals.running import Way
from promptops.evals.shown import shown
from promptops.ledger.keeping import Keeping
from promptops.ledger.ledger import Ledger
from tests.evals.judged_worlds import (
    CLAUDE,
    GEMINI,
    GPT,
    RUBRIC,
    OnlyOf,
    answering,
    passing,
    plan,
    project,
    ran,
    setting,
)
from tests.vendor_server.answers import Asked
from tests.vendor_server.faults import malformed, server_error, status
from tests.vendor_server.serving import Serving, serving

PAIRWISE = "  - judge.pairwise: {name: better, prompt: judge/better@v1, model: [%s]}"
THREE = f", model: [{CLAUDE}, {GPT}, {GEMINI}]"
GATE = "gate: {metric: tone, margin: 0.2}"


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("judged"))


@pytest.fixture(scope="module")
def served() -> Iterator[Serving]:
    with serving() as made:
        yield made


@pytest.fixture
def server(served: Serving, monkeypatch: pytest.MonkeyPatch) -> Serving:
    for name, value in {**served.environment, "NO_PROXY": "127.0.0.1"}.items():
        monkeypatch.setenv(name, value)
    served.world.__init__(answer=answering(passing))  # type: ignore[misc] - a world anew
    return served


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.memory() as made:
        yield made


def asked_of(server: Serving) -> Counter[str]:
    return Counter(
        one.body.get("model") or one.path.rpartition("/")[2].partition(":")[0]
        for one in server.world.heard
    )


def means(found: Report, metric: str = "tone") -> list[float | None]:
    return [one.metrics[metric].mean for one in found.variants]


def test_every_answer_is_judged_once_and_judges_are_in_no_versions_cost(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    found = ran(root, ledger, plan(root, RUBRIC % ""))
    assert asked_of(server) == {"claude-haiku-5-5": 24, "gpt-5-mini": 24}
    assert [one.metrics["tone"].n for one in found.variants] == [12, 12]
    spent = ledger.totals(found.run.id, ("purpose",))
    assert found.spent.judge == spent["judge",].spent > 0
    assert found.spent.now == spent["judge",].spent + spent["answer",].spent
    attempts = [one.judge_attempt_ids for one in ledger.scores(found.run.id)]
    assert len({ids for (ids,) in attempts}) == 24
    plain = ran(root, ledger, plan(root, "  - contains: Dear"))
    costs = [one.cost.per_1000 for one in found.variants]
    assert costs == [one.cost.per_1000 for one in plain.variants]


def test_a_second_run_asks_no_judge_again_unless_it_is_another(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    first = ran(root, ledger, plan(root, RUBRIC % ""))
    again = ran(root, ledger, plan(root, RUBRIC % ""))
    assert len(server.world.heard) == 48
    assert (means(again), again.spent.judge) == (means(first), 0)
    ran(root, ledger, plan(root, (RUBRIC % "").replace(GPT, GEMINI)))
    assert asked_of(server)["gemini-3.8-flash"] == 24
    ran(root, ledger, plan(root, RUBRIC % ""), fresh=True)
    assert asked_of(server)["gpt-5-mini"] == 48


def test_answers_that_are_the_same_are_judged_once(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    server.world.answer = answering(passing, lambda asked: asked.last.rpartition(" ")[2])
    found = ran(root, ledger, plan(root, RUBRIC % ""))
    assert asked_of(server) == {"claude-haiku-5-5": 24, "gpt-5-mini": 12}
    assert means(found)[0] == means(found)[1]


def test_one_call_at_a_time_is_enough_for_answers_that_wait_for_judges(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    same = (RUBRIC % "").replace(GPT, CLAUDE)  # judges and drafts share a gate
    found = ran(root, ledger, plan(root, same, "run: {concurrency: 1}"))
    assert server.world.most_at_once == 1
    assert [one.metrics["tone"].n for one in found.variants] == [12, 12]


def test_a_judge_that_cannot_be_read_leaves_an_error_and_no_grade(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    def grade(asked: Asked) -> dict[str, str] | str:
        return "well" if asked.draw("odd") < 0.3 else {"reason": "x", "verdict": "pass"}

    server.world.answer = answering(grade)
    found = ran(root, ledger, plan(root, RUBRIC % "", GATE))
    assert set(means(found)) == {1.0}
    lost = [one for one in found.errors if one.cause == "scorer tone"]
    assert 0 < len(lost) < 24
    assert {one.kind for one in lost} == {"missing"}
    assert found.comparisons[0].missing > 0
    assert found.judges[0].errors == len(lost)
    assert found.verdict == "inconclusive"
    # What failed is no score that is used again, but its answer is not paid for twice.
    ran(root, ledger, plan(root, RUBRIC % "", GATE))
    assert len(server.world.heard) == 48


def test_calls_of_a_judge_are_tried_again_as_any_others(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    server.world.faults = OnlyOf(server.world, "gpt-5-mini", [server_error(), malformed()])
    found = ran(root, ledger, plan(root, RUBRIC % ""))
    assert asked_of(server) == {"claude-haiku-5-5": 24, "gpt-5-mini": 26}
    assert [one.metrics["tone"].n for one in found.variants] == [12, 12]
    by = ledger.totals(found.run.id, ("purpose", "cause"))
    assert by["judge", "server"].attempts == by["judge", "malformed"].attempts == 1


def test_a_judge_that_is_refused_stops_a_run_that_it_decides(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    refused = OnlyOf(server.world, "gpt-5-mini", [status(401)], always=True)
    server.world.faults = refused
    found = ran(root, ledger, plan(root, RUBRIC % "", f"{GATE}\nrun: {{concurrency: 2}}"))
    assert found.verdict == "inconclusive"
    assert found.run.stopped is not None
    assert "tone cannot judge" in found.run.stopped
    assert len(server.world.heard) < 24
    beside = f"  - contains: Dear\n{RUBRIC % ', weight: 0'}"
    other = ran(root, ledger, plan(root, beside, "gate: {metric: contains, margin: 0.2}"))
    assert means(other, "contains") == [1.0, 1.0]
    assert means(other) == [None, None]


def test_a_judge_that_is_refused_leaves_it_to_the_others(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    server.world.answer = answering(lambda _: {"reason": "x", "verdict": "pass"})
    server.world.faults = OnlyOf(server.world, "gpt-5-mini", [status(401)], always=True)
    three = (RUBRIC % "").replace(f", model: {GPT}", THREE)
    found = ran(root, ledger, plan(root, three, GATE))
    assert means(found) == [1.0, 1.0]
    by = {one.model: one.errors for one in found.judges}
    assert by == {CLAUDE: 0, GPT: 24, GEMINI: 0}


@pytest.mark.usefixtures("server")
def test_judges_never_spend_more_than_is_theirs(root: Path, ledger: Ledger) -> None:
    whole = ran(root, ledger, plan(root, RUBRIC % "")).spent.judge
    assert whole is not None
    small = whole / 2
    budget = f"{GATE}\nbudget: {{usd: 1, judge_usd: {small}}}"
    found = ran(root, ledger, plan(root, RUBRIC % "", budget), fresh=True)
    assert found.spent.judge is not None
    assert 0 < found.spent.judge <= small
    assert found.verdict == "inconclusive"
    assert "the judges' budget of" in str(found.run.stopped)
    beside = f"  - contains: Dear\n{RUBRIC % ', weight: 0'}"
    more = f"gate: {{metric: contains, margin: 0.2}}\nbudget: {{judge_usd: {small}}}"
    other = ran(root, ledger, plan(root, beside, more), fresh=True)
    assert other.run.stopped is None
    assert other.variants[0].metrics["contains"].n == 12
    assert 0 < sum(one.metrics["tone"].n for one in other.variants) < 24


@pytest.mark.usefixtures("server")
def test_the_whole_budget_holds_for_judges_too(root: Path, ledger: Ledger) -> None:
    whole = ran(root, ledger, plan(root, RUBRIC % "")).spent.now
    assert whole is not None
    budget = f"{GATE}\nbudget: {{usd: {whole / 2}}}"
    found = ran(root, ledger, plan(root, RUBRIC % "", budget), fresh=True)
    assert found.spent.now is not None
    assert found.spent.possible is not None
    assert found.spent.now + found.spent.possible <= whole / 2
    assert found.run.stopped is not None


def test_a_budget_needs_the_price_of_a_judge(root: Path, server: Serving, ledger: Ledger) -> None:
    unknown = (RUBRIC % "").replace(GPT, "openai:nobody-knows")
    with pytest.raises(PromptopsError, match="openai:nobody-knows"):
        ran(root, ledger, plan(root, unknown, "budget: {usd: 1}"))
    assert server.world.heard == []


def test_of_several_judges_the_majority_decides_and_their_agreement_is_told(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    def grade(asked: Asked) -> dict[str, str]:
        harsh = asked.model.startswith("gemini")
        return {"reason": asked.model, "verdict": "fail" if harsh else "pass"}

    server.world.answer = answering(grade)
    three = (RUBRIC % "").replace(f", model: {GPT}", THREE)
    found = ran(root, ledger, plan(root, three))
    assert means(found) == [1.0, 1.0]
    assert [one.model for one in found.judges] == [CLAUDE, GPT, GEMINI]
    assert [one.calls for one in found.judges] == [24, 24, 24]
    # Each unit has two of one kind and one of the other: less than chance would give.
    n, apart = 72, 2 * 24 * 48
    expected = apart / (n - 1)
    assert found.judges[0].alpha == pytest.approx(1 - 24 * 2 / expected)
    assert found.judges[0].same_vendor == ("v1", "v2")


def test_a_judge_may_be_asked_several_times(root: Path, server: Serving, ledger: Ledger) -> None:
    found = ran(root, ledger, plan(root, RUBRIC % ", repeats: 3"))
    # The same question: the server says the same, so that the mean is what one answer is worth.
    assert asked_of(server)["gpt-5-mini"] == 72
    rows = list(ledger.scores(found.run.id))
    assert Counter(one.repeat for one in rows) == {0: 24, 1: 24, 2: 24}
    ran(root, ledger, plan(root, RUBRIC % ""))
    assert asked_of(server)["gpt-5-mini"] == 72


def prefers_kindness(asked: Asked) -> dict[str, str]:
    first, _, second = asked.last.partition("</first>")
    kinds = ["kind" in one for one in (first, second)]
    word = "tie" if kinds[0] == kinds[1] else ("first", "second")[kinds.index(True)]
    return {"reason": "kinder", "verdict": word}


def kindly(asked: Asked) -> str:
    return f"{'A kind' if 'kindly' in asked.last else 'An'} answer to {asked.last[-9:]}"


def test_a_comparison_is_of_both_orders_and_against_the_incumbent(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    server.world.answer = answering(prefers_kindness, kindly)
    gate = "gate: {metric: better, margin: 0.05}"
    found = ran(root, ledger, plan(root, PAIRWISE % GPT, gate))
    assert means(found, "better") == [0.5, 1.0]
    assert (found.verdict, found.comparisons[0].difference) == ("pass", 0.5)
    assert asked_of(server)["gpt-5-mini"] == 24
    assert (found.judges[0].calls, found.judges[0].position_bias) == (24, 0.0)


def test_a_judge_that_prefers_a_place_is_found_out(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    server.world.answer = answering(lambda _: {"reason": "on top", "verdict": "first"}, kindly)
    found = ran(root, ledger, plan(root, PAIRWISE % GPT))
    assert means(found, "better") == [0.5, 0.5]
    assert found.judges[0].position_bias == 1.0
    labels = {one.score.label for one in ledger.scores(found.run.id)}
    assert labels == {"position bias"}


def test_an_answer_is_better_than_none_and_worse_than_one_where_there_is_none(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    server.world.answer = answering(prefers_kindness, kindly)
    server.world.faults = OnlyOf(server.world, "claude-haiku-5-5", [status(400)])
    found = ran(root, ledger, plan(root, PAIRWISE % GPT, "run: {concurrency: 1}"))
    (failed,) = [one for one in found.errors if one.kind == "failed"]
    (case,) = [one for one in found.cases if one.id == failed.case]
    scores = {one.variant: one.scores["better"].value for one in case.answers}
    incumbent, candidate = (one.id for one in found.variants)
    wanted = 1.0 if failed.variant == incumbent else 0.0
    assert scores == {incumbent: 0.5, candidate: wanted}


def test_nothing_is_compared_with_itself(root: Path, ledger: Ledger) -> None:
    alone = plan(root, PAIRWISE % GPT)
    with pytest.raises(ConfigError, match="better compares with the incumbent"):
        ran(root, ledger, replace(alone, versions=("v1",)))


def test_a_run_that_is_stopped_judges_no_more_and_goes_on_later_where_it_was(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    drivers: list[Driver] = []

    def grade(_: Asked) -> dict[str, str]:
        if asked_of(server)["gpt-5-mini"] == 5:
            drivers[0].stop("enough")  # from the server's thread: as a signal would come
        return {"reason": "x", "verdict": "pass"}

    server.world.answer, server.world.latency = answering(grade), 0.01
    more = f"{GATE}\nrun: {{concurrency: 2}}"
    found = ran(root, ledger, plan(root, RUBRIC % "", more), Way(begun=drivers.append))
    assert (found.run.stopped, found.verdict) == ("enough", "inconclusive")
    before = asked_of(server)
    assert before["gpt-5-mini"] <= 8
    whole = ran(root, ledger, plan(root, RUBRIC % "", more))
    assert [one.metrics["tone"].n for one in whole.variants] == [12, 12]
    assert asked_of(server) == {"claude-haiku-5-5": 24, "gpt-5-mini": 24}


def labelled(root: Path, number: int, wrong: int) -> None:
    """Write grades of people, who disagree with the judge on the first few of them."""
    rows = []
    for at in range(number):
        good = at % 4 != 0
        people = good if at >= wrong else not good
        rows.append({"id": f"l{at}", "inputs": {"letter": f"old letter {at}"},
                     "answer": f"{'fine' if good else 'poor'} {at}",
                     "label": "pass" if people else "fail"})  # fmt: skip
    (root / "evals/labels.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))


def by_word(asked: Asked) -> dict[str, str]:
    return {"reason": "x", "verdict": "fail" if "poor" in asked.last else "pass"}


def test_a_judge_is_held_against_people(root: Path, server: Serving, ledger: Ledger) -> None:
    labelled(root, 60, 6)
    server.world.answer = answering(by_word)
    found = ran(root, ledger, plan(root, RUBRIC % ", calibrate: labels.jsonl"))
    (judge,) = found.judges
    assert (judge.labels, judge.calibrated, judge.calls) == (60, True, 84)
    assert judge.agreement is not None
    assert judge.agreement.value == pytest.approx(0.9)
    # Of the first six, cases 0 and 4 are poor: people pass them, and fail the other four.
    assert judge.sensitivity is not None
    assert judge.specificity is not None
    assert judge.sensitivity.value == pytest.approx(41 / 43)
    assert judge.specificity.value == pytest.approx(13 / 17)
    assert judge.kappa == pytest.approx((0.9 - (45 * 43 + 15 * 17) / 3600) /
                                        (1 - (45 * 43 + 15 * 17) / 3600))  # fmt: skip
    # The judge passes all drafts, and 2 in 60 more than people do.
    corrected = judge.corrected[found.variants[0].id].value
    assert corrected == pytest.approx(1 - 2 / 60)
    assert str(found.variants[0].metrics["tone"].note).startswith("people would say 96.7 %")
    asked = len(server.world.heard)
    ran(root, ledger, plan(root, RUBRIC % ", calibrate: labels.jsonl"))
    assert len(server.world.heard) == asked


@pytest.mark.usefixtures("server")
def test_a_judge_with_few_labels_or_none_stays_uncalibrated(root: Path, ledger: Ledger) -> None:
    labelled(root, 10, 0)
    found = ran(root, ledger, plan(root, RUBRIC % ", calibrate: labels.jsonl"))
    assert (found.judges[0].labels, found.judges[0].calibrated) == (10, False)
    assert found.variants[0].metrics["tone"].note == "uncalibrated"
    unlabelled = ran(root, ledger, plan(root, RUBRIC % ""))
    assert (unlabelled.judges[0].labels, unlabelled.judges[0].agreement) == (None, None)
    assert unlabelled.variants[1].metrics["tone"].note == "uncalibrated"
    with pytest.raises(ConfigError, match="is not below the eval file"):
        ran(root, ledger, plan(root, RUBRIC % ", calibrate: ../labels.jsonl"))


@pytest.mark.parametrize("kind", ["rubric", "pairwise"])
def test_a_run_that_keeps_no_texts_goes_on_with_the_grades_that_it_has(
    root: Path, server: Serving, kind: str
) -> None:
    drivers: list[Driver] = []

    def grade(asked: Asked) -> Mapping[str, object]:
        if asked_of(server)["gpt-5-mini"] == 9:
            drivers[0].stop("enough")
        return prefers_kindness(asked) if "<first>" in asked.last else passing(asked)

    server.world.answer = answering(grade, kindly)
    scorers = "  - contains: answer\n" + (RUBRIC % "" if kind == "rubric" else PAIRWISE % GPT)
    wanted = plan(root, scorers, "run: {concurrency: 2, store: hashes}")
    name = "tone" if kind == "rubric" else "better"
    with Ledger.memory(keeping=Keeping("hashes")) as ledger:
        first = ran(root, ledger, wanted, Way(begun=drivers.append))
        asked = asked_of(server)
        assert first.run.stopped == "enough"
        whole = ran(root, ledger, wanted, Way(goes_on=True))
    assert whole.run.id == first.run.id
    lost = [one for one in whole.errors if "was not kept" in one.message]
    judged = sum(one.metrics[name].n for one in whole.variants)
    assert judged + len(lost) == 24
    assert len(lost) < 6  # what was drafted when it was stopped, and not judged
    before, after = asked["gpt-5-mini"], asked_of(server)["gpt-5-mini"]
    assert before < after <= 24
    known = {(case.id, one.variant): one.scores[name].value
             for case in first.cases for one in case.answers
             if name in one.scores and one.scores[name].value is not None}  # fmt: skip
    then = {(case.id, one.variant): one.scores[name].value
            for case in whole.cases for one in case.answers if name in one.scores}  # fmt: skip
    assert known
    assert known.items() <= then.items()


def test_of_a_judge_that_was_asked_several_times_the_mean_is_shown_where_no_text_is_kept(
    root: Path, server: Serving
) -> None:
    times: Counter[str] = Counter()

    def grade(asked: Asked) -> Mapping[str, object]:
        times[asked.last] += 1
        return {"reason": "again", "verdict": "pass" if times[asked.last] == 1 else "fail"}

    server.world.answer = answering(grade)
    wanted = plan(root, RUBRIC % ", repeats: 2", "run: {concurrency: 2, store: hashes}")
    with Ledger.memory(keeping=Keeping("hashes")) as ledger:
        told = ran(root, ledger, wanted)
        asked = len(server.world.heard)
        (run,) = ledger.runs()
        again = shown((run,), setting(root, ledger)).report
    assert means(told) == [0.5, 0.5]
    assert means(again) == means(told)
    assert len(server.world.heard) == asked


def test_runs_that_are_compared_tell_of_their_judges_beside_every_variant(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    wanted = plan(root, f"  - judge.rubric: {{name: tone, prompt: judge/tone@v1, model: {CLAUDE}}}")
    for _ in range(2):
        ran(root, ledger, wanted, fresh=True)
    assert len(server.world.heard) > 0
    before, after = (shown((run,), setting(root, ledger)) for run in ledger.runs())
    found = compared_runs(before, after)
    (judge,) = found.judges
    assert len(found.variants) == 4
    assert set(judge.same_vendor) == {one.id for one in found.variants}


def test_what_judges_said_can_be_told_again_without_asking(
    root: Path, server: Serving, ledger: Ledger
) -> None:
    labelled(root, 50, 5)
    server.world.answer = answering(by_word)
    both = f"{RUBRIC % ', calibrate: labels.jsonl, repeats: 2'}\n{PAIRWISE % GPT}"
    found = ran(root, ledger, plan(root, both))
    asked = len(server.world.heard)
    made = prepare(plan(root, both), setting(root, ledger))
    by_name = {(one.version, one.model): one for one in made.variants}
    cases = {case.id: case for case in made.cases}
    before = rows_of(ledger)

    async def again() -> Gathered:
        with ledger.writer() as writer:
            known = scores_of(ledger, found.run.id)
            gathered = Gathered(by_name, made.scorers, writer, time.time, made.dollars, known,
                                graders=made.graders, judging=recalled(made))  # fmt: skip
            for task in recalled_tasks(gathered):
                await task.done(KNOWN)
            for one in ledger.outcomes(found.run.id):
                assert one.result is not None
                said = completion(one.result, one.answer)
                await gathered.answered(one.item, cases[one.item.case_id], said)
            gathered.finish(made.cases)
        return gathered

    gathered = asyncio.run(again())
    assert len(server.world.heard) == asked
    assert rows_of(ledger) == before
    assert judged(found, made, gathered.records, gathered.seen).judges == found.judges
    told = {(case.id, one.variant): {name: seen.value for name, seen in one.scores.items()}
            for case in found.cases for one in case.answers}  # fmt: skip
    for variant, answers in gathered.seen.items():
        for case, (one,) in answers.items():
            mine = {name: score.value for name, score in one.scores.items()}
            assert mine == told[case, variant]


def rows_of(ledger: Ledger) -> list[str]:
    return list(ledger.export())


def recalled_tasks(gathered: Gathered) -> Iterator[Task]:
    assert gathered.judging is not None
    return gathered.judging.tasks()
