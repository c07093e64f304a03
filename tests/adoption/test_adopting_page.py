"""The page about adopting, followed step by step in a repository with templates."""

from __future__ import annotations

import re

import yaml

from promptops.adoption.init import _data
from tests.cli.commands import ROOT, promptops
from tests.conftest import GitRepo

PAGE = (ROOT / "docs" / "adopting.md").read_text("utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_shows_the_job_that_init_writes() -> None:
    assert blocks("yaml") == [_data("prompts.yml").decode()]


def test_the_page_can_be_followed(git_repo: GitRepo) -> None:
    root = git_repo.path
    reply = "Answer {{ question }} for {{ customer | default('a guest') }}.\n"
    git_repo.commit({"templates/reply.j2": reply})
    git_repo.commit({"promptops.toml": blocks("toml")[0].replace("tool.promptops.", "")
                     .replace("[tool.promptops]\n", "")})  # fmt: skip
    git_repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    shown = promptops("adopt", "templates/", cwd=root)
    assert f"$ promptops adopt templates/\n{shown.out}" == blocks("console")[1]
    assert promptops("adopt", "templates/", "--write", cwd=root).code == 0
    assert promptops("lock", cwd=root).code == 0
    git_repo.commit()
    job = yaml.safe_load(blocks("yaml")[0])["jobs"]["prompts"]
    runs = [step["run"].split() for step in job["steps"] if "run" in step]
    codes = {words[1]: promptops(*words[1:], cwd=root).code for words in runs[1:]}
    assert codes["lint"] == codes["check"] == 0
    # The example names no model, as the page says.
    assert codes["diff-cost"] in {0, 3}
    made = promptops("stubs", "-o", root / "typed.py", cwd=root)
    assert made.code == 0
    types = (root / "typed.py").read_text()
    assert "*, question: str, customer: str = ...) -> Rendered" in types
    assert "'reply@v1'" in types
