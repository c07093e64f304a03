import subprocess
import sys
from pathlib import Path

import pytest

from promptops.config import Config
from promptops.errors import GitError
from promptops.git import Repository
from promptops.registry.catalog import Catalog
from promptops.registry.closure import blob_oid
from tests.conftest import GitRepo

NAMES = ["prompts/a b.prompt.j2", "prompts/größe/日本.prompt.j2", 'prompts/"quoted"\t.prompt.j2']


@pytest.fixture
def history(git_repo: GitRepo) -> GitRepo:
    """A repository of two commits: v1 on a tag and a branch, v2 on main."""
    git_repo.commit({"prompts/a.prompt.j2": "one", "other.txt": "x"})
    git_repo.git("tag", "-a", "first", "-m", "The first")
    git_repo.git("branch", "feature/side")
    git_repo.commit({"prompts/a.prompt.j2": "two"})
    return git_repo


def text(repo: Path, rev: str, path: str = "prompts/a.prompt.j2", root: Path | None = None) -> str:
    repository = Repository.find(root or repo)
    found = repository.files(repository.resolve(rev), root or repo).read(path)
    assert found is not None
    return found.decode()


@pytest.mark.parametrize(
    ("rev", "expected"),
    [
        *(("HEAD", "two"), ("main", "two"), ("HEAD~1", "one"), ("first", "one")),
        *(("feature/side", "one"), ("refs/tags/first", "one"), ("main^", "one"), ("@", "two")),
    ],
)
def test_files_are_read_as_they_were(history: GitRepo, rev: str, expected: str) -> None:
    history.write("prompts/a.prompt.j2", "not committed")
    assert text(history.path, rev) == expected
    short = history.git("rev-parse", "--short", "first^{commit}")
    assert text(history.path, short) == "one"


@pytest.mark.parametrize(
    "rev",
    [
        *(
            "nothing",
            "HEAD~9",
            "deadbeef",
            "v99",
            "HEAD:prompts",
            "HEAD..main",
            "main feature/side",
        ),
        *(
            "",
            "-p",
            "--output=pwned",
            "--all",
            "a\0b",
            "a\nb",
            "\x1b[31m",
            "*",
            "refs/heads/*",
            "😀",
        ),
    ],
)
def test_a_revision_that_is_none_is_refused(history: GitRepo, rev: str) -> None:
    repository = Repository.find(history.path)
    with pytest.raises(GitError, match=r"git knows no revision|is not a git revision"):
        repository.resolve(rev)
    assert sorted(path.name for path in history.path.iterdir()) == [".git", "other.txt", "prompts"]


def test_an_unknown_revision_names_a_remedy(history: GitRepo, tmp_path: Path) -> None:
    with pytest.raises(GitError, match="`git log --oneline` lists them"):
        Repository.find(history.path).resolve("nothing")
    shallow = tmp_path / "shallow"
    history.git("clone", "--quiet", "--depth=1", history.path.as_uri(), str(shallow))
    with pytest.raises(GitError, match="this clone is shallow: `git fetch --deepen=100`"):
        Repository.find(shallow).resolve("HEAD~1")


def test_an_empty_repository_has_no_revision(git_repo: GitRepo) -> None:
    with pytest.raises(GitError, match="git knows no revision 'HEAD'"):
        Repository.find(git_repo.path).resolve("HEAD")


def test_a_folder_outside_any_repository_is_named(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(GitError, match="is not inside a git repository"):
            Repository.find(folder)


def test_a_bare_repository_is_named(history: GitRepo, tmp_path: Path) -> None:
    history.git("clone", "--quiet", "--bare", str(history.path), str(tmp_path / "bare"))
    with pytest.raises(GitError, match="bare git repository"):
        Repository.find(tmp_path / "bare")


def test_without_git_one_line_says_so(history: GitRepo, tmp_path: Path) -> None:
    script = """
from pathlib import Path
from promptops.errors import GitError
from promptops.git import Repository
try:
    Repository.find(Path())
except GitError as error:
    print(error)
"""
    root = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=history.path, capture_output=True,
        text=True, check=True,
        env={"PATH": str(tmp_path), "PYTHONPATH": root},
    )  # fmt: skip
    assert done.stdout == "git was not found: install it, or put it on the PATH\n"


def test_git_that_goes_away_is_named(history: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = Repository.find(history.path)
    monkeypatch.setenv("PATH", str(history.path))
    with pytest.raises(GitError, match="git was not found"):
        repository.resolve("HEAD")


def test_a_refusal_of_git_is_told_in_one_line(history: GitRepo) -> None:
    (history.path / ".git" / "config").write_text("[core")
    with pytest.raises(GitError) as caught:
        Repository.find(history.path).resolve("HEAD")
    assert "\n" not in str(caught.value)


def test_a_work_tree_and_a_detached_head_are_repositories(history: GitRepo, tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    history.git("worktree", "add", "--quiet", "--detach", str(tree), "first")
    assert (text(tree, "HEAD"), text(tree, "main")) == ("one", "two")
    history.git("checkout", "--quiet", "--detach", "HEAD~1")
    assert text(history.path, "HEAD") == "one"


def test_a_project_in_a_sub_directory_has_paths_of_its_own(git_repo: GitRepo) -> None:
    git_repo.commit({"apps/x/prompts/a.prompt.j2": "inner", "apps/xy/prompts/b.prompt.j2": "no"})
    root = git_repo.path / "apps" / "x"
    assert text(git_repo.path, "HEAD", root=root) == "inner"
    repository = Repository.find(root)
    assert list(repository.files("HEAD", root).paths()) == ["prompts/a.prompt.j2"]


def test_a_project_may_be_reached_through_a_link(history: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(history.path, target_is_directory=True)
    assert text(tmp_path / "link", "first") == "one"


@pytest.mark.parametrize("name", NAMES)
def test_files_may_have_any_name(git_repo: GitRepo, name: str) -> None:
    git_repo.commit({name: "here"})
    assert text(git_repo.path, "HEAD", name) == "here"
    files = Repository.find(git_repo.path).files("HEAD", git_repo.path)
    assert list(files.paths("prompts")) == [name]


def test_links_submodules_and_hidden_folders_are_no_prompts(history: GitRepo) -> None:
    (history.path / "prompts" / "link.prompt.j2").symlink_to("a.prompt.j2")
    history.write("prompts/.versions/a/v1.prompt.j2", "frozen")
    history.git("add", "--all")
    head = history.git("rev-parse", "HEAD")
    history.git("update-index", "--add", "--cacheinfo", f"160000,{head},prompts/sub.prompt.j2")
    history.git("commit", "--quiet", "--message", "More")
    files = Repository.find(history.path).files("HEAD", history.path)
    assert Catalog(files, Config()).names == ["a"]
    assert files.read("prompts/link.prompt.j2") is None
    assert files.read("prompts/.versions/a/v1.prompt.j2") == b"frozen"


def test_the_merge_base_is_where_two_lines_parted(history: GitRepo) -> None:
    history.git("checkout", "--quiet", "feature/side")
    history.commit({"side.txt": "x"})
    repository = Repository.find(history.path)
    assert repository.merge_base("main", "feature/side") == repository.resolve("first")
    history.git("checkout", "--quiet", "--orphan", "alone")
    history.commit()
    with pytest.raises(GitError, match="'main' and 'alone' have no common commit"):
        repository.merge_base("main", "alone")
    with pytest.raises(GitError, match="git knows no revision 'nothing'"):
        repository.merge_base("main", "nothing")


def test_a_blob_is_read_by_its_content(history: GitRepo) -> None:
    repository = Repository.find(history.path)
    assert repository.blob(blob_oid(b"one")) == b"one"
    assert repository.blob(blob_oid(b"never")) is None
    assert repository.blob("no hex") is None
    assert blob_oid(b"two") == history.git("rev-parse", "HEAD:prompts/a.prompt.j2")
    repository.close()
    assert repository.blob(blob_oid(b"two")) == b"two"
