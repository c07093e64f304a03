"""What happens to versions in real repositories: merges, squashes, shallow clones, edits."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptops.config import Config
from promptops.errors import GitError
from promptops.registry import lockfile
from promptops.registry.check import check
from promptops.templates.files import Folder
from tests.registry.releases import Project, git, repository

FROZEN = ".versions/reply/v1.prompt.j2"
LOCK = "prompts/promptops.lock"


@pytest.fixture
def here(tmp_path: Path) -> Project:
    made = repository(tmp_path / "work")
    assert made.codes(with_git=True) == []
    return made


def numbers(project: Project) -> list[int]:
    locked = lockfile.read(Folder(project.root), project.config)
    return [number for _, number in locked]


def clone(here: Project, to: Path, *options: str) -> Project:
    git("clone", "-q", *options, f"file://{here.root}", to, cwd=here.root)
    return Project(to)


def on_branch(here: Project, name: str, text: str) -> None:
    here.git("switch", "-q", "-c", name, "main")
    here.release("one line", text)
    here.commit(name)


def test_two_branches_that_claim_a_version_conflict_and_check_says_so(here: Project) -> None:
    on_branch(here, "ours", "two lines")
    on_branch(here, "theirs", "three lines")
    here.git("switch", "-q", "ours")
    here.git("merge", "theirs", fails=True)
    assert LOCK in here.git("diff", "--name-only", "--diff-filter=U").splitlines()
    found = [one for one in here.check("main") if one.place.path == LOCK]
    assert "a merge conflict" in found[0].message
    # Keeping both lines is no way out.
    text = here.path("promptops.lock").read_text()
    kept = [line for line in text.splitlines() if not line.startswith(("<", "=", ">"))]
    here.path("promptops.lock").write_text("\n".join(kept) + "\n")
    assert any("claimed a second time" in one.message for one in here.check("main"))


def test_two_branches_that_release_different_prompts_conflict_in_the_lock(here: Project) -> None:
    on_branch(here, "ours", "two lines")
    here.git("switch", "-q", "-c", "theirs", "main")
    here.head(name="other")
    here.lock()
    here.commit("other")
    here.git("merge", "ours", fails=True)
    text = here.path("promptops.lock").read_text()
    kept = [line for line in text.splitlines() if not line.startswith(("<", "=", ">"))]
    here.path("promptops.lock").write_text("\n".join(kept) + "\n")
    here.commit("merged")
    assert here.codes("main") == []


def test_the_same_release_on_two_branches_merges(here: Project) -> None:
    on_branch(here, "ours", "two lines")
    on_branch(here, "theirs", "two lines")
    here.git("merge", "-q", "ours", "-m", "merge")
    assert numbers(here) == [1, 2]
    assert here.codes("main") == []


def test_versions_survive_a_squash_and_the_branch(here: Project) -> None:
    on_branch(here, "topic", "two lines")
    here.release("two lines", "three lines")
    here.commit("again")
    here.git("switch", "-q", "main")
    here.git("merge", "-q", "--squash", "topic")
    here.commit("squashed")
    here.git("branch", "-q", "-D", "topic")
    here.git("reflog", "expire", "--expire=now", "--all")
    here.git("gc", "-q", "--prune=now")
    assert numbers(here) == [1, 2, 3]
    assert here.codes("HEAD~1") == []


def test_versions_survive_a_rebase(here: Project) -> None:
    on_branch(here, "topic", "two lines")
    here.git("switch", "-q", "main")
    here.write("notes.txt", "Something else.\n")
    here.commit("main moves on")
    here.git("switch", "-q", "topic")
    here.git("rebase", "-q", "main")
    assert here.codes(with_git=True) == []
    assert numbers(here) == [1, 2]


def test_a_rebase_onto_another_claim_stops(here: Project) -> None:
    on_branch(here, "topic", "two lines")
    here.git("switch", "-q", "main")
    here.release("one line", "three lines")
    here.commit("v2 of another text")
    here.git("switch", "-q", "topic")
    here.git("rebase", "main", fails=True)
    assert "VER102" in here.codes("main")


def test_a_shallow_clone_holds_every_version(here: Project, tmp_path: Path) -> None:
    for number in range(2, 5):
        here.release("line", f"line {number}")
        here.commit(f"v{number}")
    shallow = clone(here, tmp_path / "shallow", "--depth", "1")
    assert shallow.git("rev-list", "--count", "HEAD") == "1"
    assert shallow.codes(with_git=True) == []
    shallow.edit(FROZEN, "one line", "ten lines")
    assert shallow.codes(with_git=True) == ["VER102"]


def test_a_shallow_clone_says_when_it_cannot_compare(here: Project, tmp_path: Path) -> None:
    on_branch(here, "topic", "two lines")
    shallow = clone(here, tmp_path / "shallow", "--depth", "1", "--branch", "topic")
    shallow.git("fetch", "-q", "--depth", "1", "origin", "main:refs/remotes/origin/main")
    with pytest.raises(GitError, match=r"no common commit.*git fetch --deepen=100"):
        shallow.check("origin/main")
    assert check(Folder(shallow.root), Config()).findings == []


def test_a_moved_tag_changes_nothing(here: Project) -> None:
    here.git("tag", "reply-v1")
    here.release("one line", "two lines")
    here.commit("v2")
    here.git("tag", "-f", "reply-v1")
    assert here.codes("HEAD~1") == []
    assert "one line" in here.path(FROZEN).read_text()


def test_an_edited_partial_is_found_when_it_is_committed(here: Project) -> None:
    here.git("switch", "-q", "-c", "topic")
    here.edit("shared/tone.j2", "kind", "curt")
    here.commit("only a partial")
    (found,) = here.check(with_git=True)
    assert "through shared/tone.j2" in found.message


def test_a_lock_line_rewritten_with_its_copy_is_found_against_main(here: Project) -> None:
    """Whoever rewrites line and copy together makes a lock that agrees with itself."""
    here.git("switch", "-q", "-c", "topic")
    here.edit("reply.prompt.j2", "one line", "ten lines")
    here.path("promptops.lock").unlink()
    here.lock()
    here.commit("as if v1 had always been so")
    assert here.codes() == []
    (found,) = here.check(with_git=True)
    assert (found.code, found.place.path, found.place.line) == ("VER102", LOCK, 2)
    assert "the line of reply@v1 was rewritten since" in found.message
    assert here.codes("main") == ["VER102"]


def test_a_removed_line_is_found_against_main(here: Project) -> None:
    here.git("switch", "-q", "-c", "topic")
    here.path("promptops.lock").write_text(lockfile.HEADER)
    here.commit("gone")
    (found,) = here.check(with_git=True)
    assert "the line of reply@v1 was removed" in found.message


def test_an_edited_copy_is_found_and_git_restores_it(here: Project) -> None:
    locked = here.git("rev-parse", "HEAD")
    here.edit(FROZEN, "one line", "ten lines")
    here.commit("tampered")
    (found,) = here.check("HEAD~1")
    assert f"`git checkout COMMIT -- prompts/{FROZEN}` restores it" in found.message
    here.git("checkout", "-q", locked, "--", f"prompts/{FROZEN}")
    assert here.codes("HEAD~1") == []


def test_a_lost_copy_is_read_from_git(here: Project, tmp_path: Path) -> None:
    here.release("one line", "two lines")
    here.path(FROZEN).unlink()
    here.commit("v2, and v1 without its copy")
    assert here.codes(with_git=True) == []
    shallow = clone(here, tmp_path / "shallow", "--depth", "1")
    assert shallow.codes(with_git=True) == ["VER102"]


def test_a_detached_head_is_compared_with_main(here: Project) -> None:
    here.git("switch", "-q", "--detach")
    here.edit("promptops.lock", "o200k_base=5", "o200k_base=4")
    here.commit("detached")
    assert here.codes(with_git=True) == ["VER102"]


def test_a_work_tree_is_compared_with_main(here: Project, tmp_path: Path) -> None:
    here.git("worktree", "add", "-q", "-b", "topic", tmp_path / "tree")
    tree = Project(tmp_path / "tree")
    assert tree.codes(with_git=True) == []
    tree.edit("promptops.lock", "o200k_base=5", "o200k_base=4")
    assert tree.codes(with_git=True) == ["VER102"]


def test_a_clone_is_compared_with_the_remote_main_branch(here: Project, tmp_path: Path) -> None:
    here.git("branch", "-m", "main", "trunk")
    other = clone(here, tmp_path / "clone")
    other.edit("promptops.lock", "o200k_base=5", "o200k_base=4")
    other.commit("on trunk itself")
    assert other.codes(with_git=True) == ["VER102"]


def test_a_project_below_the_repositorys_root(tmp_path: Path) -> None:
    git("init", "-q", "-b", "main", cwd=tmp_path)
    inner = repository(tmp_path / "apps")
    (tmp_path / "apps" / ".git").rename(tmp_path / "unused")
    git("add", "apps", cwd=tmp_path)
    git("commit", "-q", "-m", "c", cwd=tmp_path)
    assert inner.codes(with_git=True) == []
    inner.edit("promptops.lock", "o200k_base=5", "o200k_base=4")
    assert inner.codes(with_git=True) == ["VER102"]


def test_a_version_locked_under_windows_holds_elsewhere_and_the_other_way_round(
    here: Project, tmp_path: Path
) -> None:
    here.git("config", "core.autocrlf", "true")
    here.bump()
    data = here.path("reply.prompt.j2").read_bytes().replace(b"one line", b"two lines")
    here.path("reply.prompt.j2").write_bytes(data.replace(b"\n", b"\r\n"))
    here.lock()
    assert here.codes(with_git=True) == []
    here.commit("v2")
    for setting in ("false", "true"):
        other = clone(here, tmp_path / setting, "-c", f"core.autocrlf={setting}")
        assert (b"\r\n" in other.path(FROZEN).read_bytes()) == (setting == "true")
        assert other.codes(with_git=True) == []
        other.path(".versions/reply/v2.prompt.j2").unlink()
        other.bump()
        assert other.codes(with_git=True) == [], "git holds it under the lock's oid"
