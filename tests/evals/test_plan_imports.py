"""promptfoo's configurations become eval files; what has no counterpart is listed by line."""

import json
from pathlib import Path
from typing import Any

import pytest

from promptops.errors import ConfigError
from promptops.evals.cases import CaseSet
from promptops.evals.imports import Imported, from_promptfoo
from promptops.evals.imports_assertions import KNOWN, WHY_NOT, in_cell
from promptops.evals.plan import Dataset, ScorerSpec
from promptops.evals.plan_file import parse_plan
from promptops.model.evaluation import Completion
from promptops.scorers.parse import parse_scorers
from promptops.templates.files import Memory

CONFIG = """\
description: The desk of a lamp shop
prompts: [file://desk.txt]
providers:
  - openai:chat:gpt-5.4-mini
  - {id: anthropic:messages:claude-haiku-5-5, label: small}
  - exec:./ours.sh
defaultTest:
  vars: {shop: Lamps}
  assert:
    - {type: latency, threshold: 2000}
    - {type: llm-rubric, value: is polite}
tests:
  - description: where
    vars: {question: Where is it?}
    metadata: {language: en}
    assert:
      - {type: equals, value: delivery}
      - {type: icontains, value: Deliver}
  - vars: {question: [Broken shade, Broken bulb], place: "{{x}}"}
    metadata: {language: nl}
    assert:
      - {type: equals, value: claims}
      - {type: javascript, value: output.length > 3}
      - {type: not-contains, value: "{{shop}}"}
    options: {transform: output.trim()}
evaluateOptions: {repeat: 2, maxConcurrency: 4, delay: 100}
outputPath: out.json
"""


TEMPLATE = (
    "lamps/promptfooconfig.yaml, line 19: the variable place is a template, taken as it is written"
)


def read(text: str, path: str = "lamps/promptfooconfig.yaml", **files: str) -> Imported:
    beside = Memory({name.replace("__", "."): one.encode() for name, one in files.items()})
    return from_promptfoo(text.encode(), path, beside)


def cases(found: Imported, root: Path) -> list[Any]:
    plan = parse_plan(found.plan.encode(), "e.yaml", root)
    path = root / plan.dataset.path
    path.parent.mkdir()
    path.write_text("".join(json.dumps(row) + "\n" for row in found.rows))
    known = CaseSet(root, plan, {"work": None})
    return list(known.cases(known.survey()))


def test_a_configuration_becomes_an_eval_file_and_its_cases(tmp_path: Path) -> None:
    found = read(CONFIG)
    plan = parse_plan(found.plan.encode(), "evals/desk.yaml")
    assert plan.models == ("openai:gpt-5.4-mini", "anthropic:claude-haiku-5-5")
    assert (plan.repeats, plan.run.concurrency) == (2, 4)
    assert plan.dataset == Dataset(
        "data/promptfooconfig.jsonl",
        "id",
        {},
        "expected",
        None,
        ("language", "check_1", "check_2"),
    )
    assert [(one.kind, one.options.get("where")) for one in plan.scorers] == [
        ("latency", None),
        ("equals", None),
        ("contains", {"check_1": ["1"]}),
        ("contains", {"check_2": ["1"]}),
    ]
    first, second, third = cases(found, tmp_path)
    assert first.inputs == {"shop": "Lamps", "question": "Where is it?"}
    assert (first.expected, second.expected, third.expected) == ("delivery", "claims", "claims")
    assert second.inputs["question"] == "Broken shade"
    assert third.inputs["question"] == "Broken bulb"
    assert (first.slices["language"], third.slices["check_2"]) == ("en", "1")


def test_what_has_no_counterpart_is_listed_with_its_line() -> None:
    assert read(CONFIG).listed == (
        "lamps/promptfooconfig.yaml, line 6: the provider exec:./ours.sh",
        f"lamps/promptfooconfig.yaml, line 11: llm-rubric: {WHY_NOT['llm-rubric']}",
        TEMPLATE,
        f"lamps/promptfooconfig.yaml, line 23: javascript: {WHY_NOT['javascript']}",
        "lamps/promptfooconfig.yaml, line 25: options of a test",
        "lamps/promptfooconfig.yaml, line 26: delay",
        "lamps/promptfooconfig.yaml, line 27: outputPath",
    )


def test_the_scorers_of_an_import_say_what_the_assertions_said(tmp_path: Path) -> None:
    found = read(CONFIG)
    first, second, _ = cases(found, tmp_path)
    plan = parse_plan(found.plan.encode(), "e.yaml", tmp_path)
    entries = [{one.kind: dict(one.options)} for one in plan.scorers]
    _, equals, icontains, without = parse_scorers(entries, (), [])
    assert equals.score(first, Completion("delivery")).value == 1
    assert equals.score(second, Completion("delivery")).value == 0
    assert icontains.score(first, Completion("to DELIVER")).value == 1
    assert icontains.score(second, Completion("to DELIVER")).value is None
    assert without.score(second, Completion("we at Lamps")).value == 0
    assert without.score(second, Completion("claims")).value == 1


CSV = """\
question,__expected,__expected2,__metadata:topic,__description,__suffix
"Late, again",contains:sorry,icontains-any: van, Van,delivery,one,
Broken,claims,,damage,two,please
"""


def test_a_csv_of_tests_is_imported(tmp_path: Path) -> None:
    text = CSV.replace("icontains-any: van, Van", '"icontains-any: van, depot"')
    found = read(text, "desk.csv")
    assert found.listed == ("desk.csv: the column __suffix",)
    first, second = cases(found, tmp_path)
    assert first.inputs == {"question": "Late, again"}
    assert second.slices["topic"] == "damage"
    plan = parse_plan(found.plan.encode(), "e.yaml", tmp_path)
    options = {json.dumps(dict(one.options), sort_keys=True) for one in plan.scorers}
    assert len(plan.scorers) == 3
    assert any('"values": ["van", "depot"]' in one for one in options)


def test_tests_in_files_beside_the_configuration_are_read() -> None:
    config = "prompts: [a]\ntests: [file://more.csv, 'file://more.yaml', file://gone.csv, x.js]\n"
    files = {
        "lamps/more__csv": "q,__expected\none,1\n",
        "lamps/more__yaml": "- {vars: {q: two}, assert: [{type: equals, value: 2}]}\n",
    }
    found = read(config, **files)
    assert [(row["q"], row["expected"]) for row in found.rows] == [("one", "1"), ("two", "2")]
    assert found.listed == (
        "lamps/promptfooconfig.yaml, line 2: tests from file://gone.csv: not found",
        "lamps/promptfooconfig.yaml, line 2: tests from x.js: not read",
    )


def imported(assertion: dict[str, Any]) -> ScorerSpec:
    test = {"vars": {"q": "one", "id": "mine"}, "assert": [assertion]}
    found = read(json.dumps({"tests": [test]}))
    assert found.listed == ()
    assert found.rows == ({"id_": "test-1", "q": "one", "id": "mine"},)
    (scorer,) = parse_plan(found.plan.encode(), "e.yaml").scorers
    return scorer


@pytest.mark.parametrize(
    ("assertion", "answer", "other"),
    [
        ({"type": "equals", "value": "a"}, "a", "b"),
        ({"type": "equals", "value": {"a": [1]}}, '{"a":  [1]}', '{"a": [2]}'),
        ({"type": "contains", "value": 7}, "a 7", "a 8"),
        ({"type": "icontains", "value": "LAMP"}, "a lamp", "a tea"),
        ({"type": "contains-any", "value": ["x", "y"]}, "a y", "a z"),
        ({"type": "contains-all", "value": "x, y"}, "y x", "x"),
        ({"type": "icontains-any", "value": ["X"]}, "x", "y"),
        ({"type": "icontains-all", "value": ["X", "y"]}, "Yx", "x"),
        ({"type": "starts-with", "value": "(a"}, "(a b", " (a b"),
        ({"type": "regex", "value": "^[0-9]+$"}, "12", "12a"),
        ({"type": "is-json"}, "[1]", "[1"),
        ({"type": "is-json", "value": {"type": "object"}}, "{}", "[]"),
        ({"type": "word-count", "value": {"min": 2, "max": 3}}, "a b", "a"),
        ({"type": "not-equals", "value": "a"}, "b", "a"),
        ({"type": "assert-set", "assert": [{"type": "equals", "value": "a"}]}, "a", "b"),
    ],
)
def test_an_assertion_means_the_same_as_a_scorer(
    assertion: dict[str, Any], answer: str, other: str
) -> None:
    from promptops.model.evaluation import Case

    spec = imported(assertion)
    (scorer,) = parse_scorers([{spec.kind: dict(spec.options)}], (), [])
    case = Case("c", {})
    assert scorer.score(case, Completion(answer)).value == 1
    assert scorer.score(case, Completion(other)).value == 0


def test_weights_metrics_and_templates_of_assertions_are_kept() -> None:
    config = {
        "assertionTemplates": {"short": {"type": "word-count", "value": 3}},
        "tests": [
            {
                "vars": {"q": "one"},
                "assert": [
                    {"type": "equals", "value": "a", "metric": "right", "weight": 2},
                    {"$ref": "#/assertionTemplates/short"},
                ],
            }
        ],
    }
    found = read(json.dumps(config))
    assert parse_plan(found.plan.encode(), "e.yaml").scorers == (
        ScorerSpec("equals", {"weight": 2, "name": "right", "value": ["a"]}),
        ScorerSpec("length", {"min": 3, "max": 3}),
    )


@pytest.mark.parametrize(
    ("assertion", "why"),
    [
        ({"type": "regex", "value": "(?<a>x"}, "regex: Python cannot read the pattern"),
        ({"type": "contains", "value": "file://a.txt"}, "its value is in another file"),
        ({"type": "contains", "value": "{{ a | b }}"}, "a template that is not known here"),
        ({"type": "contains", "value": "a", "transform": "x"}, "transform: no counterpart"),
        ({"type": "equals"}, "equals: it has no value"),
        ({"type": "latency"}, "latency: it has no threshold"),
        ({"type": "not-perplexity", "threshold": 5}, "not-perplexity: it needs a model"),
        ({"type": "sparkle"}, "sparkle: it is not known here"),
        ({"type": "assert-set", "threshold": 0.5, "assert": []}, "groups with a threshold"),
        ({}, "an assertion without a type"),
    ],
)
def test_an_assertion_without_a_counterpart_is_never_dropped(
    assertion: dict[str, Any], why: str
) -> None:
    tests = [{"vars": {"q": "one"}, "assert": [{"type": "is-json"}, assertion]}]
    (told,) = read(json.dumps({"tests": tests})).listed
    assert told.startswith("lamps/promptfooconfig.yaml, line 1: ")
    assert why in told


@pytest.mark.parametrize("name", sorted(WHY_NOT))
def test_a_type_has_a_counterpart_or_a_reason(name: str) -> None:
    assert name not in KNOWN
    assert WHY_NOT[name]


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("Paris", "equals", "Paris"),
        ("equals: 30", "equals", "30"),
        ("not-contains:late", "contains", "late"),
        ("similar(0.8):hello", "similar", "hello"),
        ("fn:output.length", "javascript", "output.length"),
        ("grade:is polite", "llm-rubric", "is polite"),
        ("is-json", "is-json", None),
        ("note: late", "equals", "note: late"),
    ],
)
def test_a_cell_says_what_is_expected(cell: str, kind: str, value: str | None) -> None:
    found = in_cell(cell, "t.csv, line 2")
    assert (found.type, found.value) == (kind, value)
    assert found.negated == cell.startswith("not-")
    assert found.threshold == (0.8 if "0.8" in cell else None)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("- a", "expected a mapping, as a promptfoo configuration is one"),
        ("tests: []", "no test can be carried over"),
        ("tests: [{vars: {q: a}}]", "no assertion can be carried over"),
        ("tests: [{vars: {q: a}, vars: {}}]", "line 1: the key 'vars' is given twice"),
    ],
)
def test_what_is_no_configuration_is_an_error(text: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        read(text)


def test_too_many_values_of_a_second_check_are_listed() -> None:
    tests = [
        {
            "vars": {"q": str(at)},
            "assert": [
                {"type": "equals", "value": f"a{at}"},
                {"type": "contains", "value": f"{at}"},
            ],
        }
        for at in range(21)
    ]
    found = read("tests:\n" + "".join(f"  - {json.dumps(one)}\n" for one in tests))
    assert len(found.listed) == 21
    assert found.listed[0] == (
        "lamps/promptfooconfig.yaml, line 2: contains: another kind of check has the column of "
        "values"
    )
