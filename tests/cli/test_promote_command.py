from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import one_line, promptops
from tests.conftest import GitRepo
from tests.registry.bundled import project

LABELS = """# Moved by pull request.
triage: {production: v1, canary: {v1: 90, v2: 10}}  # the team's
"""
PATH = "prompts/labels.yaml"


@pytest.fixture
def here(tmp_path: Path) -> Path:
    return project(tmp_path, "triage", labels=LABELS, versions=3)


def test_promote_changes_one_line(here: Path) -> None:
    done = promptops("promote", "triage", "v3", "production", cwd=here)
    assert (done.code, done.err) == (0, "")
    assert done.out == f"{PATH}: triage@production: v1 -> v3\n"
    assert (here / PATH).read_text() == LABELS.replace("production: v1", "production: v3")
    assert promptops("show", "triage@production", cwd=here).out.startswith("---\nversion: 3\n")
    assert promptops("check", cwd=here).code == 0


def test_promote_ends_a_split_and_makes_a_label(here: Path) -> None:
    ended = promptops("promote", "triage", "v2", "canary", cwd=here)
    assert ended.out == f"{PATH}: triage@canary: {{v1: 90, v2: 10}} -> v2\n"
    made = promptops("promote", "triage", "v3", "beta", cwd=here)
    assert made.out == f"{PATH}: triage@beta: nothing -> v3\n"
    assert (
        "triage: {production: v1, canary: v2, beta: v3}  # the team's" in (here / PATH).read_text()
    )


def test_promote_to_where_it_is_changes_nothing(here: Path) -> None:
    done = promptops("promote", "triage", "v1", "production", cwd=here)
    assert (done.code, done.out) == (0, "triage@production is v1 already\n")
    assert (here / PATH).read_text() == LABELS


def test_inputs_that_no_longer_fit_are_said(here: Path) -> None:
    head = here / "prompts" / "triage.prompt.j2"
    promptops("bump", "triage", cwd=here)
    head.write_text(head.read_text().replace("inputs:\n", "inputs:\n  queue: string\n"))
    promptops("lock", cwd=here)
    done = promptops("promote", "triage", "v4", "production", cwd=here)
    assert (done.code, done.out) == (0, f"{PATH}: triage@production: v1 -> v4\n")
    assert "v1 -> v4: input 'queue' is new and required" in done.err


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("promote", "triage", "v9", "production"), "is not locked; locked: v1, v2, v3"),
        (("promote", "triage", "v3", "latest"), "'latest': a label is lower case"),
        (("promote", "triage", "v3", "v2"), "are reserved"),
        (("promote", "triage", "3", "production"), "'3': write a version as v4"),
        (("promote", "triage", "v0", "production"), "write a version as v4"),
        (("promote", "traige", "v1", "production"), "did you mean 'triage'?"),
        (("promote", "../triage", "v1", "production"), "lower case"),
        (("rollback", "triage", "prodution"), "did you mean 'production'?"),
        (("rollback", "traige", "production"), "has no label 'production'"),
        (("rollback", "triage", "production"), "no lower one is locked"),
    ],
)
def test_a_wrong_call_changes_nothing(here: Path, arguments: tuple[str, ...], says: str) -> None:
    done = promptops(*arguments, cwd=here)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True), done
    assert says in done.err
    assert (here / PATH).read_text() == LABELS


def test_a_version_that_is_not_locked_yet_is_refused(here: Path) -> None:
    promptops("bump", "triage", cwd=here)
    done = promptops("promote", "triage", "v4", "production", cwd=here)
    assert (done.code, "`promptops lock triage` freezes it" in done.err) == (2, True)


def test_a_version_whose_copy_was_edited_is_refused(here: Path) -> None:
    copy = here / "prompts" / ".versions" / "triage" / "v2.prompt.j2"
    copy.write_text(copy.read_text().replace("Rule", "Ruin"))
    done = promptops("promote", "triage", "v2", "production", cwd=here)
    assert (done.code, "is not the text that was locked" in done.err) == (2, True)
    assert (here / PATH).read_text() == LABELS


@pytest.mark.parametrize("name", ["labels.yaml", "promptops.lock"])
def test_a_merge_conflict_stops_it(here: Path, name: str) -> None:
    path = here / "prompts" / name
    path.write_text(f"<<<<<<< HEAD\n{path.read_text()}=======\n>>>>>>> theirs\n")
    done = promptops("promote", "triage", "v2", "production", cwd=here)
    assert (done.code, one_line(done.err), "merge conflict" in done.err) == (2, True, True)


def test_rollback_without_git_takes_the_next_lower_version(here: Path) -> None:
    promptops("promote", "triage", "v3", "production", cwd=here)
    done = promptops("rollback", "triage", "production", cwd=here)
    assert done.out == (
        f"{PATH}: triage@production: v3 -> v2, "
        "the next lower locked version; git knows no earlier one\n"
    )
    assert (here / PATH).read_text() == LABELS.replace("production: v1", "production: v2")


def test_rollback_takes_what_git_knows(git_repo: GitRepo) -> None:
    here = project(git_repo.path, "triage", labels=LABELS, versions=3)
    first = git_repo.commit()
    promptops("promote", "triage", "v3", "production", cwd=here)
    # The commit is not made yet, as in an accident noticed early.
    done = promptops("rollback", "triage", "production", cwd=here)
    assert done.out.endswith(f"v3 -> v1, what it meant in commit {first[:10]}\n")
    assert (here / PATH).read_text() == LABELS
    promptops("promote", "triage", "v3", "production", cwd=here)
    second = git_repo.commit()
    promptops("promote", "triage", "v2", "canary", cwd=here)
    git_repo.commit()
    done = promptops("rollback", "triage", "production", cwd=here)
    assert done.out.endswith(f"v3 -> v1, what it meant in commit {first[:10]}\n")
    git_repo.commit()
    again = promptops("rollback", "triage", "production", cwd=here)
    assert " v1 -> v3, what it meant in commit " in again.out
    split = promptops("rollback", "triage", "canary", cwd=here)
    assert split.out.endswith(f"v2 -> {{v1: 90, v2: 10}}, what it meant in commit {second[:10]}\n")


def test_rollback_sees_through_merges_and_folders(git_repo: GitRepo) -> None:
    here = project(git_repo.path / "apps" / "one", "triage", labels=LABELS, versions=2)
    first = git_repo.commit()
    git_repo.git("checkout", "--quiet", "-b", "promotion")
    promptops("promote", "triage", "v2", "production", cwd=here)
    git_repo.commit()
    git_repo.git("checkout", "--quiet", "main")
    git_repo.git("merge", "--quiet", "--no-ff", "--no-edit", "promotion")
    done = promptops("rollback", "triage", "production", cwd=here)
    assert done.out.endswith(f"v2 -> v1, what it meant in commit {first[:10]}\n")


def test_rollback_in_a_shallow_clone_says_what_it_took(git_repo: GitRepo, tmp_path: Path) -> None:
    here = project(git_repo.path, "triage", labels=LABELS, versions=3)
    git_repo.commit()
    promptops("promote", "triage", "v3", "production", cwd=here)
    git_repo.commit()
    clone = tmp_path / "clone"
    git_repo.git("clone", "--quiet", "--depth", "1", f"file://{here}", str(clone))
    done = promptops("rollback", "triage", "production", cwd=clone)
    assert "v3 -> v2, the next lower locked version" in done.out


def test_rollback_before_the_first_commit(git_repo: GitRepo) -> None:
    here = project(git_repo.path, "triage", labels=LABELS, versions=3)
    promptops("promote", "triage", "v3", "production", cwd=here)
    done = promptops("rollback", "triage", "production", cwd=here)
    assert "v3 -> v2, the next lower locked version" in done.out
