from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from promptops.errors import (
    IntegrityError,
    LabelError,
    PromptNotFound,
    PromptopsError,
    RegistryError,
    VersionNotFound,
)
from promptops.registry.bundle import Bundle
from tests.registry.bundled import DATA, built, changed, project, release, texts, versions

LABELS = "support/triage: {production: v1, canary: {v1: 90, v2: 10}}\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return project(tmp_path, "support/triage", "reply", labels=LABELS, versions=4)


def test_labelled_versions_and_the_last_go_in(root: Path) -> None:
    bundle = Bundle(built(root, last=1), "b")
    assert bundle.names() == ["reply", "support/triage"]
    assert [bundle.numbers(name) for name in bundle.names()] == [[4], [1, 2, 4]]
    assert Bundle(built(root, last=0), "b").names() == ["support/triage"]
    assert Bundle(built(root, last=None), "b").numbers("reply") == [1, 2, 3, 4]
    assert bundle.labels.pick("support/triage", "production") == 1


def test_the_same_prompts_give_the_same_bytes(root: Path) -> None:
    first = built(root, commit="4be9037")
    assert first == built(root, commit="4be9037")
    assert first != built(root, commit="a085d67")
    assert first.isascii()


def test_a_bundle_gives_what_the_folder_gives(root: Path) -> None:
    bundle, folder = Bundle(built(root), "b"), versions(root)
    for name in bundle.names():
        for number in bundle.numbers(name):
            ours, theirs = bundle.prompt(name, number), folder.prompt(name, number)
            assert ours is bundle.prompt(name, number)
            assert ours.render({"ticket": "Hi"}) == theirs.render({"ticket": "Hi"})
            assert bundle.closure(name, number) == folder.closure(name, number)
            assert list(ours.metadata.inputs or {}) == list(theirs.metadata.inputs or {})
            assert ours.metadata.params == theirs.metadata.params
            assert bundle.origin(name, number) == "bundle"
            for path in ("tools/search.json", "schemas/team.json"):
                assert bundle.read(name, number, path) == folder.read(name, number, path)
            assert bundle.read(name, number, "tools/none.json") is None
    assert "zebra ant" in texts(bundle, "reply", 4, ticket="Hi")[0][1]


def test_a_template_error_names_the_line_of_the_prompts_file(root: Path) -> None:
    release(root, "reply", "{{ ticket }}", "{{ ticket.nothing }}")
    with pytest.raises(PromptopsError) as folder:
        versions(root).prompt("reply", 5).render({"ticket": "x"})
    with pytest.raises(PromptopsError) as bundle:
        Bundle(built(root), "b").prompt("reply", 5).render({"ticket": "x"})
    assert str(folder.value) == str(bundle.value)
    assert "line 18" in str(bundle.value)


def test_white_space_options_come_along(tmp_path: Path) -> None:
    (tmp_path / "promptops.toml").write_text("[templates]\nkeep-trailing-newline = true\n")
    project(tmp_path, "reply")
    bundle = Bundle(built(tmp_path), "b")
    expected = versions(tmp_path).prompt("reply", 1).render({"ticket": "x"})
    assert bundle.prompt("reply", 1).render({"ticket": "x"}) == expected


def test_what_is_not_there_is_named(root: Path) -> None:
    bundle = Bundle(built(root, last=1), "app.json")
    with pytest.raises(PromptNotFound, match=r"in app\.json; did you mean 'reply'"):
        bundle.prompt("repli", 1)
    with pytest.raises(VersionNotFound, match=r"no version v2 in app\.json; it has v4"):
        bundle.closure("reply", 2)
    assert bundle.numbers("repli") == []


def test_an_older_bundle_is_read() -> None:
    bundle = Bundle.load(DATA / "bundle_schema_1.json")
    bundle.verify()
    assert bundle.numbers("support/triage") == [1, 2]
    assert bundle.labels.pick("support/triage", "production") == 1
    assert bundle.default_label is None
    expected = [("system", "Be brief — always.\nRule 1: route zebra ant "), ("user", "Hi\n")]
    assert texts(bundle, "support/triage", 1, ticket="Hi") == expected


def test_only_locked_and_unchanged_versions_go_in(root: Path) -> None:
    frozen = root / "prompts/.versions/reply/v3.prompt.j2"
    frozen.write_text(frozen.read_text().replace("Rule", "Role"))
    with pytest.raises(IntegrityError, match="reply@v3"):
        built(root)
    assert Bundle(built(root, last=1), "b").numbers("reply") == [4]


@pytest.mark.parametrize("labels", ["reply: {live: v9}", "none: {live: v1}", "reply: [v1]"])
def test_a_label_that_points_nowhere_is_refused(root: Path, labels: str) -> None:
    (root / "prompts/labels.yaml").write_text(labels)
    with pytest.raises(LabelError, match=r"labels\.yaml, line 1") as error:
        built(root)
    assert "\n" not in str(error.value)


def test_an_empty_registry_is_refused(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    with pytest.raises(RegistryError, match="`promptops lock`"):
        built(tmp_path)


def test_what_json_has_not_is_refused(tmp_path: Path) -> None:
    prompts = tmp_path / "prompts"
    prompts.mkdir()
    text = "---\nversion: 1\ninputs: {day: {type: any, default: 2026-01-01}}\n---\n{{ day }}\n"
    (prompts / "dated.prompt.j2").write_text(text)
    project(tmp_path, versions=0)
    from promptops.config import find_project
    from promptops.registry.release import lock

    lock(tmp_path, find_project(tmp_path).config, ["dated"], lambda _: {})
    with pytest.raises(RegistryError, match="put it in quotes"):
        built(tmp_path)


def test_tampering_is_noticed_when_the_version_is_used(root: Path) -> None:
    data = built(root)
    for old, new in [
        (b"Rule 4: route", b"Role 4: route"),
        (b"Be brief", b"Be rough"),
        (b'"max_tokens":16', b'"max_tokens":17'),
        (b'{\\"type\\": \\"string\\"}', b'{\\"type\\": \\"object\\"}'),
    ]:
        assert old in data
        bundle = Bundle(data.replace(old, new), "app.json")
        with pytest.raises(IntegrityError, match=r"app\.json: ") as error:
            bundle.prompt("reply", 4)
        assert "\n" not in str(error.value)
        with pytest.raises(IntegrityError):
            bundle.verify()
    unhurt = Bundle(data.replace(b"Rule 4: route", b"Role 4: route"), "app.json")
    assert "Rule 3" in texts(unhurt, "reply", 3, ticket="x")[0][1]


def test_a_text_that_was_taken_out_is_noticed(root: Path) -> None:
    with pytest.raises(IntegrityError, match="lacks the text"):
        Bundle(changed(built(root), texts={}), "b").prompt("reply", 4)


def test_a_bundle_is_read_without_git_yaml_and_click(root: Path) -> None:
    (root / "b.json").write_bytes(built(root))
    code = """
import sys
from promptops.registry.bundle import Bundle
bundle = Bundle.load(sys.argv[1])
assert bundle.prompt("reply", 4).render({"ticket": "x"})
print(sorted({"yaml", "click", "git", "tiktoken", "pydantic", "fsspec"} & set(sys.modules)))
"""
    command = [sys.executable, "-c", code, str(root / "b.json")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
