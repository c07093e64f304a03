"""``promptops eval import``: promptfoo's files become an eval that runs."""

from pathlib import Path

import pytest

from promptops.evals.imports_assertions import WHY_NOT
from tests.cli.commands import one_line, promptops, write

CONFIG = """\
prompts: [file://desk.txt]
providers: [openai:chat:gpt-5.4-mini, exec:./ours.sh]
defaultTest:
  assert:
    - {type: llm-rubric, value: is polite}
tests:
  - vars: {question: Where is my lamp?}
    assert: [{type: equals, value: delivery}]
  - vars: {question: The shade is torn}
    assert: [{type: equals, value: claims}]
evaluateOptions: {repeat: 0, maxConcurrency: 4}
"""
DESK = "---\ninputs: {question: string}\n---\nWho answers this? {{ question }}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    write(tmp_path, desk=DESK)
    (tmp_path / "desk.yaml").write_text(CONFIG)
    return tmp_path


def test_a_configuration_becomes_an_eval_file_and_its_cases(project: Path) -> None:
    done = promptops("eval", "import", "desk.yaml", cwd=project)
    assert (done.code, done.out) == (
        0, "evals/data/desk.jsonl: 2 cases\nevals/desk.yaml: 1 scorer\n",
    )  # fmt: skip
    assert done.err.splitlines() == [
        "not carried over: desk.yaml, line 2: the provider exec:./ours.sh",
        f"not carried over: desk.yaml, line 5: llm-rubric: {WHY_NOT['llm-rubric']}",
        "not carried over: desk.yaml, line 11: repeat",
    ]


def test_what_was_imported_runs(project: Path) -> None:
    promptops("eval", "import", "desk.yaml", cwd=project)
    file = project / "evals/desk.yaml"
    file.write_text(file.read_text().replace("openai:gpt-5.4-mini", "baseline:nearest"))
    found = promptops("eval", "evals/desk.yaml", "--format", "json", cwd=project).json
    assert (found["run"]["planned"], found["run"]["done"]) == (2, 2)


def test_nothing_is_overwritten_unless_that_is_asked_for(project: Path) -> None:
    promptops("eval", "import", "desk.yaml", cwd=project)
    file, cases = project / "evals/desk.yaml", project / "evals/data/desk.jsonl"
    file.unlink()
    cases.write_text("ours")
    refused = promptops("eval", "import", "desk.yaml", cwd=project)
    assert (refused.code, refused.out, one_line(refused.err)) == (2, "", True)
    assert "evals/data/desk.jsonl is there already" in refused.err
    assert (cases.read_text(), file.exists()) == ("ours", False)
    assert promptops("eval", "import", "desk.yaml", "--force", cwd=project).code == 0
    assert cases.read_text().count("\n") == 2
    assert sorted(path.name for path in cases.parent.iterdir()) == ["desk.jsonl"]


def test_a_dry_run_prints_the_eval_file_and_writes_nothing(project: Path) -> None:
    done = promptops("eval", "import", "desk.yaml", "--dry-run", cwd=project)
    assert (done.code, done.out.partition("\n")[0]) == (0, 'prompt: "desk"')
    assert not (project / "evals").exists()


def test_a_name_and_a_place_may_be_given_and_a_missing_prompt_is_told(project: Path) -> None:
    place = "evals/shop/questions.yaml"
    done = promptops(
        "eval", "import", "desk.yaml", "--prompt", "shop/desk", "--output", place, cwd=project
    )
    assert done.code == 0
    text = (project / place).read_text()
    assert text.startswith('prompt: "shop/desk"\n')
    assert "data/questions.jsonl" in text
    assert (project / "evals/shop/data/questions.jsonl").exists()
    assert "there is no prompt 'shop/desk' yet" in done.err


def test_files_of_tests_beside_a_configuration_elsewhere_are_read(
    project: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = tmp_path_factory.mktemp("other")
    (other / "desk.yaml").write_text("tests: file://more.csv\n")
    (other / "more.csv").write_text("question,__expected\nHallo?,delivery\n")
    done = promptops("eval", "import", other / "desk.yaml", cwd=project)
    assert done.out.splitlines()[0] == "evals/data/desk.jsonl: 1 case"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gone.yaml",), "no such file"),
        (("desk.yaml", "--prompt", "Not A Name"), "a prompt's name is such as"),
        (("desk.yaml", "--output", "../e.yaml"), "is not below the project's root"),
        (("desk.yaml", "--output", "e.json"), "an eval file's name ends in .yaml"),
        (("prompts/desk.prompt.j2",), "not valid YAML"),
    ],
)
def test_a_wrong_call_is_one_line_and_writes_nothing(
    project: Path, words: tuple[str, ...], told: str
) -> None:
    done = promptops("eval", "import", *words, cwd=project)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert one_line(done.err)
    assert not (project / "evals").exists()
