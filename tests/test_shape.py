from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops import shape
from promptops.shape import Wrong

POINT = shape.record(
    dict, {"x": shape.integer(), "max-y": shape.decimal, "z": shape.string}, z="depth"
)


def read(of: shape.Shape, value: Any) -> tuple[Any, list[str]]:
    problems: list[Wrong] = []
    return of(value, (), problems), [str(one) for one in problems]


@pytest.mark.parametrize(
    ("of", "value", "expected"),
    [
        (shape.string, "a", "a"),
        (shape.boolean, False, False),
        (shape.integer(), -3, -3),
        (shape.integer(1), 1, 1),
        (shape.decimal, 0.1, Decimal("0.1")),
        (shape.decimal, Decimal("1.10"), Decimal("1.10")),
        (shape.choice("a", "b"), "b", "b"),
        (shape.list_of(shape.string), ["a"], ("a",)),
        (shape.mapping_of(shape.string), {"a": "b"}, {"a": "b"}),
        (shape.anything, None, None),
        (POINT, {"x": 1, "max-y": 2, "z": "d"}, {"x": 1, "max_y": Decimal(2), "depth": "d"}),
        (POINT, {}, {}),
    ],
)
def test_what_is_right_is_handed_on(of: shape.Shape, value: Any, expected: Any) -> None:
    assert read(of, value) == (expected, [])


@pytest.mark.parametrize(
    ("of", "value", "says"),
    [
        (shape.string, 1, ["expected a string, got an integer"]),
        (shape.string, None, ["expected a string, got nothing"]),
        (shape.boolean, 1, ["expected true or false, got an integer"]),
        (shape.integer(), True, ["expected an integer, got a boolean"]),
        (shape.integer(), 1.0, ["expected an integer, got a number"]),
        (shape.integer(1), 0, ["must be at least 1, got 0"]),
        (shape.decimal, float("inf"), ["expected a number, got inf"]),
        (shape.decimal, Decimal("NaN"), ["expected a number, got NaN"]),
        (shape.decimal, "1", ["expected a number, got a string"]),
        (
            shape.choice("red", "blue"),
            "bleu",
            ["expected one of red, blue, got 'bleu'; did you mean 'blue'?"],
        ),
        (shape.choice("red"), ["red"], ["expected one of red, got ['red']"]),
        (shape.list_of(shape.string), "ab", ["expected a list, got a string"]),
        (
            shape.list_of(shape.string),
            [1, "a", None],
            ["[0]: expected a string, got an integer", "[2]: expected a string, got nothing"],
        ),
        (
            shape.mapping_of(shape.string),
            {"a": {}, "b": []},
            ["a: expected a string, got a mapping", "b: expected a string, got a list"],
        ),
        (POINT, [], ["expected a mapping, got a list"]),
        (
            POINT,
            {"x": "1", "maxy": 1},
            [
                "x: expected an integer, got a string",
                "maxy: unknown key 'maxy'; did you mean 'max-y'?",
            ],
        ),
    ],
)
def test_what_is_wrong_is_told_with_its_path(of: shape.Shape, value: Any, says: list[str]) -> None:
    assert read(of, value)[1] == says


@pytest.mark.parametrize(
    ("key", "kind"), [(True, "a boolean"), (1, "an integer"), (1.1, "a number")]
)
def test_a_key_that_yaml_reads_as_something_else_wants_quotes(key: Any, kind: str) -> None:
    for of in (POINT, shape.mapping_of(shape.anything)):
        (said,) = read(of, {key: 1})[1]
        assert said.endswith(f"the key {key!r} is {kind}, not a string: put it in quotes")


DATA: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.decimals(), st.dates()
    ),
    lambda inner: st.lists(inner) | st.dictionaries(st.one_of(st.text(), st.integers()), inner),
)


@given(DATA)
def test_any_data_is_read_or_told_about(value: Any) -> None:
    found, says = read(shape.mapping_of(shape.list_of(POINT)), value)
    assert isinstance(found, dict)
    assert all(says)
