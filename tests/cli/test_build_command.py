from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from promptops.registry.bundle import Bundle
from tests.cli.commands import one_line, promptops, write
from tests.registry.bundled import project

FIRST = "---\nversion: 1\ninputs: {letter: string}\n---\nAnswer in one line.\n{{ letter }}\n"


@pytest.fixture
def locked(tmp_path: Path) -> Path:
    write(tmp_path, reply=FIRST)
    promptops("lock", cwd=tmp_path)
    return tmp_path


def test_a_bundle_is_built_and_rendered_from(locked: Path) -> None:
    done = promptops("build", "-o", "app/prompts.bundle.json", cwd=locked)
    file = locked / "app/prompts.bundle.json"
    size = f"{file.stat().st_size:,} bytes"
    assert done.out == f"app/prompts.bundle.json: 1 prompts, 1 versions, {size}\n"
    first = file.read_bytes()
    promptops("build", "-o", file, cwd=locked)
    assert file.read_bytes() == first
    (message,) = Bundle.load(file).prompt("reply", 1).render({"letter": "Hi"})
    assert message.text == "Answer in one line.\nHi"


def test_the_commit_goes_in_where_there_is_one(locked: Path) -> None:
    def git(*arguments: str) -> str:
        names = {f"GIT_{who}_{what}": "a@b.example" for who in ("AUTHOR", "COMMITTER")
                 for what in ("NAME", "EMAIL")}  # fmt: skip
        environment = {**os.environ, **names, "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", *arguments]
        return subprocess.run(
            command, cwd=locked, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init", "-q")
    done = promptops("build", "-o", "b.json", cwd=locked)
    assert "commit" not in json.loads((locked / "b.json").read_text())
    git("add", "prompts")
    git("commit", "-q", "-m", "Prompts")
    done = promptops("build", "-o", "b.json", cwd=locked)
    commit = git("rev-parse", "HEAD")
    assert json.loads((locked / "b.json").read_text())["commit"] == commit
    assert done.out.endswith(f" bytes, commit {commit[:12]}\n")


def test_the_number_of_versions_is_chosen(tmp_path: Path) -> None:
    project(tmp_path, "reply", versions=5)
    for arguments, numbers in [
        ((), [3, 4, 5]),
        (("--last", "1"), [5]),
        (("--all",), [1, 2, 3, 4, 5]),
    ]:
        promptops("build", "-o", "b.json", *arguments, cwd=tmp_path)
        assert Bundle.load(tmp_path / "b.json").numbers("reply") == numbers


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("-o", "prompts"), "is a directory"),
        (("-o", "b.json", "--last", "-1"), "--last"),
        ((), "-o"),
        (("-o", "prompts/labels.yaml/b.json"), "cannot be written"),
    ],
)
def test_a_wrong_call_is_exit_code_2(locked: Path, arguments: tuple[str, ...], says: str) -> None:
    (locked / "prompts/labels.yaml").write_text("reply: {production: v1}\n")
    done = promptops("build", *arguments, cwd=locked)
    assert (done.code, done.out) == (2, "")
    assert says in done.err


@pytest.mark.parametrize(
    ("labels", "says"),
    [("reply: {production: v7}", "names v7, which is not there; it has v1"), ("- x", "expected")],
)
def test_a_label_that_means_nothing_stops_the_build(locked: Path, labels: str, says: str) -> None:
    (locked / "prompts/labels.yaml").write_text(labels + "\n")
    done = promptops("build", "-o", "b.json", cwd=locked)
    assert (done.code, one_line(done.err)) == (2, True)
    assert says in done.err
    assert not (locked / "b.json").exists()


def test_an_edited_copy_stops_the_build_and_leaves_the_old_bundle(locked: Path) -> None:
    promptops("build", "-o", "b.json", cwd=locked)
    before = (locked / "b.json").read_bytes()
    head = locked / "prompts/reply.prompt.j2"
    head.write_text(head.read_text().replace("one line", "two lines"))
    frozen = locked / "prompts/.versions/reply/v1.prompt.j2"
    frozen.write_text(head.read_text())
    done = promptops("build", "-o", "b.json", cwd=locked)
    assert (done.code, one_line(done.err)) == (2, True)
    assert (locked / "b.json").read_bytes() == before
