import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from promptops.config import Config
from promptops.errors import PromptopsError, RenderError
from promptops.templates.files import MAX_BYTES, Folder, Memory, write_file
from promptops.templates.loader import load, prompt_name
from promptops.templates.prompt import Prompt
from tests.strategies import ours, problems, prompt

POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12\n"


@pytest.mark.parametrize(
    ("data", "message", "place"),
    [
        (b"caf\xe9", "not UTF-8 (byte 0xe9): save the file as UTF-8", (1, 4)),
        (b"one\ntwo \xff", "not UTF-8 (byte 0xff): save the file as UTF-8", (2, 5)),
        ("Hello".encode("utf-16"), "not UTF-8 (UTF-16): save the file as UTF-8", (1, 1)),
        ("Hello".encode("utf-16-le"), "holds a NUL character: not a text file", (1, 2)),
        (b"one\n\0", "holds a NUL character: not a text file", (2, 1)),
        (b"\xed\xa0\x80", "not UTF-8 (byte 0xed): save the file as UTF-8", (1, 1)),
        (POINTER, "a Git LFS pointer, not the file: run `git lfs pull`", (1, 1)),
    ],
)
def test_what_is_no_text_has_a_place_and_is_never_sent(
    data: bytes, message: str, place: tuple[int, int]
) -> None:
    found = prompt(data)
    assert problems(found) == [(message, *place)]
    assert found.broken
    assert (found.variants, found.uses) is not None
    with pytest.raises(RenderError, match="line"):
        found.render({})


def test_a_partial_that_is_no_text_is_a_problem_of_its_own_file() -> None:
    files = {"prompts/p.prompt.j2": b'{% include "a.j2" %}', "prompts/a.j2": b"x\ncaf\xe9"}
    found = load(Memory(files), "prompts/p.prompt.j2", Config())
    (problem,) = found.problems
    assert (problem.kind, problem.path, problem.problem.span.start) == (
        *("unreadable", "prompts/a.j2"),
        5,
    )
    with pytest.raises(RenderError, match=r"^prompts/a.j2, line 2: not UTF-8"):
        found.render({})


@pytest.mark.parametrize(
    "data", [b"", b"\n", b" \r\n\t", b"\xef\xbb\xbf", b"---\nversion: 1\n---\n"]
)
def test_an_empty_file_is_an_empty_prompt(data: bytes) -> None:
    found = prompt(data)
    assert problems(found) == []
    assert [one.text.strip() for one in found.render({})] == [""]
    assert found.key_span("version").start >= 0


def looked_at(found: Prompt) -> int:
    assert (found.problems, found.uses, found.variants) is not None
    return sum(len(one.text) for one in found.template.segments())


@pytest.mark.parametrize(
    "body", ["word " * 2_000_000, "a line\r\n" * 1_000_000, "word " * 40_000, "{{ a }} " * 5_000]
)
def test_large_files_are_read(body: str) -> None:
    found = ours(body)
    assert looked_at(found) == len(body)


def test_windows_files_mean_the_same() -> None:
    unix = "---\nversion: 1\n---\n{% if x %}\nHello\n{% endif %}\n{{ x }}\n"
    windows, mac = unix.replace("\n", "\r\n"), unix.replace("\n", "\r")
    texts = {prompt(text).render({"x": "a"})[0].text for text in (unix, windows, mac)}
    assert texts == {"Hello\na"}
    assert [prompt(text).uses[0].line for text in (unix, windows, mac)] == [1, 1, 1]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("prompts/support/triage.prompt.j2", "support/triage"),
        ("prompts/a.j2", "a"),
        ("other/a.prompt.j2", "other/a"),
        ("prompts/a.prompty", "a"),
        ("prompts/.prompt.j2", ".prompt"),
    ],
)
def test_a_prompt_is_named_after_its_path(path: str, name: str) -> None:
    assert prompt_name(path, Config()) == name


@pytest.mark.parametrize(
    ("tag", "said"),
    [
        ('{% include "no.j2" %}', "includes 'no.j2': there is no such file below prompts/"),
        ('{% include "../secret" %}', "includes '../secret', which lies outside prompts/"),
        ('{% include "/etc/passwd" %}', "includes '/etc/passwd', which lies outside prompts/"),
        ('{% include "a/../../b" %}', "includes 'a/../../b', which lies outside prompts/"),
        ('{% include "c:\\\\b" %}', "includes 'c:\\\\b', which lies outside prompts/"),
        ("{% include x %}", "includes a computed name: write the name out"),
        ('{% import "no.j2" as n %}', "includes 'no.j2': there is no such file below prompts/"),
        ('{% extends "no.j2" %}', "includes 'no.j2': there is no such file below prompts/"),
    ],
)
def test_an_include_that_cannot_be_followed_is_a_problem(tag: str, said: str) -> None:
    found = ours(f"Hello\n  {tag}")
    assert (said, 5, 3) in problems(found)
    with pytest.raises(RenderError, match="line 5"):
        found.render({"x": "a.j2"})


def test_includes_that_go_round_are_a_problem() -> None:
    found = ours(
        '{% include "a.j2" %}',
        parts={"a.j2": '{% include "b.j2" %}', "b.j2": '\n{% include "a.j2" %}'},
    )
    assert [(one.path, one.problem.message) for one in found.problems] == [
        ("prompts/b.j2", "includes itself: a.j2 -> b.j2 -> a.j2")
    ]


def test_includes_may_be_deep_but_not_endlessly() -> None:
    parts = {f"{n}.j2": f'{{% include "{n + 1}.j2" %}}' for n in range(40)}
    (problem,) = ours('{% include "0.j2" %}', parts=parts).problems
    assert problem.problem.message == "is nested in more than 32 includes"
    few = {**parts, "20.j2": "deep {{ x }}"}
    found = ours('{% include "0.j2" %}', parts=few)
    assert problems(found) == []
    assert found.render({"x": "down"})[0].text == "deep down"
    assert [use.file for use in found.uses] == ["20.j2"]


def test_a_missing_file_may_be_allowed_for() -> None:
    body = '{% include "no.j2" ignore missing %}{% include ["no.j2", "a.j2"] %}'
    found = ours(body, parts={"a.j2": "Hello"})
    assert problems(found) == []
    assert found.render({})[0].text == "Hello"
    none = ours('\n{% include ["no.j2", "a.j2"] %}')
    with pytest.raises(RenderError, match="line 5: there is no file"):
        none.render({})


def test_a_partial_beside_the_prompt_is_found() -> None:
    found = ours('{% include "b.j2" %}', path="prompts/a/p.prompt.j2", parts={"a/b.j2": "beside"})
    assert found.render({})[0].text == "beside"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "secret.txt").write_text("swordfish")
    return tmp_path


def test_links_are_not_followed(project: Path) -> None:
    for name in ("leak.j2", "leak.prompt.j2"):
        (project / "prompts" / name).symlink_to(project / "secret.txt")
    (project / "prompts" / "away").symlink_to(os.sep, target_is_directory=True)
    (project / "prompts" / "p.prompt.j2").write_text('{% include "leak.j2" %}')
    files = Folder(project)
    assert list(files.paths()) == ["secret.txt", "prompts/p.prompt.j2"]
    (problem,) = load(files, "prompts/p.prompt.j2", Config()).problems
    assert problem.problem.message.endswith("is a link or lies behind one, which is not followed")
    for path in ("prompts/leak.prompt.j2", "prompts/away/etc/hosts"):
        with pytest.raises(PromptopsError, match="is a link or lies behind one"):
            files.read(path)


def test_a_project_may_be_reached_through_a_link(project: Path) -> None:
    (project / "here").symlink_to(project, target_is_directory=True)
    assert Folder(project / "here").read("secret.txt") == b"swordfish"


@pytest.mark.parametrize(
    "path", ["../secret.txt", "prompts/../../x", "no", "prompts", "prompts/no/x", ""]
)
def test_only_files_of_the_folder_are_read(project: Path, path: str) -> None:
    assert Folder(project).read(path) is None


def test_a_file_that_cannot_be_read_says_why(project: Path) -> None:
    with pytest.raises(PromptopsError, match="cannot be a file's path"):
        Folder(project).read("a\0b")
    (project / "big").write_bytes(b"x" * (MAX_BYTES + 1))
    with pytest.raises(PromptopsError, match="larger than 16 MiB, which is no prompt"):
        Folder(project).read("big")
    with pytest.raises(PromptopsError, match=r"^prompts/no.prompt.j2: no such file"):
        load(Folder(project), "prompts/no.prompt.j2", Config())


def test_files_are_listed_in_order_without_hidden_folders(project: Path) -> None:
    for path in ("prompts/b.j2", "prompts/a/c.j2", "prompts/.versions/v.j2", "node_modules/m.j2"):
        write_file(project / path, b"x")
    assert list(Folder(project).paths("prompts")) == ["prompts/b.j2", "prompts/a/c.j2"]


@pytest.mark.skipif(os.name != "posix", reason="pipes with a name are POSIX")
def test_a_pipe_is_written_to_and_never_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with ThreadPoolExecutor(1) as reader:
        read = reader.submit(pipe.read_bytes)
        write_file(pipe, b"report")
        assert read.result(timeout=10) == b"report"
    assert pipe.is_fifo()
    assert list(tmp_path.iterdir()) == [pipe]


def test_writing_leaves_all_or_nothing(project: Path) -> None:
    write_file(project / "new" / "file", b"one")
    (project / "new" / "file").chmod(0o640)
    write_file(project / "new" / "file", b"two")
    assert (project / "new" / "file").read_bytes() == b"two"
    assert (project / "new" / "file").stat().st_mode & 0o777 == 0o640
    with pytest.raises(PromptopsError, match="cannot be written"):
        write_file(project / "secret.txt" / "below", b"x")
    assert [one.name for one in (project / "new").iterdir()] == ["file"]
