from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.errors import RegistryError
from promptops.registry.bundle import Bundle
from promptops.registry.bundle_file import decode, encode
from tests.registry.bundled import DATA, changed, texts

STORED = (DATA / "bundle_schema_1.json").read_bytes()
LINES = st.dictionaries(st.from_regex(r"\A[a-z/]+@v[1-9]\Z"), st.text(), max_size=4)
HEADS = st.dictionaries(st.from_regex(r"\A[a-z]+\Z"), st.text(), max_size=3)


@given(LINES, LINES, HEADS)
def test_what_is_encoded_is_decoded(
    first: dict[str, str], second: dict[str, str], head: dict[str, str]
) -> None:
    head["schema"] = "promptops.bundle/1"
    data = encode({**head, "texts": first, "versions": second})
    assert json.loads(data) == {**head, "texts": first, "versions": second}
    found = decode(data, "b")
    assert (found.head, dict(found.texts), dict(found.versions)) == (head, first, second)


@pytest.mark.parametrize("indent", [None, 0, 2])
def test_a_bundle_that_was_formatted_anew_is_the_same(indent: int | None) -> None:
    other = Bundle(json.dumps(json.loads(STORED), indent=indent).encode(), "b")
    other.verify()
    same = Bundle(STORED, "b")
    for number in (1, 2):
        given = {"ticket": "Hi"}
        expected = texts(same, "support/triage", number, **given)
        assert texts(other, "support/triage", number, **given) == expected


def test_a_newer_schema_says_to_upgrade() -> None:
    newer = STORED.replace(b"promptops.bundle/1", b"promptops.bundle/2")
    for data in (newer, json.dumps({"schema": "promptops.bundle/9", "new": []}).encode()):
        with pytest.raises(RegistryError, match="upgrade promptops-toolkit"):
            Bundle(data, "app.json")


@given(st.integers(0, len(STORED) - 2))
def test_a_bundle_cut_short_is_one_line(at: int) -> None:
    with pytest.raises(RegistryError, match=r"\Aapp.json: ") as error:
        Bundle(STORED[:at], "app.json")
    assert "\n" not in str(error.value)


@given(st.integers(0, len(STORED) - 1), st.binary(min_size=1, max_size=3))
def test_damage_is_one_line_or_leaves_the_texts_as_they_were(at: int, damage: bytes) -> None:
    try:
        bundle = Bundle(STORED[:at] + damage + STORED[at + len(damage) :], "app.json")
        bundle.verify()
    except RegistryError as error:
        told = str(error)
    else:
        told = "read"
        for name in bundle.names():
            for number in bundle.numbers(name):
                assert bundle.prompt(name, number).render({"ticket": "Hi"})
    assert "\n" not in told


DAMAGED: list[tuple[bytes, str]] = [
    (b"", "not valid JSON"),
    (b"prompts: yaml", "not valid JSON"),
    (b"\x89PNG\r\n", "not valid JSON"),
    (b"[]", "not a bundle"),
    (b"{}", "not a bundle"),
    (b'{"schema": "promptops.list/1"}', "not a bundle"),
    (b'{"schema": "promptops.bundle/1"}', "lacks its texts or versions"),
    (b"[" * 100_000, "not valid JSON"),
    (STORED[:-20], "ends too early"),
    (b"<<<<<<< ours\n" + STORED, "holds a merge conflict"),
    (STORED.replace(b'"texts":', b"=======\n" + b'"texts":'), "holds a merge conflict"),
    (STORED.replace(b'"support/triage@v2":', b'"support/triage@v1":'), "holds '.*' twice"),
    (changed(STORED, settings={"trim": True}), "unknown key 'trim'"),
    (changed(STORED, labels=[]), "labels: expected a mapping"),
]


@pytest.mark.parametrize(("data", "says"), DAMAGED)
def test_what_is_no_bundle_is_one_line(data: bytes, says: str) -> None:
    with pytest.raises(RegistryError, match=says) as error:
        Bundle(data, "app.json")
    assert str(error.value).startswith("app.json: ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ([], "expected a mapping"),
        ({"line": 0}, "must be at least 1"),
        ({"surprise": 1}, "unknown key 'surprise'"),
        ({"matter": {"versoin": 1}}, "did you mean 'version'"),
        ({}, "lacks the text"),
    ],
)
def test_a_damaged_version_is_one_line(record: Any, says: str) -> None:
    stored = json.loads(STORED)["versions"]["support/triage@v1"]
    record = {**stored, **record} if record else record
    data = changed(STORED, versions={"support/triage@v1": record})
    with pytest.raises(RegistryError, match=says) as error:
        Bundle(data, "b").prompt("support/triage", 1)
    assert "\n" not in str(error.value)


def test_a_version_under_no_number_is_one_line() -> None:
    with pytest.raises(RegistryError, match="'support' is no version"):
        Bundle(changed(STORED, versions={"support": {}}), "b").names()
