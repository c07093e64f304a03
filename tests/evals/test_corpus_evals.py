"""Answers that others recorded, replayed and scored here, agree with the verdicts recorded there.

Of the seven sets in the corpus two hold answers with verdicts. The others cannot be compared: three
have no answers, one has answers without any verdict, one has bodies of single calls.
"""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from promptops import Registry
from promptops.evals import Dataset, Equals, Eval, Number, Python
from promptops.evals.report import Report
from promptops.evals.requests import request
from promptops.model.evaluation import Case, Completion
from tests.cli.commands import CORPUS, write

FOLDER = CORPUS / "evals"
pytestmark = pytest.mark.skipif(not (FOLDER / "INDEX.jsonl").is_file(), reason="corpus absent")
ASK = "---\ninputs: {question: string}\n---\n{{ question }}\n"
MINI = "openai:gpt-4o-mini-2024-07-18"


def lines(name: str) -> list[dict[str, Any]]:
    text = (FOLDER / name).read_text("utf-8")
    return [json.loads(line) for line in text.split("\n") if line]


def replayed(
    root: Path, made: Eval, recorded: Mapping[tuple[str, int], tuple[str, dict[str, int]]]
) -> Report:
    """Return the report of an eval whose answers, by case and repeat, go on a cassette first."""
    handle = Registry.load(write(root, ask=ASK)).get("ask@work")
    assert not callable(made.dataset)
    rows: Iterable[Mapping[str, Any]] = made.cases().source  # type: ignore[assignment]
    tape = []
    for row in rows:
        case = Case(row["id"], {"question": row["question"]})
        for repeat in range(made.repeats):
            sent = request(handle, made.models[0], case, repeat)
            text, usage = recorded[row["id"], repeat]
            tape.append({"answer_key": sent.answer_key, "answer": text, "usage": usage or None})
    (root / "evals").mkdir()
    (root / "evals/tape.jsonl").write_text("".join(f"{json.dumps(one)}\n" for one in tape))
    return made.run(root=root)


def values(report: Report, scorer: str) -> dict[tuple[str, int], float | None]:
    return {
        (case.id, answer.repeat): answer.scores[scorer].value
        for case in report.cases
        for answer in case.answers
    }


def boxed(text: str) -> str | None:
    """Return what stands in the last box of a text, the braces in it balanced."""
    start = text.rfind("\\boxed{")
    if start < 0:
        return None
    depth = 0
    for at in range(start + 6, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if not depth:
            return text[start + 7 : at]
    return None


def plain(formula: str) -> str:
    return formula.replace("dfrac", "frac").replace("^\\circ", "").replace(" ", "")


def same_formula(case: Case, completion: Completion) -> bool:
    found = boxed(completion.text)
    return found is not None and plain(found) == plain(case.expected)


def test_what_inspect_called_a_match_equals_here(tmp_path: Path) -> None:
    rows = [one for one in lines("inspect_recorded.jsonl") if "match" in one["scores"]]
    cases = [
        {"id": f"{one['id']} of {one['log']}", "question": one["input"], "target": one["target"]}
        for one in rows
    ]
    kept = {
        (case["id"], 0): (
            one["completion"],
            {key: one["usage"][key] for key in ("input_tokens", "output_tokens")},
        )
        for case, one in zip(cases, rows, strict=True)
    }
    made = Eval("ask", models=[f"replay:{MINI}"], cassette="tape.jsonl", scorers=[Equals()],
                dataset=Dataset(cases, id="id", expected="target"))  # fmt: skip
    report = replayed(tmp_path, made, kept)
    there = {(case["id"], 0): float(one["scores"]["match"] == "C")
             for case, one in zip(cases, rows, strict=True)}  # fmt: skip
    assert values(report, "equals") == there
    assert len(there) == 13
    (variant,) = report.variants
    mean = sum(one["usage"]["input_tokens"] for one in rows) / len(rows)
    assert variant.tokens is not None
    assert variant.tokens.input == pytest.approx(mean)
    assert variant.cost.per_call is not None


def test_inspects_other_verdicts_are_of_a_model_that_was_not_recorded() -> None:
    """Three answers were graded by a judge whose words are not kept; ten were not scored."""
    names = Counter(tuple(one["scores"]) for one in lines("inspect_recorded.jsonl"))
    assert names == {("match",): 13, ("model_graded_fact",): 3, (): 10}


def sums(root: Path) -> tuple[Report, dict[tuple[str, int], str], dict[tuple[str, int], float]]:
    """Return the report of the recorded sums, the answers, and the verdicts of their authors."""
    rows = lines("math_recorded_3seeds.jsonl")
    cases = [
        {"id": one["id"], "question": one["problem"], "answer": one["expected_answer"]}
        for one in rows
    ]
    answers = {(one["id"], answer["seed"]): answer for one in rows for answer in one["responses"]}
    texts = {key: answer["generation"] for key, answer in answers.items()}
    made = Eval("ask", models=["replay:den:unnamed"], cassette="tape.jsonl", repeats=3,
                dataset=Dataset(cases, id="id", expected="answer"),
                scorers=[Python(same_formula, name="boxed"), Number()])  # fmt: skip
    report = replayed(root, made, {key: (text, {}) for key, text in texts.items()})
    return report, texts, {key: float(answer["correct"]) for key, answer in answers.items()}


def test_recorded_sums_are_right_where_their_authors_say_so(tmp_path: Path) -> None:
    report, texts, there = sums(tmp_path)
    here = values(report, "boxed")
    differ = {key for key in there if here[key] != there[key]}
    # Their program knows that 73/99 is \frac{73}{99}; a comparison of texts does not.
    assert {boxed(texts[key]) for key in differ} == {"73/99"}
    assert (len(there), sum(there.values()), len(differ)) == (75, 57, 1)
    (variant,) = report.variants
    assert variant.metrics["boxed"].mean == pytest.approx((57 - 1) / 75)
    assert variant.cost.per_call is None  # nobody says what these answers cost

    # The scorer `number` reads the last number of the whole answer.
    expected = {one.id: one.expected or "" for one in report.cases}
    numbers = {key for key in there if re.fullmatch("[0-9.]+", expected[key[0]])}
    found = values(report, "number")
    why = Counter(
        "goes on" if re.search("[0-9]", texts[key].rpartition("boxed{")[2].partition("}")[2])
        else "unit" if boxed(texts[key]) == "1320 km" else "unexplained"
        for key in numbers if found[key] != there[key]
    )  # fmt: skip
    assert len(numbers) == 51
    assert why == {"goes on": 6, "unit": 1}
