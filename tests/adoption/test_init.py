"""A write that fails leaves a folder as it was, whichever write it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from promptops.adoption.init import carry_out, plan
from promptops.errors import PromptopsError, UsageError
from promptops.templates.files import write_file

BEFORE = '[project]\nname = "shop"\n'


def contents(root: Path) -> dict[str, bytes | None]:
    found = sorted(root.rglob("*"))
    return {str(path): path.read_bytes() if path.is_file() else None for path in found}


@pytest.mark.parametrize("fails", [PromptopsError("no space"), KeyboardInterrupt()])
@pytest.mark.parametrize("after", range(8))
@pytest.mark.parametrize("half", [False, True])
def test_a_failing_write_is_rolled_back(
    tmp_path: Path, after: int, half: bool, fails: BaseException
) -> None:
    (tmp_path / "pyproject.toml").write_text(BEFORE)
    (tmp_path / "evals").mkdir()
    before = contents(tmp_path)
    written: list[Path] = []

    def write(path: Path, data: bytes) -> None:
        if len(written) == after:
            if half:
                path.write_bytes(data[:3])
            raise fails
        written.append(path)
        write_file(path, data)

    wanted = plan(tmp_path)
    with pytest.raises(type(fails)):
        carry_out(tmp_path, wanted, write)
    assert len(written) == after
    assert contents(tmp_path) == before
    assert len(carry_out(tmp_path, wanted)) == 8


def test_a_file_that_comes_into_being_meanwhile_stays(tmp_path: Path) -> None:
    wanted = plan(tmp_path)
    (tmp_path / "promptops.toml").write_text("# mine\n")
    with pytest.raises(UsageError, match=r"promptops\.toml: has just been made"):
        carry_out(tmp_path, wanted)
    assert [path.name for path in tmp_path.iterdir()] == ["promptops.toml"]
    assert (tmp_path / "promptops.toml").read_text() == "# mine\n"


def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    wanted = plan(tmp_path)
    (tmp_path / "prompts").write_text("")
    with pytest.raises(PromptopsError, match="cannot be written"):
        carry_out(tmp_path, wanted)
    assert [path.name for path in tmp_path.iterdir()] == ["prompts"]
