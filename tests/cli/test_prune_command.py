from __future__ import annotations

from pathlib import Path

from tests.cli.commands import one_line, promptops
from tests.registry.releases import project


def test_prune_reports_what_it_removes(tmp_path: Path) -> None:
    here = project(tmp_path)
    assert promptops("prune", cwd=tmp_path).out == "nothing to prune\n"
    here.write(".versions/reply/v9.prompt.j2", "Nothing needs this.\n")
    told = "prompts/.versions/reply/v9.prompt.j2\n"
    assert promptops("prune", "--dry-run", cwd=tmp_path).out == f"would remove {told}"
    assert promptops("prune", cwd=tmp_path).out == f"removed {told}"


def test_prune_keeps_what_is_nowhere_else(tmp_path: Path) -> None:
    here = project(tmp_path)
    here.release("one line", "two lines")
    done = promptops("prune", "--keep", "1", cwd=tmp_path)
    assert done.out == "kept prompts/.versions/reply/v1.prompt.j2: git does not hold its text\n"


def test_a_broken_lock_stops_prune(tmp_path: Path) -> None:
    here = project(tmp_path)
    here.write("promptops.lock", "<<<<<<< a\n")
    done = promptops("prune", cwd=tmp_path)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)
    assert here.path(".versions/reply/v1.prompt.j2").exists()
