"""The eval files of this repository are read, and their cases fit their prompts."""

import importlib.util
import os
import runpy
import shutil
import sys
from pathlib import Path

import pytest

from promptops.config import Config
from promptops.evals.cases import CaseSet
from promptops.evals.plan_file import read_plan
from promptops.templates.files import Folder
from promptops.templates.loader import load
from tests.cli.commands import promptops

ROOT = Path(__file__).parents[2]
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("evals/**/*.yaml"))


def case_set(path: str) -> CaseSet:
    plan = read_plan(Folder(ROOT), path)
    prompt = load(Folder(ROOT), f"prompts/{plan.prompt}.prompt.j2", Config())
    return CaseSet(ROOT, plan, {"work": prompt.metadata.inputs})


def test_every_prompt_has_an_eval() -> None:
    prompts = {path.relative_to(ROOT / "prompts").as_posix().removesuffix(".prompt.j2")
               for path in ROOT.glob("prompts/*/*.prompt.j2")}  # fmt: skip
    assert {read_plan(Folder(ROOT), path).prompt for path in FILES} == prompts
    assert "evals/support/triage.yaml" in FILES
    assert len(FILES) >= 8


def test_every_example_runs_without_a_key(tmp_path: Path) -> None:
    for folder in ("prompts", "evals"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    keys = {name: "" for name in os.environ if name.endswith(("_API_KEY", "_AUTH_TOKEN"))}
    nowhere = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"), "http://127.0.0.1:9")
    done = promptops("eval", "all", "--format", "json", cwd=tmp_path, **keys, **nowhere)
    assert done.code == 0, done.err
    found = done.json
    assert [one["file"] for one in found["evals"]] == FILES
    assert found["spent"]["now"] == "0"
    for one in found["evals"]:
        report = one["report"]
        assert (report["run"]["done"], report["errors"]) == (report["run"]["planned"], [])
        means = [each["metrics"][report["eval"]["metric"]]["mean"] for each in report["variants"]]
        assert all(0 < mean < 1 for mean in means), one["file"]


def test_recorded_answers_have_the_keys_of_what_they_answer(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.spec_from_file_location("c", ROOT / "scripts/update_cassettes.py")
    assert spec is not None
    assert spec.loader is not None
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert len(script.cassettes(ROOT)) >= 3
    monkeypatch.setattr(sys, "argv", ["update_cassettes.py", "--check"])
    assert script.main() == 0, capsys.readouterr().out


def test_the_function_that_reads_forms_knows_how_amounts_are_written() -> None:
    amount = runpy.run_path(str(ROOT / "evals/billing/labels.py"))["amount"]
    assert [amount(text) for text in ("1.250,00", "1,250.00", "1 250,00", "62.50")] == [
        1250, 1250, 1250, 62.5,
    ]  # fmt: skip


def test_the_function_that_sums_calls_up_keeps_to_the_five_lines() -> None:
    summary = runpy.run_path(str(ROOT / "evals/support/promises.py"))["summary"]
    turns = "A: Good day.\nC: Where is K7PX?\nA: They usually look. We will call on Monday."
    lines = summary({"transcript": turns, "outcome_code": "follow_up"}, []).split("\n")
    assert [line.partition(":")[0] for line in lines] == [
        "Reason", "Parcel", "Done", "Promised", "Open",
    ]  # fmt: skip
    assert "on Monday" in lines[3]
    assert lines[1] == "Parcel: K7PX"


@pytest.mark.parametrize("path", FILES)
def test_the_cases_of_an_example_fit_its_prompt(path: str) -> None:
    found = case_set(path)
    survey = found.survey()
    assert 20 <= survey.cases <= 120
    assert survey.cases == survey.expected == sum(1 for _ in found.cases(survey))
    assert survey.twin_groups == 0


def test_the_triage_cases_are_enough_for_clusters_and_cover_every_team() -> None:
    found = case_set("evals/support/triage.yaml")
    survey = found.survey()
    assert survey.clusters >= 40
    (scorer,) = found.plan.scorers
    teams = set(scorer.options["values"])
    assert {case.expected for case in found.cases(survey)} == teams
    assert {case.expected for case in found.train()} == teams


def test_the_function_that_stands_in_for_a_model_reads_the_prompt() -> None:
    team = runpy.run_path(str(ROOT / "evals/support/keywords.py"))["team"]
    system = (
        "- lockers: broken doors, screens and keypads\n- claims: lost parcels\n- other: the rest"
    )
    messages = [{"role": "system", "content": system}]
    assert team({"ticket": "The screen is broken"}, messages) == "lockers"
    assert team({"ticket": "They lost two parcels"}, messages) == "claims"
    assert team({"ticket": "Hallo"}, messages) == "other"


def test_the_function_that_looks_words_up_reads_the_table_of_the_prompt() -> None:
    terms = runpy.run_path(str(ROOT / "evals/locker/glossary.py"))["terms"]
    table = "| English | Dutch |\n| --- | --- |\n| locker | pakketkluis |\n| depot | depot |\n"
    messages = [{"role": "system", "content": f"Words:\n\n{table}\nThe end."}]
    asked = {"language": "Dutch", "notice": "Locker 4 is closed."}
    assert terms(asked, messages) == "pakketkluis"
    assert terms({**asked, "notice": "Wait."}, messages) == ""
