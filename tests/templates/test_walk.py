"""A plain prompt says the same, walked or compiled, and what is plain can be compiled."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.errors import PromptopsError, RenderError
from promptops.model.prompt import Message
from promptops.templates import walk
from promptops.templates.prompt import Prompt
from tests.strategies import TEMPLATES, ours

VALUES = {
    "name": "Ada", "empty": "", "none": None, "yes": True, "count": 3, "rate": 0.5,
    "items": ["one", "two", ""], "rows": [{"name": "a", "tags": ["x"]}, {"name": "b", "tags": []}],
    "loop": "a value", "<i>": "&",
}  # fmt: skip
NAMES = st.sampled_from([*"name empty none yes count rate items rows item row loop gone".split()])
TEXTS = st.sampled_from(["Say ", "\n", " - ", "{# why #}", "{{ '{%' }}", "é\r\n", "  "])


def _values(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    constants = st.sampled_from(["'a'", "3", "none", "true", "''", "'one'"])
    named = st.sampled_from("index first last name tags x upper".split())
    return st.one_of(
        constants,
        st.tuples(inner, named).map(".".join),
        st.tuples(inner, inner).map(lambda two: f"{two[0]}[{two[1]}]"),
        inner.map(lambda one: f"(not {one})"),
        st.tuples(inner, st.sampled_from(["and", "or", "==", "!=", "<", "in", "not in"]), inner)
        .map(" ".join).map(lambda text: f"({text})"),
        inner.map(lambda one: f"({one} is defined)"),
        st.tuples(inner, st.sampled_from(
            ["upper", "default('-')", "join(', ')", "length", "tojson(indent=1)", "trim", "items"]
        )).map(lambda two: f"({two[0]} | {two[1]})"),
    )  # fmt: skip


EXPRESSIONS = st.recursive(NAMES, _values, max_leaves=4)


def _statements(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    many = st.lists(inner, max_size=3).map("".join)
    return st.one_of(
        st.tuples(EXPRESSIONS, many).map(lambda two: f"{{% if {two[0]} %}}{two[1]}{{% endif %}}"),
        st.tuples(EXPRESSIONS, many, EXPRESSIONS, many, many).map(
            lambda all_: "{{% if {} %}}{}{{%- elif {} %}}{}{{% else -%}}{}{{% endif %}}".format(
                *all_
            )
        ),
        st.tuples(st.sampled_from(["item", "row", "name"]), EXPRESSIONS, many).map(
            lambda all_: "{{% for {} in {} %}}{}{{% endfor %}}".format(*all_)
        ),
    )


PRINTED = st.one_of(TEXTS, EXPRESSIONS.map(lambda one: f"{{{{ {one} }}}}"))
PARTS = st.recursive(PRINTED, _statements, max_leaves=4)
INCLUDED = st.just('{% include "part.j2" %}')
BODIES = st.recursive(st.one_of(PRINTED, INCLUDED), _statements, max_leaves=8)
MESSAGES = st.lists(
    st.one_of(
        BODIES,
        BODIES.map(lambda body: f"{{% system %}}{body}{{% cache %}}!{{% endsystem %}}"),
        BODIES.map(lambda body: f"{{% message role='user' %}}{body}{{% endmessage %}}"),
    ),
    max_size=3,
).map("".join)


def walked(found: Prompt, values: Mapping[str, Any]) -> tuple[Message, ...] | None:
    assert found.template.plain
    inputs = found.metadata.inputs
    return walk.rendered(found.name, found.template, found.parts, inputs, dict(values))


def compiled(found: Prompt, values: Mapping[str, Any]) -> tuple[Message, ...] | None:
    try:
        return found.renderer.render(dict(values))
    except RenderError:
        return None


@given(MESSAGES, PARTS)
@settings(max_examples=40)
def test_a_walk_says_what_the_compiled_prompt_says(body: str, part: str) -> None:
    found = ours(body, parts={"part.j2": part})
    if found.template.plain and all(one.plain for one in found.parts.values()):
        assert walked(found, VALUES) == compiled(found, VALUES)
        assert found.template.jinja.code is not None


@given(TEMPLATES)
@settings(max_examples=40)
def test_what_is_plain_can_be_compiled(body: str) -> None:
    template = ours(body).template
    if template.plain:
        assert template.jinja.code is not None


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("{% for item in items %}{{ loop.index }}{{ item }}{% endfor %}", "1one2two3"),
        ("{{ loop }}{% for item in items %}{{ item }}{% endfor %}", "a valueonetwo"),
        ("{% for item in items %}{% include 'part.j2' %}{% endfor %}", "<one><two><>"),
        ("{{ name | upper }} {{ rows[0].tags | join }} {{ gone is defined }}", "ADA x False"),
        ("{% if count > 2 and 'one' in items %}many{% elif yes %}some{% endif %}", "many"),
        ("{{ gone | default('nobody') }}{{ rate }}{{ none }}", "nobody0.5None"),
    ],
)  # fmt: skip
def test_values_conditions_loops_and_includes_are_walked(body: str, text: str) -> None:
    found = ours(body, parts={"part.j2": "<{{ item }}>"})
    assert [one.text for one in walked(found, VALUES) or ()] == [text]
    assert walked(found, VALUES) == compiled(found, VALUES)


@pytest.mark.parametrize(
    "body",
    [
        "{% set x = 1 %}{{ x }}",
        "{% macro m() %}{% endmacro %}",
        "{{ range(3) }}",
        "{{ 1 < count < 4 }}",
        "{{ ﬁ }}",
        "{{ self }}",
        "{{ 1e999 }}",
        "{% if none.index and name %}{% endif %}",
        "{{ name | nosuch }}",
        "{% for loop in items %}{% endfor %}",
        "{% for a, b in rows %}{% endfor %}",
        "{% for a in items %}{% else %}-{% endfor %}",
        "{% include ['part.j2'] %}",
        "{% include 'part.j2' ignore missing %}",
        "{% for a in items %}" * 20 + "{% endfor %}" * 20,
    ],
)
def test_what_is_not_walked_is_left_to_jinja(body: str) -> None:
    assert not ours(body, parts={"part.j2": ""}).template.plain


def test_what_goes_wrong_is_told_by_jinja() -> None:
    with pytest.raises(PromptopsError, match=r"line 5: 'gone' is undefined"):
        ours("Hello.\n{{ gone }}").render({})
    with pytest.raises(PromptopsError, match="more than 16,000,000 characters"):
        ours("{% for a in long %}{{ long }}{% endfor %}").render({"long": "long" * 1500})


def test_a_plain_prompt_is_rendered_without_python_code() -> None:
    body = "{% if name %}Hello {{ name }}{% include 'part.j2' %}{% endif %}"
    found = ours(body, parts={"part.j2": "!"})
    assert [one.text for one in found.render({"name": "Ada"})] == ["Hello Ada!"]
    assert not found.problems
    assert "renderer" not in vars(found)
    assert "_compiled" not in vars(found.template)
