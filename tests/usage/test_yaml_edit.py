"""Values are set in a YAML text, and nothing else in it moves."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.templates.frontmatter import parse
from promptops.templates.yaml_edit import Inline, Misplaced, rewritten

# Each case: a text, what is wanted, and what comes out.
CASES: dict[str, tuple[str, Any, str]] = {
    "a number is replaced in its place": (
        "desk:\n  calls:   120_000   # since the move\n",
        {"desk": {"calls": 90_000}},
        "desk:\n  calls:   90_000   # since the move\n",
    ),
    "a key is added behind the last one, below its comment": (
        "desk:\n    a: 1 # one\n    # a note on what follows\n\nshop: {}\n",
        {"desk": {"b": Decimal("0.5")}},
        "desk:\n    a: 1 # one\n    b: 0.5\n    # a note on what follows\n\nshop: {}\n",
    ),
    "braces stay braces": (
        "desk: {a: 1, c: {d: 2}}  # tight\n",
        {"desk": {"c": Inline({"e": 3}), "from": "x, n=1"}},
        'desk: {a: 1, c: {d: 2, e: 3}, from: "x, n=1"}  # tight\n',
    ),
    "empty braces are filled": ("desk: {}\n", {"desk": {"a": 1}}, "desk: {a: 1}\n"),
    "a comma at the end is borne": (
        "desk: {a: 1,}\n",
        {"desk": {"b": 2}},
        "desk: {a: 1, b: 2,}\n",
    ),
    "a key with nothing behind it is filled": (
        "desk: # soon\nshop: {}\n",
        {"desk": {"a": {"b": 1}}},
        "desk: # soon\n  a:\n    b: 1\nshop: {}\n",
    ),
    "a number becomes a range": (
        "a: 5 # guess\n",
        {"a": Inline({"low": 1, "high": 1_000}, whole=True)},
        "a: {low: 1, high: 1_000} # guess\n",
    ),
    "keys of a range are set one by one": (
        "a:\n  low: 1  # l\n  high: 2  # h\n",
        {"a": Inline({"low": 3, "high": 4}, whole=True)},
        "a:\n  low: 3  # l\n  high: 4  # h\n",
    ),
    "another range takes the place of one, whose comments stay": (
        "a:\n  low: 1  # l\n  # between\n  high: 2  # h\nb: 1\n",
        {"a": Inline({"p50": 3}, whole=True)},
        "a:\n  {p50: 3}\n  # l\n  # between  # h\nb: 1\n",
    ),
    "a name that YAML would read otherwise is quoted": (
        "",
        {"true": 1, "12": 2, "a/b": 3, "x:y": "2026-11-22", "é": "a # b"},
        '"true": 1\n"12": 2\na/b: 3\n"x:y": "2026-11-22"\n"é": "a # b"\n',
    ),
    "comments alone stay on top": ("# only\n", {"a": 1}, "# only\na: 1\n"),
    "a last line without an end": ("a: 1", {"b": 2}, "a: 1\nb: 2"),
    "line ends of Windows": ("a: 1\r\n# c\r\n", {"b": {"c": 2}}, "a: 1\r\nb:\r\n  c: 2\r\n# c\r\n"),
    "behind a folded text": (
        "a: >\n  two\n  lines\n\n",
        {"b": 2},
        "a: >\n  two\n  lines\nb: 2\n\n",
    ),
    "two mappings that end in one place": (
        "p:\n  a:\n    x: 1\n",
        {"p": {"a": {"y": 2}, "b": {"z": 3}}, "q": Inline({"k": 4})},
        "p:\n  a:\n    x: 1\n    y: 2\n  b:\n    z: 3\nq: {k: 4}\n",
    ),
}


@pytest.mark.parametrize(("text", "wanted", "after"), CASES.values(), ids=CASES)
def test_a_text_is_rewritten(text: str, wanted: Any, after: str) -> None:
    assert rewritten(text, wanted) == after
    assert rewritten(after, wanted) == after


def test_a_value_that_is_an_alias_is_refused() -> None:
    with pytest.raises(Misplaced, match="b"):
        rewritten("a: &one {x: 1}\nb: *one\n", {"b": {"x": 2}})


# Laws: a text that people could have written, and figures to set in it.

NAMES = st.sampled_from(["a", "b/c", "desk", "true", "7", "x:y"])
KEYS = st.sampled_from(["calls", "hits", "from"])
NUMBERS = st.integers(0, 10**9) | st.decimals(0, 9, places=3)
COMMENT = st.sampled_from(["", "  # why", " # {a: 1}, 'b': \"c\"", "   # x"])


@st.composite
def texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """Return a text with prompts in both styles, and its comments."""
    comments, lines = [], []

    def comment() -> str:
        found = draw(COMMENT)
        comments.append(found.strip())
        return found

    lines.append(f"prompts:{comment()}")
    indent = " " * draw(st.sampled_from([1, 2, 4]))
    for name in draw(st.lists(NAMES, min_size=1, max_size=4, unique=True)):
        keys = draw(st.lists(KEYS, min_size=1, unique=True))
        values = [f"{draw(NUMBERS)}" for _ in keys]
        if draw(st.booleans()):
            pairs = ", ".join(f"{k}: {v}" for k, v in zip(keys, values, strict=True))
            lines.append(f"{indent}{name!r}: {{{pairs}}}{comment()}")
            continue
        lines.append(f"{indent}{name!r}:{comment()}")
        for key, value in zip(keys, values, strict=True):
            lines += [f"{indent * 2}{key}: {value}{comment()}", *draw(st.sampled_from([[], [""]]))]
            if draw(st.booleans()):
                lines.append(f"{indent * draw(st.integers(0, 2))}{comment().strip()}")
    end = draw(st.sampled_from(["\n", "\r\n"]))
    text = end.join(lines) + draw(st.sampled_from(["", end, end * 2]))
    return text, [one for one in comments if one]


WANTED = st.dictionaries(NAMES, st.dictionaries(KEYS, NUMBERS, min_size=1), min_size=1)


@given(texts(), WANTED)
@settings(max_examples=50)
def test_values_read_back_and_comments_survive(
    written: tuple[str, list[str]], wanted: dict[str, Any]
) -> None:
    text, comments = written
    before = parse(text, exact_numbers=True).data
    after = rewritten(text, {"prompts": wanted})
    expected = {name: dict(keys) for name, keys in before["prompts"].items()}
    for name, keys in wanted.items():
        expected.setdefault(name, {}).update(keys)
    found = parse(after, exact_numbers=True)
    assert not found.problems
    assert found.data == {"prompts": expected}
    assert list(found.data["prompts"])[: len(before["prompts"])] == list(before["prompts"])
    at = 0
    for comment in comments:
        at = after.index(comment, at) + len(comment)
    assert rewritten(after, {"prompts": wanted}) == after
    assert yaml.safe_load(after)  # and any other reader of YAML is content


@given(texts())
@settings(max_examples=50)
def test_setting_what_is_there_changes_no_byte(written: tuple[str, list[str]]) -> None:
    text, _ = written
    assert rewritten(text, {}) == text
