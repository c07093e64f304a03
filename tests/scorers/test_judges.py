"""Judges are asked through a function of the tests: a real prompt, a loopback for the model."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from promptops.errors import ConfigError
from promptops.model.evaluation import Case, Completion, ProviderError, Request, Score
from promptops.registry.runtime import Registry
from promptops.scorers.calibration import Agreement, agreements, read_graded
from promptops.scorers.judge import Judge, Question, judge_of
from promptops.shape import Wrong
from tests.scorers.pages import made

HEAD = """---
version: {version}
inputs:
  ticket: {{type: string}}
  {answers}
output: {{schema: schemas/{schema}.json}}
---
"""
RUBRIC = HEAD + "{{% user %}}Ticket: {{{{ ticket }}}}\nAnswer: {{{{ answer }}}}\n{{% enduser %}}\n"
COMPARE = (
    HEAD
    + "{{% user %}}{{{{ ticket }}}}\nA: {{{{ first }}}}\nB: {{{{ second }}}}\n{{% enduser %}}\n"
)
UNTRUSTED = "{type: string, untrusted: true}"
REASON = {"reason": {"type": "string"}}
JUDGES = ("anthropic:j1", "openai:j2", "gemini:j3")
CASE = Case("c1", {"ticket": "Where is my lamp?"}, "polite", slices={"language": "en"})


def schema(**fields: Any) -> str:
    return json.dumps({"type": "object", "properties": fields})


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    root = tmp_path_factory.mktemp("judges")
    folder = root / "prompts"
    (folder / "schemas").mkdir(parents=True)
    (folder / "judges").mkdir()
    grade = {"enum": [1, 2, 3, 4, 5]}
    schemas = {
        "tone": schema(**REASON, grade=grade),
        "kind": schema(**REASON, kind={"enum": ["polite", "curt", "rude"]}),
        "hasty": schema(grade=grade, **REASON),
        "winner": schema(**REASON, winner={"enum": ["first", "second", "tie"]}),
        "two": schema(**REASON, grade=grade, mood={"enum": ["good", "bad"]}),
    }
    for name, text in schemas.items():
        (folder / "schemas" / f"{name}.json").write_text(text)
        body = COMPARE if name == "winner" else RUBRIC
        two = f"first: {UNTRUSTED}\n  second: {UNTRUSTED}"
        answers = two if name == "winner" else f"answer: {UNTRUSTED}"
        filled = body.format(version=1, schema=name, answers=answers)
        (folder / "judges" / f"{name}.prompt.j2").write_text(filled)
    trusting = RUBRIC.format(version=1, schema="tone", answers="answer: {type: string}")
    (folder / "judges" / "trusting.prompt.j2").write_text(trusting)
    return Registry.load(root)


def judge(registry: Registry, kind: str, prompt: str, **options: Any) -> Judge:
    # The versions of a project without git are its heads; a pinned judge is read as one.
    given = {"prompt": f"judges/{prompt}@v1", "model": list(JUDGES[:1]), **options}
    scorer = made({f"judge.{kind}": given})
    return judge_of(scorer, lambda name: registry.get(name.partition("@")[0]), asking(registry))


def asking(registry: Registry) -> Callable[[Question], Request]:
    def request(question: Question) -> Request:
        handle = registry.get(question.reference.partition("@")[0])
        rendered = handle.render(**question.case.inputs)
        messages = tuple((one.role, one.text) for one in rendered.messages)
        key = f"{question.model} {messages} {question.repeat}"
        return Request(
            question.model, "plain", {}, messages, question.case.inputs, key, key, question.case.id
        )

    return request


def said(
    judge: Judge, answers: Mapping[str, Any] | Callable[[Request], Any], *shown: str
) -> tuple[Score, list[Request]]:
    """Return the score and the requests, where models answer as a table or a function says."""
    requests: list[Request] = []

    async def ask(request: Request) -> Completion:
        requests.append(request)
        found = answers(request) if callable(answers) else answers[request.model]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, Completion) else Completion(json.dumps(found))

    completions = tuple(map(Completion, shown or ("It is in locker 4.",)))
    return asyncio.run(judge.judge(CASE, completions, ask)), requests


def grade(value: Any, reason: str = "as I see it") -> dict[str, Any]:
    return {"reason": reason, "grade": value}


def test_a_grade_is_its_place_between_the_lowest_and_the_highest(registry: Registry) -> None:
    score, requests = said(judge(registry, "rubric", "tone"), {"anthropic:j1": grade(4)})
    assert score == Score(0.75, "4", "as I see it")
    assert requests[0].messages == (
        ("user", "Ticket: Where is my lamp?\nAnswer: It is in locker 4.\n"),
    )


def test_a_judge_sees_the_case_and_the_answer_and_not_whose_it_is(registry: Registry) -> None:
    _, requests = said(judge(registry, "rubric", "tone"), {"anthropic:j1": grade(4)})
    assert requests[0].inputs == {"ticket": "Where is my lamp?", "answer": "It is in locker 4."}


def test_grades_are_worth_what_the_eval_file_says(registry: Registry) -> None:
    scores = {"polite": 1, "curt": 0.4, "rude": 0}
    one = judge(registry, "rubric", "kind", scores=scores)
    score, _ = said(one, {"anthropic:j1": {"reason": "short", "kind": "curt"}})
    assert (score.value, score.label) == (0.4, "curt")
    with pytest.raises(ConfigError, match="say in `scores` what polite, curt, rude are worth"):
        judge(registry, "rubric", "kind")
    with pytest.raises(ConfigError, match="`scores` leave out rude"):
        judge(registry, "rubric", "kind", scores={"polite": 1, "curt": 0})


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Completion("Four, I would say."), "NotJson: Expecting value"),
        (Completion('{"reason": "x", "grade": 9}'), "is none of 1, 2, 3, 4, 5"),
        (Completion('{"reason": "x"}'), "is none of"),
        (Completion('{"grade": 4}'), "gives no 'reason'"),
        (Completion("[4]"), "no JSON object"),
        (Completion('{"reason": "x", "grade": 4}', finish="length"), "ended with length"),
        (ProviderError("server", "503"), "503"),
        (TimeoutError("after 120 s"), "after 120 s"),
    ],
)
def test_a_judge_that_cannot_be_read_is_an_error_and_no_grade(
    registry: Registry, answer: Any, told: str
) -> None:
    score, _ = said(judge(registry, "rubric", "tone"), {"anthropic:j1": answer})
    assert score.value is None
    assert score.error is not None
    assert told in score.error


def test_what_stops_a_run_goes_through_a_judge(registry: Registry) -> None:
    class Spent(Exception):
        pass

    with pytest.raises(Spent):
        said(judge(registry, "rubric", "tone"), {"anthropic:j1": Spent()})


def test_an_answer_in_a_fence_is_read(registry: Registry) -> None:
    fenced = Completion('```json\n{"reason": "x", "grade": 5}\n```')
    assert said(judge(registry, "rubric", "tone"), {"anthropic:j1": fenced})[0].value == 1


def test_an_input_that_the_judge_does_not_take_is_an_error(registry: Registry) -> None:
    one = judge(registry, "rubric", "tone", inputs={"ticket": "mail"})
    score, requests = said(one, {"anthropic:j1": grade(4)})
    assert not requests
    assert score.error is not None
    assert "ticket" in score.error


def test_a_case_outside_the_slice_is_not_asked_about(registry: Registry) -> None:
    one = judge(registry, "rubric", "tone", where={"language": "nl"})
    score, requests = said(one, {"anthropic:j1": grade(4)})
    assert score.value is None
    assert not requests


def test_a_kind_is_right_if_it_is_the_expected_one(registry: Registry) -> None:
    polite = {"anthropic:j1": {"reason": "kind words", "kind": "polite"}}
    assert said(judge(registry, "choice", "kind"), polite)[0] == Score(1, "polite", "kind words")
    rude = judge(registry, "choice", "kind", right=["rude", "curt"])
    assert said(rude, polite)[0].value == 0


@pytest.mark.parametrize(
    ("grades", "value", "label"),
    [
        ((5, 5, 1), 1.0, "5"),
        ((5, 3, 1), 0.5, "split"),
        ((5, 5, ProviderError("server", "503")), 1.0, "5"),
    ],
)
def test_of_several_judges_the_majority_decides(
    registry: Registry, grades: tuple[Any, ...], value: float, label: str
) -> None:
    one = judge(registry, "rubric", "tone", model=list(JUDGES))
    answers = {
        model: given if isinstance(given, Exception) else grade(given)
        for model, given in zip(JUDGES, grades, strict=True)
    }
    score, requests = said(one, answers)
    assert (score.value, score.label) == (value, label)
    assert [request.model for request in requests] == list(JUDGES)


def test_a_judge_that_failed_and_could_have_decided_is_an_error(registry: Registry) -> None:
    one = judge(registry, "rubric", "tone", model=list(JUDGES))
    lost = ProviderError("server", "503")
    answers = {JUDGES[0]: grade(5), JUDGES[1]: grade(1), JUDGES[2]: lost}
    assert said(one, answers)[0].error is not None


def prefers(text: str) -> Callable[[Request], Any]:
    """A judge that finds one answer better wherever it stands."""

    def answer(request: Request) -> Any:
        first = request.inputs["first"] == text
        return {"reason": "clearer", "winner": "first" if first else "second"}

    return answer


@pytest.mark.parametrize(
    ("answers", "value", "label"),
    [
        (prefers("new"), 1.0, "better"),
        (prefers("old"), 0.0, "worse"),
        ({"anthropic:j1": {"reason": "same", "winner": "tie"}}, 0.5, "tie"),
        ({"anthropic:j1": {"reason": "top", "winner": "first"}}, 0.5, "position bias"),
        ({"anthropic:j1": {"reason": "last", "winner": "second"}}, 0.5, "position bias"),
    ],
)
def test_a_comparison_asks_both_orders(
    registry: Registry, answers: Any, value: float, label: str
) -> None:
    score, requests = said(judge(registry, "pairwise", "winner"), answers, "new", "old")
    assert (score.value, score.label) == (value, label)
    assert [one.inputs["first"] for one in requests] == ["new", "old"]


def test_two_answers_that_are_the_same_are_a_tie_and_nobody_is_asked(registry: Registry) -> None:
    score, requests = said(judge(registry, "pairwise", "winner"), prefers("x"), "same", "same")
    assert (score.value, score.label, requests) == (0.5, "tie", [])


@pytest.mark.parametrize(
    ("shown", "value", "label"),
    [(("{}", "no"), 1.0, "better"), (("no", "{}"), 0.0, "worse"), (("no", "nor"), 0.5, "tie")],
)
def test_an_answer_that_is_not_the_json_to_be_read_loses_unasked(
    registry: Registry, shown: tuple[str, ...], value: float, label: str
) -> None:
    one = judge(registry, "pairwise", "winner", input="json")
    score, requests = said(one, prefers("x"), *shown)
    assert (score.value, score.label, requests) == (value, label, [])
    alone = judge(registry, "rubric", "tone", input="json")
    assert said(alone, {"anthropic:j1": grade(4)}, "no")[0].value == 0.0


def test_how_often_a_judge_is_asked_is_no_part_of_its_key(registry: Registry) -> None:
    one, twice = (judge(registry, "rubric", "tone", repeats=times) for times in (1, 2))
    assert (one.key, twice.repeats) == (twice.key, 2)
    with pytest.raises(AssertionError, match="from 1 to 100"):
        judge(registry, "rubric", "tone", repeats=0)


def test_a_comparison_with_a_lost_order_is_an_error(registry: Registry) -> None:
    def answer(request: Request) -> Any:
        lost = request.inputs["first"] == "old"
        return ProviderError("dropped", "x") if lost else {"reason": "", "winner": "first"}

    assert said(judge(registry, "pairwise", "winner"), answer, "new", "old")[0].value is None


@pytest.mark.parametrize(
    ("prompt", "options", "told"),
    [
        ("hasty", {}, "the first property of its answer must be the reason"),
        ("trusting", {}, "must be `untrusted: true`"),
        ("two", {}, "name the `verdict` among its properties: grade, mood has an enum"),
        ("two", {"verdict": "mod"}, "not 'mod'"),
        ("tone", {"answer": "reply"}, "has no input 'reply' for the answer"),
    ],
)
def test_a_prompt_that_is_not_fit_for_a_judge_is_refused(
    registry: Registry, prompt: str, options: dict[str, Any], told: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        judge(registry, "rubric", prompt, **options)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("output", "told"),
    [
        ("", "a judge declares `output: {schema: FILE}`"),
        ("output: {schema: schemas/list.json}\n", "schemas/list.json is no schema of an object"),
        ("output: {schema: schemas/gone.json}\n", "a judge declares `output: {schema: FILE}`"),
        ("output: {schema: schemas/one.json}\n", "one verdict alone tells nothing"),
    ],
)
def test_a_prompt_without_a_readable_schema_is_refused(
    tmp_path: Path, output: str, told: str
) -> None:
    (tmp_path / "prompts" / "schemas").mkdir(parents=True)
    (tmp_path / "prompts" / "schemas" / "list.json").write_text('{"type": "array"}')
    one = schema(**REASON, grade={"enum": [3]})
    (tmp_path / "prompts" / "schemas" / "one.json").write_text(one)
    text = (
        f"---\nversion: 1\ninputs:\n  answer: {UNTRUSTED}\n{output}---\nGrade: {{{{ answer }}}}\n"
    )
    (tmp_path / "prompts" / "bare.prompt.j2").write_text(text)
    scorer = made({"judge.rubric": {"prompt": "bare@v1", "model": "anthropic:j1"}})
    registry = Registry.load(tmp_path)
    with pytest.raises(ConfigError) as caught:
        judge_of(scorer, lambda name: registry.get(name.partition("@")[0]), asking(registry))
    assert told in str(caught.value)


@pytest.mark.parametrize("reference", ["judges/tone", "judges/tone@production", "judges/tone@work"])
def test_a_judge_that_is_not_pinned_is_refused(reference: str) -> None:
    from promptops.scorers.parse import parse_scorer

    problems: list[Wrong] = []
    entry = {"judge.rubric": {"prompt": reference, "model": "anthropic:j1"}}
    assert parse_scorer(entry, ("scorers", 0), problems) is None
    assert problems[0].path == ("scorers", 0, "judge.rubric", "prompt")
    assert "is not pinned" in problems[0].message


def test_another_model_or_another_text_is_another_judge(registry: Registry) -> None:
    one = judge(registry, "rubric", "tone")
    other = judge(registry, "rubric", "tone", model=["openai:j2"])
    text = judge(registry, "rubric", "two", verdict="grade")
    named = judge(registry, "rubric", "tone", name="manners", weight=0, calibrate="labels.jsonl")
    assert len({one.key, other.key, text.key}) == 3
    assert named.key == one.key


def test_a_judge_of_the_candidates_vendor_is_told(registry: Registry) -> None:
    one = judge(registry, "rubric", "tone", model=list(JUDGES))
    assert one.related("openai:gpt-5.5") == ("openai:j2",)
    assert one.related("mistral:large") == ()


def test_the_projects_own_judge_is_fit_for_one() -> None:
    registry = Registry.load(Path(__file__).parents[2])
    scores = {"pass": 1, "revise": 0.5, "block": 0}
    options = {"prompt": "quality/judge@v2", "model": "anthropic:j1", "answer": "reply"}
    scorer = made({"judge.rubric": {**options, "scores": scores}})
    found = judge_of(scorer, registry.get, asking(registry))
    assert (found.prompt.reason, found.prompt.verdict) == ("reasoning", "verdict")
    assert found.values == scores


def test_peoples_grades_are_read_and_held_against_the_judges(
    registry: Registry, tmp_path: Path
) -> None:
    path = tmp_path / "labels.jsonl"
    rows = [
        {"id": "a", "inputs": {"ticket": "Hi"}, "answer": "Hello!", "label": "5", "cluster": "x"},
        {"inputs": {"ticket": "Hi"}, "answer": "What.", "label": "1"},
    ]
    path.write_text("\n".join(map(json.dumps, rows)) + "\n")
    one = judge(registry, "rubric", "tone")
    graded = read_graded(path, one)

    async def ask(request: Request) -> Completion:
        if request.case_id == "2":
            raise ProviderError("server", "503")
        return Completion(json.dumps(grade(4)))

    found = asyncio.run(agreements(one, graded, ask))
    assert found == (Agreement("a", "x", "5", "4"), Agreement("2", "", "1", None))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("{", "labels.jsonl:1: no JSON"),
        ("[]", "expected an object"),
        ('{"answr": "x"}', "unknown key 'answr'; did you mean 'answer'?"),
        ('{"label": "5"}', "expected an `answer` that is a text"),
        ('{"answer": "x", "label": "6"}', "the label '6' is none of 1, 2, 3, 4, 5"),
        ('{"answer": "x", "label": "5", "inputs": []}', "`inputs` is no object"),
    ],
)
def test_a_wrong_line_of_grades_is_told(
    registry: Registry, tmp_path: Path, line: str, told: str
) -> None:
    path = tmp_path / "labels.jsonl"
    path.write_text(line)
    with pytest.raises(ConfigError) as caught:
        read_graded(path, judge(registry, "rubric", "tone"))
    assert told in str(caught.value)
