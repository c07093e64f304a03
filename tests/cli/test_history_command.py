from __future__ import annotations

from pathlib import Path

from tests.cli.commands import one_line, promptops
from tests.registry.releases import project, repository


def test_history_says_who_locked_what_and_when(tmp_path: Path) -> None:
    here = repository(tmp_path / "work")
    commit = here.git("rev-parse", "HEAD")
    here.release("one line", "two lines")
    here.write("labels.yaml", "reply: {production: v1}\n")
    lines = promptops("history", "reply", cwd=here.root).out.splitlines()
    assert lines[0].split()[:2] == ["v2", here.path("promptops.lock").read_text().split()[-4][:19]]
    assert lines[1].endswith(f"{commit[:9]}  Ada  production")
    done = promptops("history", "reply", "--format", "json", cwd=here.root)
    assert done.json["schema"] == "promptops.history/1"
    latest, first = done.json["versions"]
    assert (latest["version"], latest["commit"], latest["tokens"]) == (2, None, {"o200k_base": 5})
    assert (first["author"], first["commit"], first["labels"]) == ("Ada", commit, ["production"])


def test_history_works_without_git(tmp_path: Path) -> None:
    here = project(tmp_path)
    done = promptops("history", "reply", cwd=here.root)
    assert (done.code, done.err) == (0, "")
    assert done.out.endswith("5 tokens  -  -  -\n")


def test_an_unknown_prompt_is_one_line(tmp_path: Path) -> None:
    done = promptops("history", "replay", cwd=project(tmp_path).root)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)
    assert "did you mean 'reply'?" in done.err
