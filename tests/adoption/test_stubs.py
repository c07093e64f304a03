"""What the generated types say, and that what is generated is always Python."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops import Registry
from promptops.adoption.stubs import Typed, signature, stub
from promptops.model.prompt import REQUIRED, Input, Schema


@pytest.mark.parametrize(
    ("schema", "expected"),
    [
        (Schema("string"), "str"),
        (Schema("string", enum=("a", "b")), "Literal['a', 'b']"),
        (Schema("integer", enum=(1, 2)), "Literal[1, 2]"),
        (Schema("integer"), "int"),
        (Schema("number"), "float | Decimal"),
        (Schema("number", enum=(0.5,)), "float | Decimal"),
        (Schema("boolean"), "bool"),
        (Schema("array"), "list[Any] | tuple[Any, ...]"),
        (Schema("array", items=Schema("string")), "list[str] | tuple[str, ...]"),
        (Schema("array", items=Schema("object")), "Sequence[Mapping[str, Any]]"),
        (Schema("object"), "Mapping[str, Any]"),
        (Schema("messages"), "Sequence[Mapping[str, str]]"),
        (Schema("any"), "Any"),
    ],
)
def test_each_schema_has_its_type(schema: Schema, expected: str) -> None:
    assert f"(self, /, *, it: {expected})" in signature({"it": Input("it", schema)})
    optional = signature({"it": Input("it", schema, default=None)})
    assert f"(self, /, *, it: {expected} = ...)" in optional


@pytest.mark.parametrize("inputs", [None, {"class": Input("class", Schema("string"))}])
def test_what_cannot_be_written_as_parameters_takes_anything(inputs: Any) -> None:
    assert "(self, /, **inputs: Any)" in signature(inputs)


def test_no_inputs_are_no_parameters() -> None:
    assert "def render(self, /) ->" in signature({})


def test_names_that_look_alike_get_classes_of_their_own() -> None:
    names = ["a/b_c", "a_b/c", "3d", "any"]
    inputs = {name: {f"i{at}": Input(f"i{at}", Schema())} for at, name in enumerate(names)}
    made = stub([Typed(name, name, inputs[name]) for name in names], {})
    for expected in ("ABCPrompt", "ABCPrompt2", "P3dPrompt", "AnyPrompt"):
        assert f"class {expected}(PromptHandle):" in made


def test_what_has_no_type_is_named_with_its_reason() -> None:
    made = stub([Typed("a", "a", {})], {"a@canary": "its versions take different inputs"})
    assert "# a@canary: its versions take different inputs\n" in made


NAMES = st.text(min_size=1, max_size=8)
SCHEMAS = st.builds(
    Schema,
    st.sampled_from(["string", "array", "any"]),
    st.none() | st.lists(st.text(max_size=6), min_size=1, max_size=3).map(tuple),
)
INPUTS = st.none() | st.dictionaries(
    st.from_regex(r"[a-z_]{1,6}", fullmatch=True), SCHEMAS, max_size=3
).map(lambda found: {name: Input(name, schema, REQUIRED) for name, schema in found.items()})
TYPED = st.lists(st.builds(Typed, NAMES, NAMES, INPUTS), min_size=1, max_size=3)


@given(TYPED, st.dictionaries(NAMES, NAMES, max_size=2), st.booleans())
def test_whatever_prompts_are_called_the_module_is_python(
    references: list[Typed], left_out: dict[str, str], pyi: bool
) -> None:
    made = stub(references, left_out, pyi=pyi)
    found = {
        node.value
        for node in ast.walk(ast.parse(made))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert {one.reference for one in references} <= found
    assert made == stub(references, left_out, pyi=pyi)


def test_load_is_that_of_the_registry() -> None:
    tree = ast.parse(stub([Typed("a", "a", {})], {}, pyi=True))
    load = next(n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef) and n.name == "load")
    real = ast.parse(inspect.cleandoc(inspect.getsource(Registry.load).replace("@classmethod", "")))
    assert isinstance(real.body[0], ast.FunctionDef)
    assert ast.dump(load.args) == ast.dump(real.body[0].args)
