"""`promptops adopt`: proposals to read, and to write when told."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.commands import one_line, promptops

TEMPLATES = {
    "templates/reply.j2": "Answer {{ question }} for {{ customer | default('a guest') }}.\n",
    "templates/sort.jinja": "{% for chunk in chunks %}{{ chunk.title }}{% endfor %}",
    "templates/old.hbs": "{{#if a}}b{{/if}}",
    "templates/broken.j2": "{% if %}",
}
NOTE = "an application that reads such a file itself would send the front matter, too: "


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / ".git").mkdir()
    for path, text in TEMPLATES.items():
        (tmp_path / path).parent.mkdir(exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def texts(root: Path) -> dict[str, str]:
    return {path: (root / path).read_text() for path in TEMPLATES}


def test_without_write_it_proposes_and_changes_nothing(root: Path) -> None:
    done = promptops("adopt", "templates", cwd=root)
    assert done.code == 0
    assert done.out == (
        "--- a/templates/reply.j2\n+++ b/templates/reply.j2\n@@ -1 +1,7 @@\n"
        "+---\n+version: 1\n+inputs:\n"
        "+  question: {type: string}  # from outside? then add untrusted: true\n"
        '+  customer: {type: string, default: "a guest"}'
        "  # from outside? then add untrusted: true\n"
        "+---\n Answer {{ question }} for {{ customer | default('a guest') }}.\n"
        "--- a/templates/sort.jinja\n+++ b/templates/sort.jinja\n@@ -1 +1,6 @@\n"
        "+---\n+version: 1\n+inputs:\n+  chunks: {type: array, items: {type: object, properties:"
        " {title: {type: string}}}}  # from outside? then add untrusted: true\n+---\n"
        " {% for chunk in chunks %}{{ chunk.title }}{% endfor %}\n\\ No newline at end of file\n"
    )
    assert done.err.splitlines()[0].startswith("not adopted: templates/broken.j2: line 1: ")
    assert done.err.splitlines()[1:] == [
        "not adopted: templates/old.hbs: Handlebars or Mustache: rewrite it in Jinja to adopt it",
        "2 proposed, nothing written, 2 not adopted",
        f"{NOTE}load it with promptops.Registry",
    ]
    assert texts(root) == TEMPLATES


def test_with_write_the_files_have_front_matter_and_send_the_same(root: Path) -> None:
    settings = 'folder = "templates"\nsuffixes = [".j2", ".jinja"]\n'
    (root / "promptops.toml").write_text(settings)
    words = ("render", "reply", "--var", "question=Why?", "--var", "customer=Ada")
    before = promptops(*words, cwd=root)
    done = promptops("adopt", "--write", ".", cwd=root)
    assert done.out == "wrote templates/reply.j2\nwrote templates/sort.jinja\n"
    after = texts(root)
    for path in ("templates/broken.j2", "templates/old.hbs"):
        assert after[path] == TEMPLATES[path]
    for path in ("templates/reply.j2", "templates/sort.jinja"):
        assert after[path].endswith(f"\n---\n{TEMPLATES[path]}")
    assert promptops(*words, cwd=root).out == before.out
    assert before.code == 0
    again = promptops("adopt", "--write", "templates/reply.j2", cwd=root)
    assert "templates/reply.j2: has front matter already" in again.err
    assert texts(root) == after


def test_json_holds_all_of_it(root: Path) -> None:
    told = promptops("adopt", "templates", "--format", "json", cwd=root).json
    assert (told["schema"], told["written"]) == ("promptops.adopt/1", False)
    assert [one["path"] for one in told["adopted"]] == [
        "templates/reply.j2", "templates/sort.jinja",
    ]  # fmt: skip
    assert told["adopted"][0]["inputs"] == ["question", "customer"]
    assert told["adopted"][0]["diff"].startswith("--- a/templates/reply.j2\n")
    assert [one["path"] for one in told["not_adopted"]] == [
        "templates/broken.j2", "templates/old.hbs",
    ]  # fmt: skip


def test_paths_are_those_of_where_one_stands(root: Path) -> None:
    done = promptops("adopt", "reply.j2", cwd=root / "templates")
    assert done.out.startswith("--- a/templates/reply.j2\n")


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("nowhere", "nowhere: no such file or folder"),
        ("/", "/: lies outside the project"),
        (".git", "there are no templates in .git"),
    ],
)
def test_a_wrong_path_is_one_line(root: Path, path: str, says: str) -> None:
    done = promptops("adopt", path, cwd=root)
    assert done.code == 2
    assert says in done.err
    assert one_line(done.err)
