"""The hook, with the real pre-commit, in a repository of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PRE_COMMIT = Path(sys.executable).with_name("pre-commit")


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.com",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@example.com",
    }
    return subprocess.run(
        [str(part) for part in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.network
def test_the_hook_stops_a_bad_prompt_and_lets_a_good_one_pass(tmp_path: Path) -> None:
    hooks = tmp_path / "hooks"
    run("git", "clone", "-q", ROOT, hooks, cwd=tmp_path)
    commit = run("git", "rev-parse", "HEAD", cwd=hooks).stdout.strip()
    work = tmp_path / "work"
    (work / "prompts").mkdir(parents=True)
    run("git", "init", "-q", cwd=work)
    (work / ".pre-commit-config.yaml").write_text(
        f"repos:\n  - repo: {hooks}\n    rev: {commit}\n    hooks: [{{id: promptops-lint}}]\n"
    )
    bad = work / "prompts" / "reply.prompt.j2"
    bad.write_text(
        "---\nversion: 1\ninputs: {letter: string}\n---\nAnswer {{ leter }} in a line.\n"
    )
    (work / "notes.md").write_text("Not a prompt.\n")
    run("git", "add", "-A", cwd=work)
    refused = run(PRE_COMMIT, "run", "--all-files", cwd=work)
    assert refused.returncode == 1, refused
    assert "prompts/reply.prompt.j2:5:11: error TPL103" in refused.stdout
    bad.write_text(bad.read_text().replace("leter", "letter"))
    run("git", "add", "-A", cwd=work)
    passed = run(PRE_COMMIT, "run", "--all-files", cwd=work)
    assert passed.returncode == 0, passed


@pytest.mark.network
def test_the_projects_own_hooks_pass(tmp_path: Path) -> None:
    run("git", "clone", "-q", ROOT, "work", cwd=tmp_path)
    done = run(PRE_COMMIT, "run", "--all-files", cwd=tmp_path / "work")
    assert done.returncode == 0, done.stdout + done.stderr
