from decimal import Decimal
from importlib import metadata
from pathlib import Path

import pytest

from promptops.config import Config, LintSettings, Project, TemplateSettings, check, find_project
from promptops.config.code import version
from promptops.errors import ConfigError

EVERYTHING = """
folder = "app/prompts/"
suffixes = [".prompt.j2", ".jinja"]
model = "openai:gpt-x"
default-label = "production"
[templates]
trim-blocks = false
lstrip-blocks = false
keep-trailing-newline = true
[lint]
select = ["PRM1"]
extend-select = ["whispering"]
ignore = ["shouting"]
exclude = ["prompts/old/", "*.draft.prompt.j2"]
fail-on = "error"
warn-above-usd-per-month = 49.9
baseline = "lint-baseline.json"
plugins = ["house"]
[lint.severity]
shouting = "note"
[lint.rules.instruction-overload]
limit = 20
[lint.per-file-ignores]
"prompts/old/*" = ["PRM2"]
"""


@pytest.mark.parametrize("name", ["promptops.toml", "pyproject.toml"])
def test_every_setting_is_read(tmp_path: Path, name: str) -> None:
    text = EVERYTHING
    if name == "pyproject.toml":
        text = "[tool.promptops]" + text.replace(
            "[templates]", "[tool.promptops.templates]"
        ).replace("[lint", "[tool.promptops.lint")
    (tmp_path / name).write_text(text)
    assert find_project(tmp_path).config == Config(
        folder="app/prompts",
        suffixes=(".prompt.j2", ".jinja"),
        model="openai:gpt-x",
        default_label="production",
        templates=TemplateSettings(
            trim_blocks=False, lstrip_blocks=False, keep_trailing_newline=True
        ),
        lint=LintSettings(
            select=("PRM1",),
            extend_select=("whispering",),
            ignore=("shouting",),
            exclude=("prompts/old/", "*.draft.prompt.j2"),
            fail_on="error",
            warn_above_usd_per_month=Decimal("49.9"),
            baseline="lint-baseline.json",
            severity={"shouting": "note"},
            rules={"instruction-overload": {"limit": 20}},
            per_file_ignores={"prompts/old/*": ("PRM2",)},
            plugins=("house",),
        ),
    )


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"foldr": "x"}, "foldr: unknown key 'foldr'; did you mean 'folder'?"),
        ({"folder": 1}, "folder: expected a string, got an integer"),
        ({"folder": "../x"}, "folder: must be a folder below the project's root"),
        ({"folder": "/x"}, "folder: must be a folder below the project's root"),
        ({"folder": "a\\..\\b"}, "folder: must be a folder below the project's root"),
        ({"suffixes": ".j2"}, "suffixes: expected a list, got a string"),
        ({"suffixes": []}, "suffixes: needs at least one suffix, such as .prompt.j2"),
        ({"suffixes": [""]}, "suffixes: needs at least one suffix, such as .prompt.j2"),
        (
            {"lint": {"fail-on": "erorr"}},
            "expected one of error, warning, note, got 'erorr'; did you mean 'error'?",
        ),
        ({"lint": {"severity": {"x": "fatal"}}}, "lint.severity.x: expected one of"),
        ({"lint": {"rules": {"x": 1}}}, "lint.rules.x: expected a mapping, got an integer"),
        (
            {"templates": {"trim-blocks": "yes"}},
            "templates.trim-blocks: expected true or false, got a string",
        ),
        ("text", "expected a mapping, got a string"),
        (3, "expected a mapping, got an integer"),
    ],
)
def test_what_is_wrong_is_named(table: object, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check(table, "here")
    assert str(caught.value).startswith("here: ")
    assert says in str(caught.value)


def test_all_problems_are_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"^here: model: .*; lint.ignore: .*"):
        check({"model": 1, "lint": {"ignore": "x"}}, "here")


@pytest.mark.parametrize(
    "data",
    [b"folder = ", b"\xff", b"\xef\xbb\xbffolder = 'x'", b"x = " + b"[" * 10_000, b"a = 1\na = 2"],
)
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "promptops.toml").write_bytes(data)
    with pytest.raises(ConfigError, match=r"promptops.toml: not valid TOML"):
        find_project(tmp_path)


def test_settings_of_pyproject_do_not_stand_in_promptops_toml(tmp_path: Path) -> None:
    (tmp_path / "promptops.toml").write_text("[tool.promptops]\nfolder = 'x'\n")
    with pytest.raises(ConfigError, match="here settings stand at the top"):
        find_project(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[tool.other]\nx = 1\n", "tool = 3\n", "[project]\nname = 'x'\n"]
)
def test_a_pyproject_of_others_is_passed_by(tmp_path: Path, text: str) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    (inner / "pyproject.toml").write_text(text)
    (tmp_path / "promptops.toml").write_text("folder = 'mine'\n")
    assert find_project(inner) == Project(tmp_path, Config(folder="mine"))


def test_a_wrong_table_is_not_passed_by(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[tool]\npromptops = 3\n")
    with pytest.raises(ConfigError, match="expected a mapping, got an integer"):
        find_project(tmp_path)


@pytest.mark.parametrize("mark", ["prompts/", ".git/", ".git", "promptops.toml"])
def test_the_root_is_the_nearest_folder_with_a_mark(tmp_path: Path, mark: str) -> None:
    deep = tmp_path / "a" / "b" / "c"
    deep.mkdir(parents=True)
    (tmp_path / "prompts").mkdir()
    marked = tmp_path / "a" / mark
    if mark.endswith("/"):
        marked.mkdir()
    else:
        marked.touch()
    assert find_project(deep).root == tmp_path / "a"


def test_own_settings_win_over_pyproject(tmp_path: Path) -> None:
    (tmp_path / "promptops.toml").write_text("folder = 'one'\n")
    (tmp_path / "pyproject.toml").write_text("[tool.promptops]\nfolder = 'two'\n")
    assert find_project(tmp_path).config.folder == "one"


@pytest.mark.parametrize("folder", [".", "", "./", "a//b/."])
def test_a_folder_is_written_one_way(folder: str) -> None:
    assert check({"folder": folder}, "here").folder == ("a/b" if "a" in folder else "")


@pytest.mark.parametrize(
    ("path", "excluded"),
    [
        ("prompts/old/a.prompt.j2", True),
        ("prompts/old/deep/a.prompt.j2", True),
        ("prompts/a.draft.prompt.j2", True),
        ("prompts/older/a.prompt.j2", False),
        ("prompts/a.prompt.j2", False),
    ],
)
def test_a_glob_excludes_files_and_what_is_in_a_folder(path: str, excluded: bool) -> None:
    globs = ("prompts/old/", "*.draft.prompt.j2")
    assert LintSettings(exclude=globs).excludes(path) is excluded


def test_the_version_is_that_which_is_installed() -> None:
    assert version() == metadata.version("promptops-toolkit")
