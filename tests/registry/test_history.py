from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from promptops.cli.lock_facts import LockFacts
from promptops.errors import GitError, PromptNotFound
from promptops.registry import lockfile
from promptops.registry.history import Introduction, history
from promptops.reporters import history_text
from tests.registry.releases import Project, git, project, repository


def entries(here: Project) -> list[lockfile.Entry]:
    return lockfile.scan(here.path("promptops.lock").read_bytes())


def test_versions_come_latest_first_with_labels_and_without_git(tmp_path: Path) -> None:
    here = project(tmp_path)
    here.release("one line", "two lines")
    found = history("reply", entries(here), {}, {"production": {1: 1}, "canary": {1: 9, 2: 1}})
    assert [one.locked.number for one in found] == [2, 1]
    assert [one.labels for one in found] == [("canary",), ("canary", "production")]
    assert [one.introduction for one in found] == [None, None]
    assert history_text.report(found).splitlines()[0].endswith("5 tokens  -  -  -  canary")
    with pytest.raises(PromptNotFound, match="did you mean 'reply'"):
        history("replay", entries(here), {}, {})


def test_the_line_shows_who_locked_it(tmp_path: Path) -> None:
    here = repository(tmp_path / "work")
    here.release("one line", "two lines")
    second = here.commit("second")
    here.release("two lines", "three lines")
    facts = LockFacts(here.root, "prompts/promptops.lock").introductions()
    assert facts[3][:2] == (second, "Ada")
    assert 4 not in facts, "it is not committed yet"
    told = {3: Introduction(second, "A\x1b[2Jda", datetime(2026, 1, 2, tzinfo=UTC))}
    shown = history_text.report(history("reply", entries(here), told, {})).splitlines()
    assert shown[1].endswith(f"2026-01-02  {second[:9]}  A\N{REPLACEMENT CHARACTER}[2Jda")
    assert shown[0].endswith("-")


def test_a_shallow_clone_does_not_blame_its_oldest_commit(tmp_path: Path) -> None:
    here = repository(tmp_path / "work")
    for number in range(2, 4):
        here.release("line", f"line {number}")
        here.commit(f"v{number}")
    shallow = tmp_path / "shallow"
    git("clone", "-q", "--depth", "2", f"file://{here.root}", shallow, cwd=tmp_path)
    facts = LockFacts(shallow, "prompts/promptops.lock").introductions()
    assert sorted(facts) == [4], "v1 and v2 may be older than what is there"


def test_a_folder_without_git_is_told_apart(tmp_path: Path) -> None:
    with pytest.raises(GitError, match="not a git repository"):
        LockFacts(tmp_path, "prompts/promptops.lock")


@pytest.mark.parametrize("revision", ["", "-x", "a\nb", "nowhere"])
def test_a_wrong_base_is_an_error(tmp_path: Path, revision: str) -> None:
    here = repository(tmp_path / "work")
    with pytest.raises(GitError):
        LockFacts(here.root, "prompts/promptops.lock").base(revision)
