"""Evals in Python: the same plan as a file, and the same report."""

import asyncio
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

import promptops.evals as public
from promptops import Registry
from promptops.errors import ConfigError, DatasetError, UsageError
from promptops.evals import (
    Contains,
    Dataset,
    Equals,
    Eval,
    Gate,
    JSONFields,
    JSONSchema,
    Label,
    Length,
    Python,
    Regex,
    Scorer,
)
from promptops.evals.plan import Gate as PlannedGate
from promptops.evals.plan import RunSpec
from promptops.evals.plan_file import parse_plan, read_plan
from promptops.evals.plan_file_shapes import PLAN
from promptops.evals.requests import request
from promptops.model.evaluation import Case, Completion, Request
from promptops.scorers.catalogue import built_in
from promptops.scorers.options import REQUIRED
from promptops.templates.files import Folder
from tests.cli.commands import write

ROOT = Path(__file__).parents[2]
TEAMS = "lockers delivery billing account merchants claims privacy other".split()
CLASSES = [
    one
    for one in (getattr(public, name) for name in public.__all__)
    if isinstance(one, type) and issubclass(one, Scorer) and one is not Scorer
]
LAMPS = "---\nversion: 1\ninputs: {question: string}\n---\nYes or no? {{ question }}\n"
ROWS = [{"question": f"Is lamp {at} lit?", "lit": "no" if at % 3 else "yes"} for at in range(30)]


def polite(case: Case, completion: Completion) -> bool:
    return completion.text == case.expected


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return write(tmp_path, lamps=LAMPS)


def triage(**keys: Any) -> Eval:
    return Eval(
        "support/triage",
        versions=["v3", "v4"],
        models=["baseline:keywords.py:team"],
        baselines=["baseline:majority", "baseline:nearest"],
        dataset=Dataset(
            "data/triage.jsonl", id="id", inputs={"ticket": "text"}, expected="team",
            cluster="account", slice=["language", "channel"], train="data/triage.train.jsonl",
        ),
        scorers=[Label(TEAMS)],
        gate=Gate("label", margin=0.05),
        budget_usd="0.50",
        **keys,
    )  # fmt: skip


# The scorers are those of the catalogue


def test_every_kind_has_a_class_and_every_class_a_kind() -> None:
    assert sorted(one.kind for one in CLASSES) == sorted(built_in())


@pytest.mark.parametrize("made", CLASSES, ids=lambda one: one.kind)
def test_a_scorers_class_has_the_options_of_its_kind(made: type[Scorer]) -> None:
    """Where this fails, write the option into the class: its name, its type and its default."""
    options = built_in()[made.kind].options
    common = {one.name for one in fields(Scorer)}
    own = {one.name: one for one in fields(made) if one.name not in common}
    assert sorted(own) == sorted(options)
    for key, option in options.items():
        default = REQUIRED if own[key].default is MISSING else own[key].default
        assert default == option.default, key
        for words in (one for one in get_args(option.annotation) if isinstance(one, str)):
            assert repr(words) in str(own[key].type), key


def test_the_common_options_are_those_of_a_file() -> None:
    from promptops.scorers.parse import COMMON

    assert sorted(one.name.rstrip("_") for one in fields(Scorer)) == sorted(COMMON)


def test_an_eval_has_every_key_of_a_file() -> None:
    ours = {one.name for one in fields(Eval)} - {"name", "providers", "budget_usd", "judge_usd"}
    run = {one.name for one in fields(RunSpec)}
    assert ours == {*PLAN.schema["properties"], *run} - {"run", "budget"}
    gate = {one.name for one in fields(Gate)} - {"max_cost_ratio"}
    assert gate == {one.name for one in fields(PlannedGate)} - {"cost"}
    keys = {one.name for one in fields(Dataset)} - {"source"}
    shapes = PLAN.schema["properties"]["dataset"]["anyOf"][1]["properties"]
    assert keys == {*shapes} - {"path"}


# A law: both forms are one plan

SCORERS = [
    (Label(TEAMS), {"label": TEAMS}),
    (Label(TEAMS, find="only", name="team"), {"label": {"values": TEAMS, "find": "only"}}),
    (Equals(weight=0.5), {"equals": {"weight": 0.50, "normalise": ["nfc", "strip"]}}),
    (Equals("sorry", not_=True), {"equals": {"value": ["sorry"], "not": True}}),
    (Contains("van", where={"language": "nl"}), {"contains": {"value": "van"}}),
    (Regex(r"LW-[0-9]+", full=False), {"regex": {"pattern": r"LW-[0-9]+"}}),
    (Length(max=60, unit="words"), {"length": {"max": 60}}),
    (JSONFields(abs=0.01, ignore=("id",)), {"json_fields": {"abs": 0.01, "ignore": "id"}}),
    (JSONSchema({"type": "number", "minimum": 0.5}),
     {"json_schema": {"type": "number", "minimum": 0.5}}),
    ("json_valid", {"json_valid": None}),
]  # fmt: skip


@st.composite
def both(draw: st.DrawFn) -> tuple[Eval, dict[str, Any]]:
    picked = draw(st.lists(st.sampled_from(SCORERS), min_size=1, max_size=4))
    scorers, entries = [], []
    for at, (ours, entry) in enumerate(picked):
        if isinstance(ours, str):
            if ours in scorers:
                continue
            scorers.append(ours)
            entries.append(entry)
            continue
        made: Any = ours
        scorers.append(replace(made, name=f"s{at}"))
        ((kind, options),) = entry.items()
        main = built_in()[kind].main
        known = {*built_in()[kind].options, "weight", "not"}
        bare = not isinstance(options, dict) or not known & set(options)
        written = {main: options} if bare else dict(options)
        if ours.where is not None:
            written["where"] = {"language": ["nl"]}
        entries.append({kind: {**written, "name": f"s{at}"}})
    margin = draw(st.sampled_from([0.02, 0.5, 0.125]))
    money = draw(st.sampled_from(["5.00", 5, 0.1]))
    keys: dict[str, Any] = {
        "versions": draw(st.sampled_from([["v3", "v4"], ["production", "work", "git:main"]])),
        "repeats": draw(st.integers(1, 3)),
    }
    seconds = draw(st.sampled_from([90, "2m", 1.5]))
    dataset = {"path": "data/cases.jsonl", "expected": "team", "slice": ["language"]}
    first = scorers[0] if isinstance(scorers[0], str) else "s0"
    also = draw(st.sampled_from([{}, {first: 0.1}]))
    gate = {"metric": "total", "margin": margin, "cost": {"max_ratio": 1.0}, "also": also}
    ours = Eval(
        "support/triage",
        dataset=Dataset("data/cases.jsonl", expected="team", slice=("language",)),
        scorers=scorers,
        gate=Gate("total", margin=margin, max_cost_ratio=1, also=also),
        budget_usd=money,
        timeout=seconds,
        max_age=None,
        **keys,
    )
    budget = {"usd": float(money)}
    run = {"timeout": seconds, "max_age": None}
    return ours, {"prompt": "support/triage", **keys, "dataset": dataset, "scorers": entries,
                  "gate": gate, "budget": budget, "run": run}  # fmt: skip


@settings(max_examples=25)
@given(both())
def test_an_eval_and_the_file_that_says_the_same_have_one_hash(
    drawn: tuple[Eval, dict[str, Any]],
) -> None:
    ours, data = drawn
    file = parse_plan(yaml.safe_dump(data).encode(), "evals/support/triage.yaml")
    assert ours.plan().canonical() == file.canonical()
    assert ours.plan().sha256 == file.sha256


def test_the_eval_of_the_repository_is_the_same_in_python() -> None:
    file = read_plan(Folder(ROOT), "evals/support/triage.yaml")
    assert triage().plan(ROOT).sha256 == file.sha256


# What it runs over, and who answers


def test_a_run_in_python_is_the_run_of_the_file(tmp_path: Path) -> None:
    for folder in ("prompts", "evals"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    report = triage().run(root=tmp_path)
    assert report.verdict == "pass", report.headline
    again = triage().run(root=tmp_path)
    assert again.comparisons == report.comparisons
    assert (tmp_path / ".promptops/ledger.db").is_file()


def lamp(request: Request) -> str:
    return "yes" if request.inputs["question"] == "Is lamp 0 lit?" else "no"


@pytest.mark.parametrize("form", ["list", "iterator", "function"])
def test_cases_may_be_mappings_and_a_model_a_function(shop: Path, form: str) -> None:
    rows: Any = {"list": ROWS, "iterator": iter(ROWS), "function": lambda: iter(ROWS)}[form]
    made = Eval(
        "lamps",
        models=["shop:lamp"],
        baselines=["baseline:majority"],
        dataset=Dataset(rows, expected="lit", train=[{"question": "Lit?", "lit": "no"}]),
        scorers=[Equals()],
        providers={"shop": lamp},
    )
    report = made.run(root=shop)
    means = [one.metrics["equals"].mean for one in report.variants]
    assert means == pytest.approx([21 / 30, 20 / 30])
    assert report.dataset.cases == 30
    again = replace(
        made, dataset=Dataset(ROWS, expected="lit", train=[{"question": "Lit?", "lit": "no"}])
    )
    assert "30 answers are those of earlier runs" in again.run(root=shop).notes


def test_recorded_answers_and_those_of_models_are_never_taken_for_one_another(shop: Path) -> None:
    live = Eval("lamps", models=["shop:lamp"], dataset=Dataset(ROWS, expected="lit"),
                scorers=["equals"], providers={"shop": lamp})  # fmt: skip

    def mean(made: Eval) -> float | None:
        report = made.run(root=shop)
        assert report.errors == ()
        return report.variants[0].metrics["equals"].mean

    assert mean(live) == pytest.approx(21 / 30)
    handle = Registry.load(shop).get("lamps@work")
    (shop / "evals").mkdir()
    with (shop / "evals/tape.jsonl").open("w") as tape:
        for at, row in enumerate(ROWS):
            sent = request(handle, "replay:shop:lamp", Case(str(at), {"question": row["question"]}))
            line = {"answer_key": sent.answer_key, "answer": row["lit"]}
            tape.write(f"{json.dumps(line)}\n")
    taped = replace(live, models=["replay:shop:lamp"], cassette="tape.jsonl")
    assert mean(taped) == 1  # the recording answers, and not the ledger
    assert mean(live) == pytest.approx(21 / 30)  # the ledger, and not the recording
    assert mean(replace(taped, cassette=None)) == pytest.approx(21 / 30)  # without one, the ledger


def test_a_coroutine_may_answer_in_a_loop_that_runs(shop: Path) -> None:
    async def answer(request: Request) -> Completion:
        await asyncio.sleep(0)
        return Completion("no", model_served=request.model)

    made = Eval("lamps", models=["shop:quiet"], dataset=Dataset(ROWS, expected="lit"),
                scorers=["equals"], providers={"shop": answer})  # fmt: skip

    async def inside() -> float | None:
        with pytest.raises(UsageError, match=r"await eval\.arun"):
            made.run(root=shop)
        report = await made.arun(root=shop, ledger=shop / "own.db", fresh=True, part=(1, 2))
        assert 0 < report.dataset.cases < 30
        return report.variants[0].metrics["equals"].mean

    assert 0 < (asyncio.run(inside()) or 0) < 1
    assert (shop / "own.db").is_file()


def test_a_scorer_may_be_a_function_at_the_top_of_a_file(shop: Path) -> None:
    made = Eval("lamps", models=["shop:lamp"], dataset=Dataset(ROWS, expected="lit"),
                scorers=[Python(polite)], providers={"shop": lamp})  # fmt: skip
    (spec,) = made.plan(shop).scorers
    assert spec.options["function"].endswith("test_python.py:polite")
    assert made.run(root=shop).variants[0].metrics["python"].mean == pytest.approx(0.7)


SCRIPT = """
from promptops.evals import Dataset, Eval, Python


def lit(case, completion):
    return completion.text == case.expected


def answer(request):
    return "no"


rows = [{"question": "Lit?", "lit": "no"}, {"question": "Is it?", "lit": "yes"}]
report = Eval("lamps", models=["shop:lamp"], dataset=Dataset(rows, expected="lit"),
              scorers=[Python(lit)], providers={"shop": answer}).run()
print(report.variants[0].metrics["python"].mean)
"""


def test_a_script_that_scores_with_its_own_function_runs_once(shop: Path) -> None:
    (shop / "lamps.py").write_text(SCRIPT)
    done = subprocess.run([sys.executable, "lamps.py"], cwd=shop, capture_output=True, text=True,
                          check=False)  # fmt: skip
    assert (done.returncode, done.stdout) == (0, "0.5\n"), done.stderr


def test_paths_may_be_paths_or_texts(shop: Path) -> None:
    (shop / "evals").mkdir()
    lines = "".join(f"{json.dumps(row)}\n" for row in ROWS)
    (shop / "evals/rows.jsonl").write_text(lines)
    made = Eval("lamps", models=["shop:lamp"], providers={"shop": lamp}, scorers=["equals"],
                dataset=Dataset(Path("rows.jsonl"), expected="lit"))  # fmt: skip
    assert made.plan().dataset.path == "rows.jsonl"
    report = made.run(root=str(shop), ledger=str(shop / "l.db"))
    assert report.dataset.cases == 30


# What is refused


def rows() -> Iterator[dict[str, Any]]:
    yield {"question": "Lit?", "lit": "no"}
    yield {"question": {1, 2}, "lit": "no"}


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"scorers": [Label(["a"])], "gate": Gate("labl")}, "gate.metric: no scorer is called"),
        ({"scorers": []}, "scorers: expected at least 1"),
        ({"scorers": [Length(max=-1, unit="lines")]}, "expected one of words"),  # type: ignore[arg-type]
        ({"budget_usd": "much"}, "budget.usd: expected a number"),
        ({"versions": "v3"}, "versions: expected a list"),
        ({"models": ["no model"]}, "models[0]: expected provider:model"),
        ({"max_age": "soon"}, "run.max_age"),
        ({"scorers": [Python(lambda *_: True)]}, "is no function at the top of a file"),
        ({"scorers": [Python(print)]}, "is no function at the top of a file"),
    ],
)
def test_what_is_wrong_is_told_at_its_place(keys: dict[str, Any], told: str) -> None:
    good: dict[str, Any] = {"dataset": "data/cases.jsonl", "scorers": ["equals"]}
    with pytest.raises(ConfigError) as caught:
        Eval("lamps", **{**good, **keys}).plan()
    assert told in str(caught.value)
    assert str(caught.value).startswith(("Eval 'lamps': ", "scorers: "))


def test_a_row_that_is_no_data_is_told_by_its_number(shop: Path) -> None:
    made = Eval("lamps", models=["shop:lamp"], dataset=Dataset(rows, expected="lit"),
                scorers=["equals"], providers={"shop": lamp})  # fmt: skip
    with pytest.raises(DatasetError, match="Eval 'lamps', dataset, row 2: holds a set"):
        made.run(root=shop)


def test_no_function_may_stand_for_a_provider_that_is_built_in(shop: Path) -> None:
    made = Eval("lamps", models=["openai:gpt-5.4-mini"], dataset=Dataset(ROWS, expected="lit"),
                scorers=["equals"], providers={"openai": lamp})  # fmt: skip
    with pytest.raises(ConfigError, match="functions cannot be called openai"):
        made.run(root=shop)


def test_every_name_of_the_package_is_there() -> None:
    assert {"Eval", "Gate", "Label"} <= set(public.__all__) <= set(dir(public))
    for name in public.__all__:
        assert getattr(public, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'Lable'"):
        public.Lable  # noqa: B018
    assert json.loads(json.dumps(triage().plan(ROOT).canonical()))
