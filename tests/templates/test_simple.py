"""Simple templates are read without Jinja as Jinja reads them, and say the same."""

import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.config import Config, TemplateSettings
from promptops.errors import RenderError
from promptops.model.prompt import Message
from promptops.templates.markers import Boundary, Opening
from promptops.templates.prompt import Prompt
from promptops.templates.stretches import of_nodes
from promptops.templates.stretches_tree import of_tree
from promptops.templates.template import Template
from promptops.templates.tree_nodes import all_inside, references
from tests.strategies import TEMPLATES, ours

VALUES = {
    "name": "Ada", "empty": "", "none": None, "yes": True, "count": 3, "items": ["one", "two"],
    "of": {"name": "Bo", "items": [1, 2], "in": {"deep": "well"}}, "loop": "a value",
}  # fmt: skip
SETTINGS = [
    TemplateSettings(trim, strip, keep)
    for trim, strip, keep in itertools.product([False, True], repeat=3)
]
KNOWN = (Opening, Boundary)
PATHS = st.sampled_from(
    "name empty none yes count items of.name of.items of.gone of.in.deep item item.x loop.index"
    " loop.last loop.revindex0 gone range self loop of.keys".split()
)
TESTS = st.tuples(
    st.sampled_from(["", "", "not "]),
    PATHS,
    st.sampled_from(["", "", " is defined", " is not defined", " == 'Ada'", '!="one"', " > 1"]),
).map("".join)
TEXTS = st.sampled_from(
    ["Say ", "\n", "\n\n", "  ", "\n  ", "\t", "{# why #}", "{#- why -#}", "{#+ +#}", "}}", "%}",
     "{", "é", "\u2028 ", "\x1c", "{{", "{% raw %}", "{{ name | upper }}", "#}", "\r\n"]
)  # fmt: skip
LEFT = st.sampled_from(["{%", "{%", "{% ", "{%- ", "{%+ ", "{%\n"])
RIGHT = st.sampled_from(["%}", " %}", " -%}", "+%}", "\n%}"])


def _tag(words: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(LEFT, words, RIGHT).map("".join)


VALUE = st.tuples(st.sampled_from(["{{", "{{ ", "{{- "]), PATHS, st.sampled_from(["}}", " -}}"]))
PRINTED = st.one_of(TEXTS, VALUE.map("".join))


def _blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    many = st.lists(inner, max_size=4).map("".join)
    endif, endfor = _tag(st.just("endif")), _tag(st.just("endfor"))
    condition = st.one_of(
        st.just(""),
        st.tuples(_tag(TESTS.map("elif {}".format)), many).map("".join),
        st.tuples(_tag(st.just("else")), many).map("".join),
    )
    loop = st.tuples(st.sampled_from(["item", "name", "loop", "in"]), PATHS).map(
        lambda two: f"for {two[0]} in {two[1]}"
    )
    return st.one_of(
        st.tuples(_tag(TESTS.map("if {}".format)), many, condition, condition, endif).map("".join),
        st.tuples(_tag(loop), many, endfor).map("".join),
        _tag(st.sampled_from(['include "part.j2"', "include'part.j2'"])),
    )


BODIES = st.recursive(PRINTED, _blocks, max_leaves=10)
PARTS = st.recursive(PRINTED, _blocks, max_leaves=4).filter(lambda text: "include" not in text)
MARKS = _tag(
    st.sampled_from(
        ["cache", "cache ttl='5m'", 'cache name="rules"', "cache ttl = '1h' , name='a b'",
         "cache ttl='1h' name=''", "cache\tname='a', ttl='5m'", "cache ttl='', name='x'",
         "cache ttl='5m',name='a'"]
    )
)  # fmt: skip
INSIDE = st.lists(st.one_of(BODIES, MARKS), max_size=4).map("".join)
MESSAGES = st.lists(
    st.one_of(
        BODIES,
        *(
            st.tuples(_tag(st.just(begin)), INSIDE, _tag(st.just(end))).map("".join)
            for begin, end in [("system", "endsystem"), ("message role='user'", "endmessage")]
        ),
    ),
    max_size=4,
).map("".join)


def compiled(found: Prompt, values: Mapping[str, Any]) -> tuple[Message, ...] | None:
    try:
        return found.renderer.render(dict(values))
    except RenderError:
        return None


def holds(template: Template) -> None:
    """Check what is known of a simple template against what Jinja knows of it."""
    assert template.jinja.wrong is None
    assert template.jinja.code is not None
    assert template.tree is not None
    assert template.references == [*references(template.jinja.nodes)]
    markers = [(one.payload, line) for one, line in template.jinja.markers if type(one) in KNOWN]
    assert [(one.payload, line) for one, line in template.markers()] == markers
    assert template.outline == [one for one in template.pieces.segments if one.kind != "trivia"]
    assert template.enclosed == all_inside(template.tree)


@given(MESSAGES, PARTS, st.sampled_from(SETTINGS))
@settings(max_examples=40)
def test_a_simple_prompt_is_what_jinja_makes_of_it(
    body: str, part: str, space: TemplateSettings
) -> None:
    found = ours(body, parts={"part.j2": part}, config=Config(templates=space))
    for template in (found.template, *found.parts.values()):
        if template.simple is not None:
            holds(template)
    rendered = found._rendered(dict(VALUES))
    assert rendered is None or rendered == compiled(found, VALUES)


@given(MESSAGES, PARTS)
@settings(max_examples=25)
def test_stretches_of_a_simple_prompt_read_what_its_tree_reads(body: str, part: str) -> None:
    found = ours(body, parts={"part.j2": part})
    if found.simple is not None:
        assert of_nodes(*found.simple) == of_tree(found)


@given(TEMPLATES)
@settings(max_examples=50)
def test_no_text_is_simple_that_jinja_reads_otherwise(body: str) -> None:
    template = ours(body).template
    if template.simple is not None:
        holds(template)


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("Hello {{ name }}{# who? #}, {{ of.in.deep }}.", "Hello Ada, well."),
        ("{% for item in items %}{{ loop.index }}/{{ loop.length }} {{ item }}\n{% endfor %}",
         "1/2 one\n2/2 two\n"),
        ("{% if empty %}a{% elif not yes %}b{% else -%}\n c{% endif %}", "c"),
        ("{% if of.gone is defined or 1 %}x{% endif %}", None),
        ("{% if of.gone is not defined and 1 %}x{% endif %}", None),
        ("{% if name == 'Ada' %}it is{% endif %}{% if name != 'Ada' %}not{% endif %}", "it is"),
        ("{% if gone is defined %}a{% endif %}{% if of.gone is not defined %}b{% endif %}", "b"),
        ("{% for item in items %}{% include 'part.j2' %}{% endfor %}", "<one><two>"),
        ("{{ yes }} {{ items }}", "True ['one', 'two']"),
        ("{% for item in of %}{{ item }} {% endfor %}", "name items in "),
        ("{{ of.keys }}", None),
        ("{{ gone }}", None),
        ("{% for item in count %}{% endfor %}", None),
        ("{% if items == 'Ada' %}{% endif %}", None),
    ],
)  # fmt: skip
def test_values_conditions_loops_and_includes_are_simple(body: str, text: str | None) -> None:
    found = ours(body, parts={"part.j2": "<{{ item }}>"})
    assert found.template.simple is not None or text is None
    if text is not None:
        messages = found._rendered(dict(VALUES))
        assert [one.text for one in messages or ()] == [text]


@pytest.mark.parametrize(
    "body",
    [
        "{{ name | upper }}", "{{ 'name' }}", "{{ a.b() }}", "{{ self }}", "{{ range }}",
        "{% set x = 1 %}", "{% if a and b %}{% endif %}", "{% for a in b if c %}{% endfor %}",
        "{% for loop in b %}{% endfor %}", "{{ loop.index }}",
        "{% for a in b %}{{ loop }}{% endfor %}",
        "{% if a %}", "{% endif %}", "{% if a %}{% else %}{% else %}{% endif %}",
        "{% system %}{% user %}{% enduser %}{% endsystem %}",
        "{% cache %}", "{% system %}{% if a %}{% cache %}{% endif %}{% endsystem %}",
        "{% system %}{% cache ttl='soon' %}{% endsystem %}",
        "{% system %}{% cache ttl='5m', %}{% endsystem %}",
        "{% system %}{% cache , name='a' %}{% endsystem %}",
        "{% system %}{% cachename='a' %}{% endsystem %}",
        "{% system %}{% cache name='a' name='b' %}{% endsystem %}",
        "{% message role='nobody' %}{% endmessage %}", "{% raw %}{{ a }}{% endraw %}",
        "{{ a", "{# a",
        "{% include name %}", "{% include 'a' ignore missing %}", "{{+ a }}", "{% nosuch %}",
        "{% if a %}" * 11 + "{% endif %}" * 11, "{{ a }}" * 10_000,
    ],
)  # fmt: skip
def test_what_is_not_simple_is_left_to_jinja(body: str) -> None:
    assert ours(body).template.simple is None


def test_white_space_goes_as_the_settings_say() -> None:
    body = "A\n  {% if yes %}\n  b\n  {% endif %}\nC\n"
    texts = []
    for space in SETTINGS:
        (message,) = ours(body, config=Config(templates=space)).render({"yes": True})
        texts.append(message.text)
    assert len(set(texts)) == 8
    assert texts[6] == "A\n  b\nC"  # trimmed and stripped, without the last line break


def test_reading_takes_time_in_proportion_to_the_text() -> None:
    for unit in ("{% if a ", "{# ", "{{ a" + " " * 50, "{% if a is" + " " * 50, "{", "{%  "):
        assert ours(unit * (50_000 // len(unit))).template.simple is None or unit == "{"
