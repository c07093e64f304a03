"""The eval file: what it says, exactly, what is refused by line, and its schema for editors."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from promptops.errors import ConfigError, UsageError
from promptops.evals.plan import (
    PLACEMENTS,
    BudgetSpec,
    CostGate,
    Dataset,
    EvalPlan,
    Gate,
    RunSpec,
    ScorerSpec,
)
from promptops.evals.plan_file import parse_plan, read_plan, schema
from promptops.registry.references import Reference
from promptops.templates.files import Memory

ROOT = Path(__file__).parents[2]
WHOLE = """\
prompt: support/triage
versions: [v3, production, work, "git:main"]
models: [anthropic:claude-sonnet-5-5, anthropic:claude-haiku-5-5]
baselines: [baseline:majority, "baseline:rules.py:guess"]
dataset:
  path: data/triage.jsonl
  id: id
  inputs: {ticket: text}
  expected: team
  cluster: account_id
  slice: [language, channel]
  train: data/triage.train.jsonl
placements: [none, best]
scorers:
  - label: {values: [billing, other], where: {language: [nl]}}
  - token_f1: {name: tone, weight: 0.50}
  - contains: lamp
  - json_valid
  - refusal:
repeats: 3
gate:
  metric: label
  margin: 0.02
  confidence: 0.975
  test: equivalence
  looks: 4
  cost: {max_ratio: 1.0}
  max_errors: 0.005
  inconclusive: fail
  any: true
  failure_cost: 1.50
budget: {usd: 5.00, judge_usd: 1.00}
traffic: {arrivals: cron, every: 6m}
run: {concurrency: 8, seed: 0, timeout: 2m, max_age: 12h, warm_up: false, retry_invalid: 1,
      stream: true, store: hashes, provider_options: {service_tier: flex}}
"""
LEAST = "prompt: p\ndataset: d.jsonl\nscorers: [equals]\n"


def read(text: str, path: str = "evals/support/triage.yaml") -> EvalPlan:
    return read_plan(Memory({path: text.encode()}), path)


def told(text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(text, "e.yaml")
    return str(caught.value)


def test_every_key_is_read() -> None:
    found = read(WHOLE)
    assert found == EvalPlan(
        name="support/triage",
        folder="evals/support",
        prompt="support/triage",
        versions=("v3", "production", "work", "git:main"),
        models=("anthropic:claude-sonnet-5-5", "anthropic:claude-haiku-5-5"),
        baselines=("baseline:majority", "baseline:rules.py:guess"),
        dataset=Dataset(
            "data/triage.jsonl",
            "id",
            {"ticket": "text"},
            "team",
            "account_id",
            ("language", "channel"),
            "data/triage.train.jsonl",
        ),
        placements=("none", "best"),
        scorers=(
            ScorerSpec("label", {"values": ["billing", "other"], "where": {"language": ["nl"]}}),
            ScorerSpec("token_f1", {"name": "tone", "weight": Decimal("0.50")}),
            ScorerSpec("contains", {"value": "lamp"}),
            ScorerSpec("json_valid"),
            ScorerSpec("refusal"),
        ),
        repeats=3,
        gate=Gate(
            "label",
            Decimal("0.02"),
            Decimal("0.975"),
            "equivalence",
            4,
            None,
            CostGate(Decimal("1.0")),
            Decimal("0.005"),
            "fail",
            any=True,
            failure_cost=Decimal("1.50"),
        ),
        budget=BudgetSpec(Decimal("5.00"), Decimal("1.00")),
        traffic={"arrivals": "cron", "every": "6m"},
        run=RunSpec(8, 0, Decimal(120), 43_200, False, 1, True, "hashes", {"service_tier": "flex"}),
    )
    assert json.loads(found.canonical())["gate"]["margin"] == "0.02"


def test_what_is_not_said_has_the_usual_value() -> None:
    found = read(LEAST, "quick.yaml")
    assert found == EvalPlan("quick", "p", Dataset("d.jsonl"), (ScorerSpec("equals"),), folder="")
    assert found.versions == ("work",)
    assert found.placements == PLACEMENTS


def test_a_stored_answer_may_be_used_for_ever() -> None:
    assert read(f"{LEAST}run: {{max_age: null}}").run.max_age is None
    assert read(f"{LEAST}run: {{max_age: 30d}}").run.max_age == 30 * 86_400


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ("versons: [v3]", "line 4: versons: unknown key 'versons'; did you mean 'versions'?"),
        ("prompt: q", "line 4: the key 'prompt' is given twice"),
        ("versions: []", "line 4: versions: expected at least 1, got 0"),
        ("versions: [v3, v3]", "line 4: versions[1]: 'v3' is given twice"),
        ("versions: [latest]", "versions[0]: expected v3, a label, work, git:REV or sha256:HASH"),
        ("models: [sonnet]", "models[0]: expected provider:model, got 'sonnet'"),
        ("baselines: [majority]", "baselines[0]: expected baseline:majority"),
        ("placements: [bets]", "got 'bets'; did you mean 'best'?"),
        ("repeats: 0", "repeats: must be at least 1, got 0"),
        ("repeats: 1.5", "repeats: expected an integer"),
        ("budget: {usd: -1}", "budget.usd: must be at least 0, got -1"),
        ("budget: {usd: 1, judge_usd: 2}", "budget.judge_usd: 2 is more than the whole budget"),
        ("run: {timeout: 0}", "run.timeout: must be above 0, got 0"),
        ("run: {max_age: 30 days}", "run.max_age: expected a time in seconds, or such as"),
        ("run: {seed: 0120}", "'0120' cannot be read: write it in decimal digits"),
        ("run: {provider_options: {since: 2026-11-22}}", "a date, which JSON has not"),
        ("traffic: {arrivals: cron}", "arrivals: cron and every, such as 6m, go together"),
        ("gate: {margin: 0.02}", "line 4: gate.metric: is missing"),
        (
            "gate: {metric: equal}",
            "gate.metric: no scorer is called 'equal'; did you mean 'equals'",
        ),
        ("gate: {metric: equals}", "gate: compares a candidate: name a second version or model"),
        ("gate: {metric: equals, margin: 1}", "gate.margin: must be below 1, got 1"),
        ("gate: {metric: equals, margin: 0}", "gate.margin: must be above 0 for non_inferiority"),
        ("gate: {metric: equals, confidence: 0.5}", "gate.confidence: must be above 0.5, got 0.5"),
        ("gate: {metric: equals, test: worse}", "gate.test: expected one of non_inferiority"),
        ("gate: {metric: equals, looks: 21}", "gate.looks: must be at most 20, got 21"),
        ("gate: {metric: equals, stop: e-process, looks: 2}", "gate.looks: an e-process may be"),
        ("gate: {metric: equals, cost: {}}", "gate.cost.max_ratio: is missing"),
    ],
)
def test_a_wrong_value_is_an_error_with_its_line(wrong: str, says: str) -> None:
    assert says in told(LEAST + wrong)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("[]", "scorers: expected at least 1, got 0"),
        ("[{a: {}, b: {}}]", "scorers[0]: expected a scorer's name, or one name with its options"),
        ("[equals, equals]", "is given twice"),
        ("[equals, {equals: {weight: 2}}]", "two scorers are called 'equals': give each a `name`"),
        ("[{equals: {name: 3}}]", "scorers[0].equals.name: expected a name"),
        ("[{equls: [a]}]", "scorers[0]: there is no scorer 'equls'; did you mean 'equals'?"),
        ("[{regex: '('}]", "scorers[0].regex.pattern: no pattern: '(': missing ), unterminated"),
        ("[equls]", "scorers[0]: there is no scorer 'equls'; did you mean 'equals'?"),
        ("[{contains: {valu: a}}]", "contains has no option 'valu'; did you mean 'value'?"),
        ("[{python: checks.py:kind}]", "checks.py cannot be read"),
        ("[{length: 3}]", "scorers[0].length: expected a mapping of options"),
        ("[{equals: {where: {lang: nl}}}]", "where.lang: 'lang' is not in dataset.slice"),
    ],
)
def test_a_wrong_scorer_is_an_error(entry: str, says: str) -> None:
    assert says in told(f"prompt: p\ndataset: d.jsonl\nscorers: {entry}\n")


@pytest.mark.parametrize(
    "path",
    [
        *("../d.jsonl", "/etc/d.jsonl", "a/../d.jsonl", "./d.jsonl", "C:/d.jsonl", "a\\d.jsonl"),
        *(
            "d.xlsx",
            "d",
            "hf:owner/name#train",
            "hf:owner/name@v1",
            "d.py",
            "d.py:a-b",
            "https://x",
        ),
    ],
)
def test_a_source_that_is_none_is_refused(path: str) -> None:
    said = told(f"prompt: p\ndataset: {{path: {json.dumps(path)}}}\nscorers: [equals]\n")
    assert "line 2: dataset.path: expected a file below the eval file's folder" in said


@pytest.mark.parametrize(
    "path",
    [
        *("d.jsonl", "a/b.c/d.csv", "d.parquet", "hf:owner/name@refs/pr/1#train", "hf:./d/x#test"),
        *("d.py:cases", "a/d.py:cases", "d e.tsv", "..d.yaml"),
    ],
)
def test_a_source_of_cases_is_taken(path: str) -> None:
    found = read(f"prompt: p\ndataset: {json.dumps(path)}\nscorers: [equals]\n")
    assert found.dataset == Dataset(path)


def test_all_problems_are_told_at_once_in_the_order_of_their_lines() -> None:
    said = told("dataset: d.jsonl\nrepeats: 0\nscorers: [equals]\nvers: [v3]\n")
    assert said == (
        "e.yaml, line 1: prompt: is missing; line 2: repeats: must be at least 1, got 0; "
        "line 4: vers: unknown key 'vers'; did you mean 'versions'?"
    )


def test_a_file_that_is_not_there_is_an_error() -> None:
    with pytest.raises(ConfigError, match=r"e\.yaml: there is no such eval file"):
        read_plan(Memory({}), "e.yaml")


@pytest.mark.parametrize("data", [b"\xff\xfep", b"prompt: \x00", b"a: [", b"- 1", b"'"])
def test_a_file_that_is_no_mapping_of_text_is_an_error(data: bytes) -> None:
    with pytest.raises(ConfigError, match=r"e\.yaml, line 1"):
        parse_plan(data, "e.yaml")


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    data = b"\xef\xbb\xbf" + WHOLE.replace("\n", "\r\n").encode()
    assert parse_plan(data, "evals/support/triage.yaml") == read(WHOLE)


@given(st.text(st.sampled_from("v0123abl:wor kgitshae256-_"), max_size=14))
def test_a_version_is_what_stands_behind_the_at_sign_of_a_reference(text: str) -> None:
    try:
        known = Reference.parse(f"p@{text}").kind != "head"
    except UsageError:
        known = False
    try:
        read(f"{LEAST}versions: [{json.dumps(text)}]")
        taken = True
    except ConfigError:
        taken = False
    assert taken == known


# The schema for editors.

VALID = Draft202012Validator(schema())
MISTAKES = st.sampled_from([-1, 0, 0.5, 1, 1.5, 21, True, "30d", "x y", None, [], {}, ["v3"]])


def keys(**known: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=known)


def some(*values: Any) -> st.SearchStrategy[list[Any]]:
    return st.lists(st.sampled_from(values), unique=True, min_size=1)


SECONDS = st.sampled_from([1, 0.5, 120, "5m", "30d"])
SHARES = st.sampled_from([0.01, 0.25, 0.5])
COLUMNS = st.sampled_from(["id", "text", "team name"])
REQUIRED = {
    "prompt": st.sampled_from(["p", "support/triage"]),
    "dataset": st.sampled_from(["d.jsonl", "hf:o/n@1#train", "c.py:cases"])
    | st.fixed_dictionaries(
        {"path": st.just("d/e.csv")},
        optional={
            "id": COLUMNS,
            "inputs": st.dictionaries(COLUMNS, COLUMNS),
            "slice": some("a", "b"),
        },
    ),
    "scorers": st.just(["equals", {"label": {"values": ["a"], "name": "team"}}, {"length": None}]),
}
GATES = st.fixed_dictionaries(
    {"metric": st.sampled_from(["equals", "team", "total"])},
    optional={
        "margin": SHARES,
        "confidence": st.sampled_from([0.9, 0.95]),
        "test": st.sampled_from(["superiority", "equivalence"]),
        "looks": st.integers(1, 20),
        "cost": st.fixed_dictionaries({"max_ratio": SHARES}),
        "max_errors": SHARES,
        "inconclusive": st.sampled_from(["exit", "pass", "fail"]),
        "any": st.booleans(),
        "failure_cost": SHARES,
    },
)
PLANS = st.fixed_dictionaries(
    REQUIRED,
    optional={
        "versions": some("v3", "work", "git:a b", "production").filter(lambda one: len(one) > 1),
        "models": some("a:b", "openai:gpt:x", "c:d").filter(lambda one: len(one) > 1),
        "baselines": some("baseline:majority", "baseline:x.py:f"),
        "placements": some(*PLACEMENTS),
        "repeats": st.integers(1, 1000),
        "budget": keys(usd=st.just(5), judge_usd=SHARES),
        "traffic": st.sampled_from(["prompt", {"trace": "t.jsonl"}, {"hours": "office"}]),
        "run": keys(
            concurrency=st.integers(1, 9),
            seed=st.integers(0, 9),
            timeout=SECONDS,
            max_age=SECONDS | st.none(),
            warm_up=st.booleans(),
            retry_invalid=st.integers(0, 3),
            stream=st.booleans(),
            store=st.sampled_from(["answers", "hashes"]),
            provider_options=st.dictionaries(COLUMNS, MISTAKES),
        ),
        "gate": GATES,
    },
)


@given(PLANS)
def test_the_schema_and_the_reader_take_what_is_right(plan: dict[str, Any]) -> None:
    several = len(plan.get("versions", ())) > 1 or len(plan.get("models", ())) > 1
    if not several:
        plan.pop("gate", None)
    VALID.validate(plan)
    found = parse_plan(json.dumps(plan).encode(), "e.yaml")
    assert found.prompt == plan["prompt"]
    assert found.repeats == plan.get("repeats", 1)


def mistaken(plan: Any, at: list[int], mistake: Any) -> Any:
    """Return a plan with one value, reached by choices among keys, put out of order."""
    if not at or not isinstance(plan, dict) or not plan:
        return mistake
    key = sorted(plan)[at[0] % len(plan)]
    return {**plan, key: mistaken(plan[key], at[1:], mistake)}


ACROSS = ("gate: compares", "there is no scorer", "two scorers",
          "must be above 0 for", "no scorer is called", "is not in dataset.slice",
          "more than the whole", "go together", "drop ", "a relative path",
          "give one")  # fmt: skip


def refusal(plan: Any) -> str:
    """Return what the reader says against a plan, or nothing."""
    try:
        parse_plan(json.dumps(plan).encode(), "e.yaml")
    except ConfigError as error:
        return str(error)
    return ""


@settings(max_examples=50)
@given(PLANS, st.lists(st.integers(0, 9), min_size=1, max_size=3), MISTAKES)
def test_what_one_of_them_refuses_the_other_refuses(
    plan: dict[str, Any], at: list[int], mistake: Any
) -> None:
    wrong = mistaken(plan, at, mistake)
    refused = refusal(wrong)
    if not any(said in refused for said in ACROSS):  # what only stands between keys
        assert VALID.is_valid(wrong) == (not refused), refused


def test_the_schema_on_disk_is_the_one_of_the_reader() -> None:
    on_disk = json.loads((ROOT / "docs/schemas/eval.json").read_text("utf-8"))
    assert on_disk == schema()
    Draft202012Validator.check_schema(on_disk)
