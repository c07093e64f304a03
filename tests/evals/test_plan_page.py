"""docs/evals.md: its file is read, its code runs, its figures and messages are those told."""

import re
import shutil
from dataclasses import fields
from importlib import import_module
from pathlib import Path

import click
import pytest

from promptops.cli import group
from promptops.cli.eval_common import FORMATS
from promptops.cli.parts import WithParts
from promptops.config import Config
from promptops.errors import ConfigError, DatasetError
from promptops.evals.cases import CaseSet
from promptops.evals.imports_assertions import KNOWN
from promptops.evals.plan import EvalPlan, Gate, RunSpec
from promptops.evals.plan_file import parse_plan
from promptops.evals.plan_file_shapes import PLAN
from promptops.evals.retries import LONGEST, PATIENCE, RULES, SHARE, SPARE
from promptops.templates.files import Folder
from promptops.templates.loader import load

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/evals.md").read_text("utf-8").replace("\r\n", "\n")
(FILE,) = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)[:1]
TEXTS = re.findall(r"^```text\n(.*?)\n```$", PAGE, re.MULTILINE | re.DOTALL)
PATH = "evals/support/triage.yaml"
CODE = re.findall(r"^```python\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def section(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_file_of_the_page_is_read() -> None:
    plan = parse_plan(FILE.encode(), PATH)
    assert (plan.name, plan.versions, plan.gate and plan.gate.metric) == (
        "support/triage",
        ("v3", "v4"),
        "label",
    )
    assert plan.run == RunSpec()


def test_the_page_tells_of_every_key() -> None:
    known = [line.split("`")[1] for line in section("The file").split("\n") if "| `" in line]
    assert known == list(PLAN.schema["properties"])
    assert {one.name for one in fields(EvalPlan)} == {*known, "name", "folder"}
    for one in (*fields(Gate), *fields(RunSpec)):
        assert re.search(rf"`{one.name}[`:]", section("The file")), one.name


def test_the_errors_of_the_page_are_those_that_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_plan(FILE.replace("versions:", "versons:").encode(), PATH)
    assert str(caught.value) == TEXTS[0]
    plan = parse_plan((ROOT / PATH).read_bytes(), PATH, ROOT)
    data = tmp_path / "evals/support/data"
    data.mkdir(parents=True)
    for path in (ROOT / "evals/support/data").iterdir():
        (data / path.name).write_bytes(path.read_bytes())
    lines = (data / "triage.jsonl").read_text("utf-8").split("\n")
    lines[2] = lines[2].replace('"triage-003"', '"t3"').replace("phone_note", "letter")
    (data / "triage.jsonl").write_text("\n".join(lines), "utf-8")
    prompt = load(Folder(ROOT), "prompts/support/triage.prompt.j2", Config())
    with pytest.raises(DatasetError) as refused:
        CaseSet(tmp_path, plan, {"v4": prompt.metadata.inputs}).survey()
    assert str(refused.value) == TEXTS[1]


def test_the_code_of_the_page_prints_what_it_says(capsys: pytest.CaptureFixture[str]) -> None:
    prompt = load(Folder(ROOT), "prompts/support/triage.prompt.j2", Config())
    given = {"files": Folder(ROOT), "root": ROOT, "inputs": prompt.metadata.inputs}
    (code,) = [one for one in CODE if "CaseSet" in one]
    exec(compile(code, "docs/evals.md", "exec"), given)
    assert capsys.readouterr().out.split("\n")[:-1] == re.findall(r"# -> (.+)", code)


@pytest.mark.parametrize("at", [0, 1])
def test_the_evals_in_python_of_the_page_print_what_they_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], at: int
) -> None:
    for folder in ("prompts", "evals"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.chdir(tmp_path)
    code = [one for one in CODE if "Eval(" in one][at]
    exec(compile(code, "docs/evals.md", "exec"), {"__name__": "page"})
    assert capsys.readouterr().out.split("\n")[:-1] == re.findall(r"# -> (.+)", code)


def test_the_commands_of_the_page_parse() -> None:
    lines = re.findall(r"^\$ promptops (.+?)(?: {2,}#.*)?$", PAGE, re.MULTILINE)
    assert len(lines) >= 5
    for name, *words in map(str.split, lines):
        known = group.get_command(click.Context(group), name)
        if isinstance(known, WithParts) and words[0] in known.parts:
            module = import_module(f"promptops.cli.{known.parts[words.pop(0)].module}")
            known = module.command
        assert known is not None
        known.make_context(name, words)


def test_the_page_tells_of_every_retry_and_format() -> None:
    table = section("What a report says")
    assert {name for line in table.split("\n") if line.startswith("| `")
            for name in re.findall(r"`(\w+)`", line.split("|")[1])} == {*FORMATS}  # fmt: skip
    told = [int(line.split("|")[2]) for line in section("Running").split("\n")
            if re.match(r"\| [^|]+ \| [0-9] \|", line)]  # fmt: skip
    known = [RULES[cause].attempts
             for cause in ("rate_limited", "server", "timed_out", "denied", "invalid")]  # fmt: skip
    assert told == [*known, 1]
    assert (SHARE, SPARE, LONGEST, PATIENCE) == (0.2, 50, 30, 120)


def test_the_page_tells_of_every_assertion_that_has_a_scorer() -> None:
    table = [line for line in section("From promptfoo").split("\n") if line.startswith("| `")]
    told = {name for line in table for name in re.findall(r"`([\w…-]+)`", line.split("|")[1])}
    assert told - {"not-…"} == set(KNOWN)
