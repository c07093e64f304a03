import pytest

from tests.strategies import ours, prompt


def uses(body: str, **parts: str) -> list[str]:
    found = ours(body, parts={f"{name}.j2": text for name, text in parts.items()})
    assert not [one for one in found.problems if one.kind == "template"]
    return [f"{use.name}{'?' if use.guarded else ''}" for use in found.uses]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ a }} {{ b.c }} {{ d['e'] }} {{ f(g) }}", ["a", "b", "d", "f", "g"]),
        ("{{ a if b else c }}", ["b", "a", "c"]),
        ("{{ a|default('x') }}{{ a.b|d(c) }}", ["a?", "a?", "c"]),
        ("{% if a is defined %}{{ a }}{% endif %}", ["a?"]),
        ("{% if a is defined and a %}{{ a }}{% endif %}", ["a?"]),
        ("{% if a is not defined %}no{% else %}{{ a }}{% endif %}", ["a?"]),
        ("{{ a if a is defined }}", ["a?"]),
        ("{% if a is undefined %}{% elif b %}{{ c }}{% endif %}", ["a?", "b", "c"]),
        (
            "{% for i in a if i > b %}{{ i }}{{ loop.index }}{% else %}{{ i }}{% endfor %}",
            ["a", "b", "i"],
        ),
        ("{% for k, v in a.items() %}{{ k }}{{ v }}{% endfor %}{{ k }}", ["a", "k"]),
        ("{{ loop }}", ["loop"]),
        ("{% set a = b %}{{ a }}", ["b"]),
        ("{{ a }}{% set a = 1 %}{{ a }}", ["a"]),
        ("{% set a %}{{ b }}{% endset %}{{ a }}", ["b"]),
        ("{% set n = namespace(a=b) %}{% set n.a = c %}{{ n.a }}", ["b", "c"]),
        ("{% if a %}{% set b = 1 %}{% endif %}{{ b }}", ["a"]),
        ("{% for i in a %}{% set b = 1 %}{% endfor %}{{ b }}", ["a", "b"]),
        ("{% with a = b %}{{ a }}{{ c }}{% endwith %}{{ a }}", ["b", "c", "a"]),
        (
            "{% macro m(a, b=c) %}{{ a }}{{ b }}{{ d }}{{ varargs }}{% endmacro %}{{ m(e) }}",
            ["c", "d", "e"],
        ),
        ("{% macro m() %}{{ caller() }}{% endmacro %}{% call m() %}{{ a }}{% endcall %}", ["a"]),
        ("{% macro m() %}{{ caller(1) }}{% endmacro %}{% call(x) m() %}{{ x }}{% endcall %}", []),
        ("{% filter upper %}{{ a }}{% endfilter %}", ["a"]),
        ("{{ range(3) }}{{ dict(a=b) }}{{ joiner() }}{{ cycler(1) }}", ["b"]),
        ("{{ lipsum() }}", ["lipsum"]),
        ("{{ a is divisibleby(b) }}{{ a|replace(b, c) }}", ["a", "b", "a", "b", "c"]),
        ("{{ {'a': b, c: 1} }}{{ [d, (e,)] }}", ["b", "c", "d", "e"]),
        ("{% raw %}{{ a }}{% endraw %}{# {{ b }} #}{{ 'c' }}", []),
        ("{% include 'p.j2' %}", ["inner"]),
        ("{% set inner = 1 %}{% include 'p.j2' %}", []),
        ("{% include 'p.j2' without context %}", []),
        ("{% import 'q.j2' as q %}{{ q.m() }}", []),
        ("{% import 'p.j2' as p with context %}", ["inner"]),
        ("{% from 'q.j2' import m as n %}{{ n() }}{{ m }}", ["m"]),
        ("{% do a.b %}{{ true }}{{ none }}", ["a"]),
        ("{% block b %}{{ a }}{{ super }}{% endblock %}{{ self.b() }}", ["a"]),
        ("{% user %}{{ a }}{% enduser %}", ["a"]),
        ("{% user %}{% set a = 1 %}{% enduser %}{% user %}{{ a }}{% enduser %}", ["a"]),
    ],
)
def test_free_names_are_inputs_or_mistakes(body: str, expected: list[str]) -> None:
    assert uses(body, p="{{ inner }}", q="{% macro m() %}m{% endmacro %}") == expected


def test_each_use_has_its_place() -> None:
    body = (
        "{{ a }} text a {{ b.a }}\n{{ x.a ~ a }}\r\n{%- if\n  a %}{% endif %}{{ '😀' }}{{ a + a }}"
    )
    found = ours(body)
    places = [found.source.position(found.use_span(use)[1].start) for use in found.uses]
    names = [found.source.text[slice(*found.use_span(use)[1])] for use in found.uses]
    assert names == ["a", "b", "x", "a", "a", "a", "a"]
    assert places == [(4, 4), (4, 19), (5, 4), (5, 10), (7, 3), (7, 30), (7, 34)]


def test_a_use_in_a_partial_is_in_its_file() -> None:
    found = ours('{% include "a.j2" %}{% include "a.j2" %}', parts={"a.j2": "one\n{{ x }}"})
    (use,) = found.uses
    template, span = found.use_span(use)
    assert template.body.source.path == "prompts/a.j2"
    assert template.body.source.position(span.start) == (2, 4)


def test_files_that_include_one_another_twice_are_read_once() -> None:
    parts = {f"{n}.j2": f'{{% include "{n + 1}.j2" %}}' * 2 for n in range(30)}
    found = ours('{% include "0.j2" %}', parts={**parts, "30.j2": "{{ x }}"})
    assert [use.name for use in found.uses] == ["x"]


def test_other_applications_may_know_more_names() -> None:
    body = "{{ lipsum() }}{{ x|theirs }}{% theirs y %}{{ z }}{% endtheirs %}{{ w is theirs }}"
    assert [use.name for use in prompt(body, path="t/p.j2").uses] == ["x", "z", "w"]
