"""`promptops init`: a project that passes its own checks, or nothing at all."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
import yaml

from promptops.cli import COMMANDS
from tests.cli.commands import one_line, promptops
from tests.conftest import GitRepo

FILES = [
    ".github/workflows/prompts.yml",
    ".pre-commit-config.yaml",
    "evals/support/data/triage.jsonl",
    "evals/support/triage.sample.json",
    "evals/support/triage.yaml",
    "promptops.toml",
    "prompts/shared/tone.j2",
    "prompts/support/triage.prompt.j2",
]


def listed(root: Path) -> list[str]:
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not path.startswith(".git/"))


def test_the_new_project_passes_its_own_checks(git_repo: GitRepo) -> None:
    root = git_repo.path
    made = promptops("init", cwd=root)
    assert (made.code, made.err) == (0, "")
    assert listed(root) == FILES
    assert [line.split()[1] for line in made.out.splitlines()[: len(FILES)]] == FILES
    lint = promptops("lint", "--fail-on", "note", cwd=root)
    assert (lint.code, lint.out) == (0, "1 prompt: 0 errors, 0 warnings, 0 notes\n")
    assert promptops("lock", cwd=root).code == 0
    shown = promptops("render", "support/triage", "--sample", cwd=root)
    assert shown.code == 0
    assert "charged twice" in shown.out
    found = promptops("eval", "evals/support/triage.yaml", "--format", "json", cwd=root)
    assert (found.code, found.json["run"]["done"], found.json["errors"]) == (0, 12, [])
    git_repo.commit()
    assert promptops("check", cwd=root).code == 0


def test_each_step_of_the_ci_job_passes_in_a_pull_request(git_repo: GitRepo) -> None:
    assert promptops("init", cwd=git_repo.path).code == 0
    assert promptops("lock", cwd=git_repo.path).code == 0
    git_repo.commit()
    git_repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    git_repo.git("checkout", "-q", "-b", "change")
    head = git_repo.path / "prompts" / "support" / "triage.prompt.j2"
    changed = head.read_text().replace("version: 1", "version: 2").replace("parcel", "package")
    head.write_text(changed)
    git_repo.commit()
    assert promptops("lock", cwd=git_repo.path).code == 0
    git_repo.commit()
    job = yaml.safe_load((git_repo.path / ".github/workflows/prompts.yml").read_text())
    steps = job["jobs"]["prompts"]["steps"]
    assert steps[0]["with"]["fetch-depth"] == 0
    runs = [step["run"].split() for step in steps if "run" in step]
    assert runs[0] == ["pip", "install", "promptops-toolkit"]
    for words in runs[1:]:
        assert words[0] == "promptops"
        assert words[1] in COMMANDS
        done = promptops(*words[1:], cwd=git_repo.path)
        assert done.code == 0, done
    assert "1 prompt changed" in done.out


def test_the_hooks_are_those_that_promptops_offers(tmp_path: Path) -> None:
    promptops("init", cwd=tmp_path)
    offered = yaml.safe_load((Path(__file__).parents[2] / ".pre-commit-hooks.yaml").read_text())
    written = yaml.safe_load((tmp_path / ".pre-commit-config.yaml").read_text())
    hooks = written["repos"][0]["hooks"]
    keys = ("id", "name", "entry", "language", "files", "require_serial", "pass_filenames")
    for one in hooks:
        assert one["additional_dependencies"] == ["promptops-toolkit"]
        same = next(other for other in offered if other["id"] == one["id"])
        assert {key: one.get(key) for key in keys} == {key: same.get(key) for key in keys}
    assert [one["id"] for one in hooks] == ["promptops-lint", "promptops-check"]


def test_a_dry_run_writes_nothing(tmp_path: Path) -> None:
    done = promptops("init", "--dry-run", cwd=tmp_path)
    assert done.code == 0
    assert [line.split()[:3] for line in done.out.splitlines()] == [
        ["would", "write", path] for path in FILES
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("line", ["\n", "\r\n"])
@pytest.mark.parametrize("end", ["", "\n"])
def test_settings_are_added_to_a_pyproject(tmp_path: Path, line: str, end: str) -> None:
    before = f'[project]\nname = "shop"  # ours{end}'.replace("\n", line).encode()
    file = tmp_path / "pyproject.toml"
    file.write_bytes(before)
    done = promptops("init", cwd=tmp_path)
    (added,) = [line for line in done.out.splitlines() if line.startswith("wrote pyproject.toml")]
    assert added.endswith("  settings, added at its end")
    after = file.read_bytes()
    assert after.startswith(before)
    assert after.count(b"\n") == after.count(line.encode())
    found = tomllib.loads(after.decode())
    assert found["project"] == {"name": "shop"}
    assert found["tool"]["promptops"] == {"folder": "prompts", "lint": {"fail-on": "warning"}}
    assert not (tmp_path / "promptops.toml").exists()
    assert promptops("lint", "--fail-on", "note", cwd=tmp_path).code == 0


def test_a_pyproject_that_cannot_be_added_to_stays_as_it_is(tmp_path: Path) -> None:
    text = "tool = {ruff = {line-length = 100}}\n"
    (tmp_path / "pyproject.toml").write_text(text)
    assert promptops("init", cwd=tmp_path).code == 0
    assert (tmp_path / "pyproject.toml").read_text() == text
    assert (tmp_path / "promptops.toml").is_file()


def test_all_conflicts_are_listed_at_once_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\n")
    (tmp_path / "prompts" / "shared").mkdir(parents=True)
    (tmp_path / "prompts" / "shared" / "tone.j2").write_text("Be brief.\n")
    (tmp_path / "evals").write_text("a file where a folder should be\n")
    before = listed(tmp_path)
    done = promptops("init", cwd=tmp_path)
    assert done.code == 2
    assert one_line(done.err)
    assert done.err == (
        "promptops: already there, and not overwritten: [tool.promptops] of pyproject.toml, evals,"
        " prompts/shared/tone.j2; nothing was written\n"
    )
    assert listed(tmp_path) == before


def test_a_second_run_finds_its_own_files(tmp_path: Path) -> None:
    promptops("init", cwd=tmp_path)
    (tmp_path / ".pre-commit-config.yaml").unlink()
    again = promptops("init", cwd=tmp_path)
    assert again.code == 2
    assert "promptops.toml" in again.err
    assert not (tmp_path / ".pre-commit-config.yaml").exists()


def test_a_link_to_nothing_is_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "promptops.toml").symlink_to(tmp_path / "nowhere")
    assert promptops("init", cwd=tmp_path).code == 2
    assert not (tmp_path / "nowhere").exists()


def test_hooks_that_are_there_are_left_alone_and_the_addition_is_shown(tmp_path: Path) -> None:
    mine = "repos:\n  - repo: local\n    hooks: []\n"
    (tmp_path / ".pre-commit-config.yaml").write_text(mine)
    done = promptops("init", cwd=tmp_path)
    assert done.code == 0
    assert (tmp_path / ".pre-commit-config.yaml").read_text() == mine
    added = done.out.partition("`repos:`\n\n")[2].partition("\n\n")[0]
    hooks = yaml.safe_load(mine + added)["repos"][1]["hooks"]
    assert hooks[0]["id"] == "promptops-lint"


def test_below_a_repositorys_root_the_place_of_hooks_is_said(git_repo: GitRepo) -> None:
    below = git_repo.path / "service"
    below.mkdir()
    assert "are read at the repository's root only" in promptops("init", cwd=below).out


def test_each_file_has_its_purpose_and_each_next_step_works(git_repo: GitRepo) -> None:
    lines = promptops("init", cwd=git_repo.path).out.splitlines()
    assert max(map(len, lines)) < 80
    assert all("  " in line.removeprefix("wrote ") for line in lines[: len(FILES)])
    steps = [line.split("  ")[1].split() for line in lines[lines.index("Next:") + 1 :]]
    assert steps[-1] == ["pre-commit", "install"]
    for words in steps[:-1]:
        assert words[0] == "promptops"
        assert promptops(*words[1:], cwd=git_repo.path).code == 0, words


def test_settings_that_cannot_be_read_are_one_line(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool\n")
    done = promptops("init", cwd=tmp_path)
    assert done.code == 2
    assert one_line(done.err)
    assert listed(tmp_path) == ["pyproject.toml"]


def test_the_sample_is_json(tmp_path: Path) -> None:
    promptops("init", cwd=tmp_path)
    sample = json.loads((tmp_path / "evals/support/triage.sample.json").read_text())
    assert sorted(sample) == ["channel", "ticket"]
