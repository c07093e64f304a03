import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.templates.variants import MAX_VARIANTS, PLACEHOLDER
from tests.strategies import TEMPLATES, ours


def texts(body: str, **parts: str) -> list[str]:
    found = ours(body, parts={f"{name}.j2": text for name, text in parts.items()})
    return [one.text.replace(PLACEHOLDER, "_") for one in found.variants]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("a {{ x }} b", ["a _ b"]),
        ("{% if x %}long{% else %}no{% endif %}", ["long", "no"]),
        ("{% if x %}no{% else %}long{% endif %}", ["long", "no"]),
        ("{% if x %}yes{% endif %}", ["yes"]),
        ("{% if x %}a{% elif y %}bb{% else %}ccc{% endif %}", ["ccc", "a", "bb"]),
        ("{% if x %}aa{% endif %}-{% if x %}bb{% else %}c{% endif %}", ["aa-bb", "-c"]),
        ("{% if x %}aa{% endif %}-{% if y %}bb{% else %}c{% endif %}", ["aa-bb", "aa-c"]),
        ("{% for i in x %}- {{ i }}{% else %}none{% endfor %}", ["- _"]),
        ("{% macro m(a) %}[{{ a }}]{% endmacro %}{{ m(1) }}{{ m(2) }}", ["[_][_]"]),
        ("{% macro m() %}unused{% endmacro %}used", ["used"]),
        ("{% set a %}kept{% endset %}{{ a }}", ["_"]),
        ("{% set a = 1 %}b", ["b"]),
        ("{% raw %}{{ x }}{% endraw %}", ["{{ x }}"]),
        ("{# gone #}here", ["here"]),
        ("{% with a = 1 %}in{% endwith %}", ["in"]),
        ("{% include 'p.j2' %}!", ["one_!"]),
        ("{% from 'q.j2' import m %}{{ m() }}", ["of q"]),
        ("{% system %}\na\n{% endsystem %}\n\n{% user %}\nb\n{% enduser %}\n", ["a\nb\n"]),
        ("{% if x %}{% if y %}inner{% endif %}outer{% endif %}", ["innerouter"]),
    ],
)
def test_a_variant_is_what_is_sent_on_one_path(body: str, expected: list[str]) -> None:
    found = texts(body, p="one{{ x }}", q="{% macro m() %}of q{% endmacro %}")
    assert found[0] == expected[0]
    assert sorted(set(found) - {""}) == sorted(expected)


@given(st.lists(st.sampled_from(["x", "y", "not x", "x and y"]), min_size=1, max_size=6))
def test_the_arms_of_one_condition_never_meet(tests: list[str]) -> None:
    body = "".join(
        f"{{% if {test} %}}<{at}:{test}+>{{% else %}}<{at}:{test}->{{% endif %}}"
        for at, test in enumerate(tests)
    )
    for text in texts(body):
        for at, test in enumerate(tests):
            assert (f"<{at}:{test}+>" in text) != (f"<{at}:{test}->" in text)
            answers = {sign for sign in "+-" if f":{test}{sign}>" in text}
            assert len(answers) == 1


@given(TEMPLATES)
def test_every_leaf_points_at_its_own_text(body: str) -> None:
    found = ours(body)
    for variant in found.variants:
        assert "".join(leaf.text for leaf in variant.leaves) == variant.text
        for leaf, start in zip(variant.leaves, variant.starts, strict=True):
            stored, span = variant.locate(start, start + len(leaf.text))
            assert stored is found.template.body
            written = found.source.text[span.start : span.end]
            if leaf.expression is None:
                assert written.replace("\r\n", "\n").replace("\r", "\n") == leaf.text
            else:
                assert written.startswith("{{")


def test_a_place_in_a_partial_is_in_its_file() -> None:
    found = ours("before {% include 'a.j2' %} after", parts={"a.j2": "one\ntwo"})
    (variant,) = found.variants
    at = variant.text.index("two")
    body, span = variant.locate(at, at + 3)
    assert (body.source.path, body.source.position(span.start)) == ("prompts/a.j2", (2, 1))
    body, span = variant.locate(0, at + 3)
    assert (body.source.path, body.source.text[slice(*span)]) == (found.path, "before ")


def test_leaves_know_their_message_and_their_loop() -> None:
    (variant,) = ours(
        "{% system %}a{% endsystem %}{% user %}{% for i in x %}b{{ i }}{% endfor %}{% enduser %}"
    ).variants
    assert [(leaf.role, bool(leaf.looped), leaf.expression) for leaf in variant.leaves] == [
        ("system", False, None),
        ("user", True, None),
        ("user", True, "i"),
    ]


def test_marks_stand_where_the_text_before_them_ends() -> None:
    (variant,) = ours("{% system %}\nabc\n{% cache %}\ndef{% cache %}{% endsystem %}").variants
    assert [variant.text[:at] for at in variant.marks] == ["abc\n", "abc\ndef"]


@pytest.mark.parametrize(
    "body",
    [
        "{% macro m() %}{{ m() }}{{ m() }}{% endmacro %}{{ m() }}",
        "".join(
            f"{{% macro m{n}() %}}{{{{ m{n + 1}() }}}}{{{{ m{n + 1}() }}}}{{% endmacro %}}"
            for n in range(30)
        )
        + "{{ m0() }}",
        "".join(f"{{% if x{n} %}}a{{% else %}}b{{% endif %}}" for n in range(200)),
    ],
)
def test_there_are_never_many_nor_do_they_take_long(body: str) -> None:
    assert len(ours(body).variants) <= MAX_VARIANTS
