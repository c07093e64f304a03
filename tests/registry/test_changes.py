from __future__ import annotations

from itertools import product

import pytest

from promptops.config import Config
from promptops.registry.catalog import Catalog
from promptops.registry.changes import KINDS, Comparison, Side, compare
from promptops.registry.closure import dependencies
from promptops.templates.files import Memory

BASE = "---\nversion: 1\n{}\n---\nSay {{{{ a }}}}.\n"


def side(text: str, **files: str) -> Side:
    named = {f"prompts/{name.replace('__', '/')}": body.encode() for name, body in files.items()}
    memory = Memory({"prompts/p.prompt.j2": text.encode(), **named})
    prompt = Catalog(memory, Config()).head("p")
    return Side("p", prompt, dependencies(prompt, memory, Config()))


def between(before: str, after: str) -> Comparison:
    return compare(side(before), side(after))


def told(found: Comparison) -> list[tuple[str, str]]:
    return [(one.kind, one.part) for one in found.changes]


def test_nothing_differs_between_a_prompt_and_itself() -> None:
    found = between(BASE.format("inputs: {a: string}"), BASE.format("inputs: {a: string}"))
    assert (found.kind, found.changes, found.texts) == (None, (), ())


@pytest.mark.parametrize(
    ("before", "after", "kind", "says"),
    [
        ("{a: string}", "{a: string, b: string}", "breaking", "'b' is new and required"),
        ("{a: string, b: string}", "{a: string}", "breaking", "'b' is gone"),
        ("{a: string}", "{a: integer}", "breaking", "'a' is integer, not string"),
        ("{a: number}", "{a: integer}", "breaking", "'a' is integer, not number"),
        ("{a: integer}", "{a: number}", "behaviour", "'a' is number, not integer"),
        ("{a: string}", "{a: {default: x}}", "behaviour", "'a' may be left out"),
        ("{a: {default: x}}", "{a: {}}", "breaking", "'a' is required"),
        ("{a: {default: x}}", "{a: {default: y}}", "behaviour", "another default"),
        ("{a: {enum: [x, y]}}", "{a: {enum: [x]}}", "breaking", "no longer takes 'y'"),
        ("{a: {enum: [x]}}", "{a: {enum: [x, y]}}", "behaviour", "takes other values"),
        ("{a: {}}", "{a: {enum: [x]}}", "breaking", "takes other values"),
        ("{a: {max_length: 9}}", "{a: {max_length: 5}}", "breaking", "max_length 5, not 9"),
        ("{a: {max_length: 5}}", "{a: {max_length: 9}}", "behaviour", "max_length 9, not 5"),
        ("{a: {max_length: 5}}", "{a: {}}", "behaviour", "max_length none, not 5"),
        ("{a: {minimum: 1}}", "{a: {minimum: 2}}", "breaking", "minimum 2, not 1"),
        ("{a: string}", '{a: "string, a letter"}', "cosmetic", "description changed"),
        ("{a: {items: {type: string}}}", "{a: {items: {type: any}}}", "behaviour", "[] is any"),
        (
            "{a: {properties: {x: {type: string}}}}",
            "{a: {properties: {x: {type: integer}}, required: [x]}}",
            "breaking",
            "requires .x",
        ),
    ],
)
def test_inputs(before: str, after: str, kind: str, says: str) -> None:
    found = between(BASE.format(f"inputs: {before}"), BASE.format(f"inputs: {after}"))
    assert found.kind == kind
    assert says in "; ".join(one.reason for one in found.changes)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("model: a:x", "model: a:y", ("behaviour", "model")),
        ("params: {t: 1}", "params: {t: 2}", ("behaviour", "params")),
        ("owner: me", "owner: you", ("cosmetic", "owner")),
        ("description: A.", "description: B.", ("cosmetic", "description")),
        ("cache: {tools: 1h}", "cache: {tools: 5m}", ("cosmetic", "cache")),
        ("lint: {ignore: [a]}", "lint: {ignore: [b]}", ("cosmetic", "lint")),
        ("output: {type: text}", "output: {type: enum, values: [x]}", ("breaking", "output")),
        (
            "output: {type: enum, values: [x]}",
            "output: {type: enum, values: [x, y]}",
            ("breaking", "output"),
        ),
        (
            "output: {type: enum, values: [x, y]}",
            "output: {type: enum, values: [x]}",
            ("behaviour", "output"),
        ),
        ("output: {max_words: 5}", "output: {max_words: 6}", ("behaviour", "output")),
    ],
)
def test_front_matter(before: str, after: str, expected: tuple[str, str]) -> None:
    assert told(between(BASE.format(before), BASE.format(after)))[:1] == [expected]


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        ("Say this.\n", "Say that.\n", "behaviour"),
        ("Say this.\n", "Say  this.\n", "cosmetic"),
        ("Say this.\n", "Say\nthis.\n", "cosmetic"),
        ("Say this.\n", "{# why #}\nSay this.\n", "cosmetic"),
        ("Say this.\nAnd\n", "Say this.\n{% cache %}\nAnd\n", "cosmetic"),
        ("Say this.\n", "Say this.\n\n", None),
        ("Say {{ a }}.\n", "Say {{ b }}.\n", "behaviour"),
    ],
)
def test_the_text(before: str, after: str, kind: str | None) -> None:
    assert between(before, after).kind == kind


def test_a_partial_speaks_for_itself() -> None:
    text = "---\nversion: 1\n---\n{% include 'tone.j2' %}\n"
    found = compare(side(text, **{"tone.j2": "Kind.\n"}), side(text, **{"tone.j2": "Curt.\n"}))
    assert told(found) == [("behaviour", "tone.j2")]
    assert {"-Kind.", "+Curt."} < set(found.texts[0].lines)


SCHEMA = '{"type": "object", "properties": {"x": {"type": "string"%s}}}'


@pytest.mark.parametrize(
    ("before", "after", "kind"),
    [
        (SCHEMA % "", SCHEMA % ', "description": "An x."', "behaviour"),
        (SCHEMA % "", SCHEMA % ', "maxLength": 3', "breaking"),
        (SCHEMA % "", (SCHEMA % "").replace('"x"', '"title"'), "breaking"),
        (SCHEMA % "", (SCHEMA % "").replace(" ", ""), "cosmetic"),
        (SCHEMA % "", "nonsense", "breaking"),
        ('{"const": 1}', '{"const": true}', "breaking"),
    ],
)
@pytest.mark.parametrize("key", ["output: {schema: s.json}", "tools: [s.json]"])
def test_schemas_of_output_and_tools(key: str, before: str, after: str, kind: str) -> None:
    text = BASE.format(key)
    found = compare(side(text, **{"s.json": before}), side(text, **{"s.json": after}))
    assert found.kind == kind
    assert {one.part for one in found.changes} == {"s.json"}


def test_a_new_tool_must_be_run_by_the_code() -> None:
    one = side(BASE.format("tools: [s.json]"), **{"s.json": "{}"})
    two = side(BASE.format("tools: [s.json, t.json]"), **{"s.json": "{}", "t.json": "{}"})
    assert told(compare(one, two)) == [("breaking", "t.json")]
    assert told(compare(two, one)) == [("behaviour", "t.json")]


def test_the_gravest_comes_first() -> None:
    fields = ("owner: {}", "model: a:{}", "inputs: {{a{}: string}}")
    sides = [BASE.format("\n".join(one.format(word) for one in fields)) for word in ("x", "y")]
    for before, after in product(sides, sides):
        kinds = [KINDS.index(one.kind) for one in between(before, after).changes]
        assert kinds == sorted(kinds)
    assert between(*sides).kind == "breaking"
