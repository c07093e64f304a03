"""What an eval file may say of its scorers, and what it is told when it says something else."""

from __future__ import annotations

import pickle
import pkgutil
import sys
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from promptops.errors import PluginError
from promptops.model.evaluation import Case, Completion, Score
from promptops.scorers import catalogue, kinds
from promptops.scorers.catalogue import built_in
from promptops.scorers.key import scorer_key
from promptops.scorers.kind import Facts, Kind
from promptops.scorers.kinds import json_text, overlap
from promptops.scorers.kinds.runs import Labelled, Ranked
from promptops.scorers.parse import parse_scorers
from promptops.scorers.schema import json_schema
from promptops.shape import Wrong
from tests.scorers.pages import examples, made

CASE = Case("1", {"ticket": "Hi"}, "ja")
YES = Completion("ja")


def problems_of(*entries: Any, folder: Path | None = None) -> list[str]:
    problems: list[Wrong] = []
    parse_scorers(list(entries), ("scorers",), problems, folder=folder)
    return [str(one) for one in problems]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ("equal", "scorers[0]: there is no scorer 'equal'; did you mean 'equals'?"),
        (7, "scorers[0]: expected a scorer's name, or one name with its options"),
        ({"equals": {}, "label": {}}, "scorers[0]: expected a scorer's name, or one name"),
        ({"equals": {"normalize": []}}, "scorers[0].equals.normalize: equals has no option"),
        (
            {"equals": {"normalise": ["case"]}},
            "scorers[0].equals.normalise[0]: expected one of nfc, strip, casefold, spaces, p",
        ),
        ({"label": {}}, "scorers[0].label: label needs `values`"),
        ({"label": {"values": None}}, "scorers[0].label.values: expected a list, got nothing"),
        ({"label": 3}, "scorers[0].label.values: expected a string, got an integer"),
        ({"label": {"values": [1]}}, "scorers[0].label.values[0]: expected a string, got an"),
        ({"number": {"abs": "x"}}, "scorers[0].number.abs: expected a number, got a string"),
        ({"number": 3}, "scorers[0].number: expected a mapping of options"),
        ({"equals": {"weight": -1}}, "scorers[0].equals.weight: must be at least 0, got -1"),
        ({"equals": {"not": "no"}}, "scorers[0].equals.not: expected true or false"),
        ({"latency": {"max": 1, "input": "json"}}, "scorers[0].latency.input: expected one of"),
        (
            {"equals": {"where": {"language": 3}}},
            "scorers[0].equals.where.language: expected a string",
        ),
        ({"macro_f1": "labl"}, "scorers[0].of: there is no scorer 'labl'"),
        ({"autoevals.Factuality": {}}, "scorers[0]: there is no scorer 'autoevals.Factuality'"),
        ({"python": "checks"}, "scorers[0].python.function: 'checks' is no FILE.py:FUNCTION"),
        ({"python": "checks.py:f"}, "scorers[0].python.function: checks.py cannot be read"),
        ({"json_schema": "x.json"}, "scorers[0].json_schema.schema: cannot be read"),
        (
            {"json_schema": {"schema": {"type": "objekt"}}},
            "scorers[0].json_schema.schema.type: no JSON Schema: 'objekt' is not valid",
        ),
        (
            {"judge.rubric": {"prompt": "j@v1", "model": []}},
            "scorers[0].judge.rubric.model: expected at least one provider:model",
        ),
    ],
)
def test_a_wrong_entry_is_told_at_its_place(entry: Any, told: str, tmp_path: Path) -> None:
    (found,) = problems_of(entry, folder=tmp_path)
    assert found.startswith(told)


def test_all_problems_are_told_at_once() -> None:
    assert len(problems_of("equal", {"label": {"vales": ["a"]}}, {"number": {"ab": 1}})) == 4


def test_two_scorers_of_one_name_are_told_to_take_others() -> None:
    told = "two scorers are called 'equals': give each a `name`"
    assert problems_of("equals", "equals") == [f"scorers[0]: {told}", f"scorers[1]: {told}"]
    assert not problems_of("equals", {"equals": {"name": "exactly"}})


def test_anything_but_a_list_is_told() -> None:
    problems: list[Wrong] = []
    assert parse_scorers({"label": {}}, ("scorers",), problems) == ()
    assert str(problems[0]) == "scorers: expected a list of scorers"


def test_a_bare_value_is_the_main_option() -> None:
    assert made({"label": ["a", "b"]}).options["values"] == ("a", "b")
    assert made({"label": {"values": ["a"], "find": "only"}}).options["find"] == "only"
    schema = {"type": "object"}
    assert made({"json_schema": schema}).options["schema"] == schema
    assert made({"json_schema": {"schema": schema}}).options["schema"] == schema


def test_a_schema_may_stand_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "fee.json").write_text('{"type": "integer"}')
    scorer = made({"json_schema": "fee.json"}, tmp_path)
    assert scorer.score(CASE, Completion("3")).value == 1
    before = scorer_key(scorer)
    (tmp_path / "fee.json").write_text('{"type": "string"}')
    assert scorer_key(made({"json_schema": "fee.json"}, tmp_path)) != before


def test_the_schema_takes_what_the_pages_write_and_no_slips() -> None:
    validator = jsonschema.Draft202012Validator(json_schema())
    jsonschema.Draft202012Validator.check_schema(json_schema())
    written = [one.scorer for one in examples()]
    assert all(validator.is_valid([entry]) for entry in written)
    assert validator.is_valid([{"judge.rubric": {"prompt": "j@v1", "model": "a:b"}}])
    assert not validator.is_valid([{"label": {"vales": ["a"]}}])
    assert not validator.is_valid([{"number": {"abs": "much"}}])
    assert not validator.is_valid([{"equals": {}, "number": {}}])


def test_every_kind_says_what_it_is_in_a_sentence() -> None:
    for name, kind in built_in().items():
        assert kind.summary.endswith((".", "?")), name
        assert set(kind.options).isdisjoint({"name", "weight", "not", "input", "where"}), name


def test_the_key_says_what_decides_a_score_and_nothing_else() -> None:
    key = scorer_key(made("equals"))
    assert key == scorer_key(made({"equals": {"name": "x", "weight": 3, "where": {"a": "b"}}}))
    others = [
        {"equals": {"not": True}}, {"equals": {"input": "json"}}, {"equals": {"normalise": []}},
        {"equals": {"value": "x"}}, "contains", "refusal",
    ]  # fmt: skip
    keys = {scorer_key(made(one)) for one in others}
    assert len(keys) == len(others)
    assert key not in keys


CHECKS = """
from promptops.model.evaluation import Score

def polite(case, completion):
    return completion.text.startswith("Dear")

def half(case, completion):
    return 0.5

def told(case, completion):
    return Score(1.0, "told", raw=3.0)

def broken(case, completion):
    return 1 / 0

def much(case, completion):
    return 7

def words(case, completion):
    return "good"

async def later(case, completion):
    return True

def given(case, completion):
    return case.inputs["ticket"] == "Hi" and case.expected == "ja"
"""


@pytest.mark.parametrize(
    ("function", "value"), [("polite", 0.0), ("half", 0.5), ("told", 1.0), ("given", 1.0)]
)
def test_a_function_of_ones_own_says_what_it_likes(
    tmp_path: Path, function: str, value: float
) -> None:
    (tmp_path / "checks.py").write_text(CHECKS)
    assert made({"python": f"checks.py:{function}"}, tmp_path).score(CASE, YES).value == value


@pytest.mark.parametrize(
    ("function", "told"),
    [
        ("broken", "ZeroDivisionError: division by zero (checks.py:14)"),
        ("much", "ValueError: 7.0 is not from 0 to 1"),
        ("words", "TypeError: the function returned str, no boolean, number or Score"),
        ("later", "TypeError: the function is a coroutine"),
        ("polit", "has no function 'polit'; did you mean 'polite'?"),
    ],
)
def test_a_function_that_fails_is_an_error_and_never_0(
    tmp_path: Path, function: str, told: str
) -> None:
    (tmp_path / "checks.py").write_text(CHECKS)
    score = made({"python": f"checks.py:{function}"}, tmp_path).score(CASE, YES)
    assert score.value is None
    assert told in (score.error or "")


def test_a_file_that_fails_to_load_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text("raise RuntimeError('no licence')")
    score = made({"python": "checks.py:polite"}, tmp_path).score(CASE, YES)
    assert "checks.py fails to load: RuntimeError: no licence" in (score.error or "")


def test_naming_a_file_runs_nothing_and_a_changed_file_is_another_scorer(tmp_path: Path) -> None:
    file = tmp_path / "checks.py"
    file.write_text(f"open({str(tmp_path / 'ran')!r}, 'w').close()\ndef f(a, b): return True\n")
    one = made({"python": "checks.py:f"}, tmp_path)
    key = scorer_key(one)
    assert not (tmp_path / "ran").exists()
    assert one.score(CASE, YES).value == 1
    assert (tmp_path / "ran").exists()
    file.write_text("def f(a, b): return False\n")
    other = made({"python": "checks.py:f"}, tmp_path)
    assert scorer_key(other) != key
    assert other.score(CASE, YES).value == 0


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installed package that offers scorers."""
    (tmp_path / "house_scorers.py").write_text(
        "from promptops.model.evaluation import Score\n"
        "def loud(case, completion, *, least: int = 1):\n"
        "    '''1 if there are exclamation marks.'''\n"
        "    return Score(float(completion.text.count('!') >= least))\n"
        "word = 'a word'\n"
    )
    about = tmp_path / "house_scorers-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: house-scorers\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(
        "[promptops.scorers]\nloud = house_scorers:loud\nword = house_scorers:word\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    return about


@pytest.mark.usefixtures("package")
def test_a_plugin_is_a_scorer_like_any_other() -> None:
    scorer = made({"loud": {"least": 2, "not": True}})
    assert scorer.score(CASE, Completion("No!!")).value == 0
    assert len(scorer_key(scorer)) == 64
    assert problems_of({"loud": {"leest": 1}}) == [
        "scorers[0].loud.leest: loud has no option 'leest'; did you mean 'least'?"
    ]
    assert "neither a function nor a Kind" in problems_of("word")[0]
    assert "did you mean 'loud'?" in problems_of("luod")[0]


def test_a_plugin_may_not_shadow_a_built_in_scorer(package: Path) -> None:
    catalogue.no_shadows()
    (package / "entry_points.txt").write_text("[promptops.scorers]\nequals = house_scorers:loud\n")
    with pytest.raises(PluginError, match="plugin 'equals' would shadow the built-in scorer"):
        catalogue.no_shadows()
    assert made("equals").score(CASE, YES).value == 1
    assert "would shadow" in problems_of("loud")[0]


@pytest.mark.parametrize(
    ("scorer", "module", "extra"),
    [
        ("edit_similarity", "rapidfuzz.distance", "edit"),
        ("json_schema", "jsonschema", "schema"),
        ("rouge", "rouge_score.rouge_scorer", "text"),
        ("chrf", "sacrebleu", "text"),
        ("autoevals.ExactMatch", "autoevals", "autoevals"),
    ],
)
def test_a_package_that_is_not_there_is_an_error_that_says_what_to_install(
    scorer: str, module: str, extra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    overlap._rouge.cache_clear()
    overlap._sacrebleu.cache_clear()
    json_text._validator.cache_clear()
    monkeypatch.setitem(sys.modules, module, None)
    score = made(scorer).score(CASE, Completion("1"), Facts({"type": "integer"}))
    assert score.value is None
    assert f"install promptops-toolkit[{extra}]" in (score.error or "")


def test_a_schema_that_refers_elsewhere_is_an_error_and_nothing_is_fetched() -> None:
    scorer = made({"json_schema": {"schema": {"$ref": "https://example.org/fee.json"}}})
    score = scorer.score(CASE, Completion("1"))
    assert score.value is None
    assert "example.org" in (score.error or "")


def test_expected_values_may_be_what_yaml_reads() -> None:
    day = Case("1", {}, {"day": date(2026, 11, 22), "fee": Decimal("2.50"), "parcels": Decimal(3)})
    written = '{"day": "2026-11-22", "fee": 2.5, "parcels": 3}'
    assert made({"equals": {"input": "json"}}).score(day, Completion(written)).value == 1


def test_scorers_go_to_other_processes(tmp_path: Path) -> None:
    (tmp_path / "checks.py").write_text(CHECKS)
    entries: list[Any] = [
        "equals", {"label": ["ja", "nee"]}, {"python": "checks.py:half"}, "autoevals.ExactMatch",
        {"json_schema": {"schema": {"type": "integer"}}},
    ]  # fmt: skip
    for entry in entries:
        scorer = made(entry, tmp_path)
        other = pickle.loads(pickle.dumps(scorer))
        assert other.score(CASE, YES) == scorer.score(CASE, YES)
        assert scorer_key(other) == scorer_key(scorer)


def test_an_integer_of_any_length_is_json() -> None:
    assert made("json_valid").score(CASE, Completion("7" * 10_000)).value == 1
    long = Case("1", {}, "7" * 10_000)
    assert made("json_fields").score(long, Completion("7" * 10_000)).value == 1


def test_scorers_of_a_run_say_what_each_case_adds() -> None:
    f1 = built_in()["macro_f1"].function
    assert f1(CASE, Score(0.0, "nee"), of="label") == Labelled("ja", "nee")
    assert f1(CASE, Score(None, "nee", error="lost"), of="label") is None
    assert f1(Case("2", {}), Score(0.0, "nee"), of="label") is None
    auroc = built_in()["auroc"].function
    assert auroc(CASE, Score(1.0, raw=0.7), of="number", positive="JA") == Ranked(True, 0.7)
    assert auroc(CASE, Score(0.2), of="x") == Ranked(False, 0.2)
    assert auroc(CASE, Score(None), of="x") is None
    assert not problems_of({"label": ["ja", "nee"]}, {"kappa": {"of": "label"}})


def test_every_kind_of_the_package_is_in_the_table_of_its_module() -> None:
    there = {}
    for module in pkgutil.iter_modules(kinds.__path__):
        values = vars(import_module(f"{kinds.__name__}.{module.name}")).values()
        names = {one.name for one in values if isinstance(one, Kind)}
        if names:
            there[module.name] = names
    assert {module: set(names) for module, names in catalogue.MODULES.items()} == there
