from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.commands import CORPUS, ROOT, one_line, promptops, write

# A file, and the one finding that it gets: its code, line and column.
FILES = {
    "empty": (b"", ("TPL101", 1, 1)),
    "blank": (b"\n \n", ("TPL101", 1, 1)),
    "latin": ("Grüße in one line.\n".encode("latin-1"), ("TPL101", 1, 3)),
    "utf16": ("Hello in one line.".encode("utf-16"), ("TPL101", 1, 1)),
    "nul": (b"Hello\x00 in one line.\n", ("TPL101", 1, 6)),
    "pointer": (b"version https://git-lfs.github.com/spec/v1\noid sha256:00\n", ("TPL101", 1, 1)),
    "crlf": (b"---\r\nversion: 1\r\nfoo: 1\r\n---\r\nGo on.\r\n", ("TPL107", 3, 1)),
    "bom": (b"\xef\xbb\xbf---\nversion: 1\nvresion: 2\n---\nGo on.\n", ("TPL107", 3, 1)),
    "duplicate": (b"---\nversion: 1\nversion: 1\n---\nGo on.\n", ("TPL107", 3, 1)),
    "unclosed": (b"---\nversion: 1\nGo on.\n", ("TPL107", 1, 1)),
    "include": (b'Go on.\n{% include "nope.j2" %}\n', ("TPL105", 2, 1)),
    "escape": (b'{% include "../../etc/passwd" %}\nGo on.\n', ("TPL105", 1, 1)),
    "endif": (b"{% if a %}\nGo on.\n", ("TPL101", 2, 1)),
    "deep": (b"{{ " + b"(" * 3000 + b")" * 3000 + b" }}\n", ("TPL101", 1, 1)),
}


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file_is_one_finding_at_its_place(tmp_path: Path, name: str) -> None:
    data, expected = FILES[name]
    done = promptops("lint", "--format", "json", cwd=write(tmp_path, **{name: data}))
    found = [(f["code"], f["line"], f["column"]) for f in done.json["findings"]]
    assert (done.code, found) == (1, [expected])


def test_bad_files_do_not_hide_the_good_ones(tmp_path: Path) -> None:
    write(tmp_path, **{name: data for name, (data, _) in FILES.items()}, good="Go on.\n")
    report = promptops("lint", "--format", "json", cwd=tmp_path).json
    assert report["summary"]["files"] == len(FILES) + 1
    assert report["summary"]["error"] == len(FILES)


@pytest.mark.parametrize("size", [200_000, 10_000_000])
def test_a_huge_file_is_read(tmp_path: Path, size: int) -> None:
    line = b"Answer the letter in one line, and sign. " if size < 10**6 else b"Rope and twine.\n"
    text = line * (size // len(line))
    done = promptops("lint", "--select", "TOK102", cwd=write(tmp_path, big=text))
    assert done.code == 1
    assert "TOK102 static-bulk" in done.out
    assert max(map(len, done.out.splitlines())) < 200


def test_a_file_that_cannot_be_opened_is_a_finding_and_the_others_go_on(tmp_path: Path) -> None:
    write(tmp_path, big=b"a" * (16 * 2**20 + 1), good="Go on.\n")
    os.mkfifo(tmp_path / "prompts" / "pipe.prompt.j2")
    (tmp_path / "prompts" / "link.prompt.j2").symlink_to(tmp_path / "nowhere")
    report = promptops("lint", "--format", "json", cwd=tmp_path).json
    found = [(f["code"], f["path"], f["message"]) for f in report["findings"]]
    assert found == [
        ("TPL101", "prompts/big.prompt.j2", "larger than 16 MiB, which is no prompt"),
        ("TPL101", "prompts/pipe.prompt.j2", "is no regular file"),
    ]
    skipped = {"path": "prompts/link.prompt.j2", "reason": "a link, which is not followed"}
    assert report["summary"]["skipped"] == [skipped]
    assert report["summary"]["files"] == 3


def test_a_text_that_the_tokenizer_cannot_read_is_a_finding(tmp_path: Path) -> None:
    done = promptops("lint", cwd=write(tmp_path, a="x" + " " * 1_000_000 + "y\n", b="Go on.\n"))
    assert done.code == 1
    assert "static-bulk cannot be decided" in done.out
    assert done.err == ""


@pytest.mark.parametrize("arguments", [("list",), ("show", "a"), ("lint",), ("diff-cost", "v1")])
def test_without_prompts_a_command_says_so(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = promptops(*arguments, cwd=tmp_path)
    assert one_line(done.err), done
    assert done.code == 2


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ("suffix = ['.j2']", "did you mean 'suffixes'?"),
        ("folder = 3", "expected a string"),
        ("folder = '../other'", "below the project's root"),
        ("[lint]\nignore = ['TPL999']", "there is no rule 'TPL999'"),
        ("[lint]\nfail-on = 'warn'", "did you mean 'warning'?"),
        ("[lint]\nplugins = ['acme']", "no installed package offers 'acme'"),
        ("[lint\n", "not valid TOML"),
    ],
)
def test_wrong_settings_are_one_line(tmp_path: Path, settings: str, says: str) -> None:
    write(tmp_path, a="Go on.\n")
    (tmp_path / "promptops.toml").write_text(settings)
    done = promptops("lint", cwd=tmp_path)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True), done
    assert says in done.err


def test_a_misspelt_command_offers_the_nearest(tmp_path: Path) -> None:
    done = promptops("lnt", cwd=tmp_path)
    assert done.code == 2
    assert "did you mean 'lint'?" in done.err


def test_without_git_a_revision_is_one_line_and_the_rest_works(tmp_path: Path) -> None:
    write(tmp_path, a="---\nversion: 1\n---\nGo on.\n")
    done = promptops("diff-cost", "main", cwd=tmp_path, PATH=str(tmp_path))
    assert (done.code, one_line(done.err)) == (2, True)
    assert "git was not found" in done.err
    assert promptops("lint", cwd=tmp_path, PATH=str(tmp_path)).code == 0
    assert promptops("show", "a@v1", cwd=tmp_path, PATH=str(tmp_path)).code == 0


def test_a_reader_that_stops_early_is_no_error() -> None:
    command = f"{sys.executable} -m promptops inspect support/reply --format json | head -n 1"
    done = subprocess.run(
        ["bash", "-c", f"set -o pipefail; {command}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout == "{\n"
    assert "Traceback" not in done.stderr


def test_a_terminal_that_cannot_show_a_character_does_not_end_the_run(tmp_path: Path) -> None:
    text = "---\nversion: 1\ninputs: {a: string}\n---\nGrüße 漢字 {{ b }}\n"
    done = promptops("lint", cwd=write(tmp_path, a=text), PYTHONIOENCODING="ascii")
    assert done.code == 1
    assert "'b' is no declared input" in done.out


@pytest.mark.skipif(not (CORPUS / "cases.jsonl").is_file(), reason="corpus absent")
@pytest.mark.skipif(shutil.which("git") is None, reason="git absent")
@pytest.mark.parametrize("bundle", ["griptape", "chat_templates", "mini-swe-agent"])
def test_every_commit_of_a_real_history_is_linted(tmp_path: Path, bundle: str) -> None:
    def git(*arguments: str) -> str:
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull}
        command = ["git", "-C", str(tmp_path), *arguments]
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        return done.stdout

    git("clone", "-q", str(CORPUS / "gitrepos" / f"{bundle}.bundle"), "work")
    commits = git("-C", "work", "rev-list", "HEAD").split()
    for commit in commits[:: max(len(commits) // 6, 1)]:
        git("-C", "work", "checkout", "-q", commit)
        done = promptops("lint", "--format", "json", ".", cwd=tmp_path / "work")
        files = git("-C", "work", "ls-files").split()
        assert done.json["summary"]["files"] == len(files)
        summary = done.json["summary"]
        assert done.code == int(summary["error"] + summary["warning"] > 0)
