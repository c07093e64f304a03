import re
import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.errors import PromptopsError, RenderError, RenderLimit
from tests.strategies import messages, ours, render

VALUES = {"x": "v", "items": [1, 2], "data": {"a": {"b": "c"}}}
PARTS = {"part": "P{% macro hello() %}hello{% endmacro %}"}

REACHING = [
    "{{ cycler.__init__.__globals__ }}",
    '{{ cycler("a").__init__.__globals__.os }}',
    "{{ joiner.__init__.__globals__ }}",
    "{{ namespace.__init__.__globals__ }}",
    "{{ ''.__class__.__mro__ }}",
    "{{ ''['__class__'] }}",
    "{{ x|attr('__class__') }}",
    "{{ [x]|map('attr', '__class__')|list }}",
    "{{ [x]|map(attribute='__class__')|first }}",
    "{{ [x]|map(attribute='upper.__self__')|join }}",
    "{{ [x]|sum(attribute='__class__') }}",
    "{{ [x]|selectattr('__class__')|list }}",
    "{{ lipsum.__globals__ }}",
    "{{ lipsum() }}",
    "{{ self._TemplateReference__context }}",
    "{{ self.__init__ }}",
    "{{ '{0.__class__}'.format(x) }}",
    "{{ ('{0.__class__}'|safe).format(x) }}",
    "{{ '{:>999999999}'.format(1) }}",
    "{{ x.format_map(data) }}",
    "{{ '%s' % x.__class__ }}",
    "{{ '%(__class__)s' % x }}",
    "{% set ns = namespace() %}{{ ns._Namespace__attrs }}",
    "{% set ns = namespace(a=1) %}{{ ns.__class__ }}",
    "{% import 'part' as p %}{{ p.__globals__ }}",
    "{% import 'part' as p %}{{ p._TemplateModule__body }}",
    "{% from 'part' import hello %}{{ hello.__globals__ }}",
    "{% from 'part' import hello %}{{ hello._func }}",
    "{% from 'part' import __init__ %}",
    "{% macro m() %}{% endmacro %}{{ m._environment }}",
    "{% for i in items %}{{ loop._context }}{% endfor %}",
    "{% include x.__class__ %}",
    "{{ x.upper.__self__ }}",
    "{{ dict.mro() }}",
    "{{ dict.fromkeys(items) }}",
    "{{ range.__code__ }}",
    "{{ items.append(3) }}",
    "{% do data.update({'a': 1}) %}",
    "{% do items.__setitem__(0, 3) %}",
    "{% set data.a = 1 %}",
    "{{ x.encode() }}",
    "{{ x.translate(data) }}",
    "{{ context }}",
    "{{ environment }}",
    "{% debug %}",
]

HUGE = [
    '{{ "a" * 10**9 }}',
    '{{ 10**9 * "a" }}',
    "{{ [0] * 10**9 }}",
    "{{ range(5) * 10**9 }}",
    "{{ range(10**9)|list }}",
    "{{ range(10**30) }}",
    "{% for i in range(10**9) %}{% endfor %}",
    "{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}",
    '{% for i in "a" * 90000 %}{% for j in "a" * 90000 %}{% endfor %}{% endfor %}',
    "{% for i in range(9) recursive %}{{ loop(range(9)) }}{% endfor %}",
    "{{ 2 ** (10**9) }}",
    "{{ (2**4000) ** 4000 }}",
    "{{ 2.0 ** 100000 }}",
    "{% set n = namespace(a=2) %}{% for i in range(99) %}{% set n.a = n.a * n.a %}{% endfor %}",
    "{{ 10|round(-(10**7)) }}",
    "{{ x.ljust(10**9) }}",
    "{{ x.zfill(10**9) }}",
    "{{ x.expandtabs(10**9) }}",
    "{{ x|center(10**9) }}",
    "{{ x|center(999999999) }}",
    "{% filter center(10**9) %}x{% endfilter %}",
    "{{ [x]|map('center', 999999999)|join }}",
    "{{ x|indent(10**9) }}",
    '{{ ("a\n" * 400000)|indent("z" * 100000) }}',
    '{{ ("a " * 400000)|wordwrap(1, wrapstring="z" * 100000) }}',
    '{{ ("a" * 900000)|wordwrap(1) }}',
    '{{ ("a" * 900000)|replace("a", "b" * 900000) }}',
    '{{ ("a" * 900000).replace("a", "b" * 900000) }}',
    '{{ (("a" * 900000)|safe).replace("a", "b" * 900000) }}',
    '{{ ("a" * 900000)|list|join("b" * 900000) }}',
    '{{ ("b" * 900000).join("a" * 900000) }}',
    '{{ (["b" * 900000] * 900000)|join }}',
    "{{ items|batch(10**9, 0)|list }}",
    "{{ items|slice(10**9)|list }}",
    "{{ [[[1]]]|tojson(indent=10**9) }}",
    '{{ "%999999999s" % x }}',
    '{{ "%*s" % (999999999, x) }}',
    '{{ "%(a)999999999s" % {"a": 1} }}',
    '{{ "%999999999s"|format(x) }}',
    '{{ "%.999999999f" % 1.0 }}',
    '{{ ("%s" * 300000) % (("b" * 900000,) * 300000) }}',
    '{% set n = namespace(a="a") %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}',
    '{% set n = namespace(a="a") %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}',
    "{% set n = namespace(a=[1]) %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}",
    "{% set n = namespace(a=1) %}{% for i in x*99 %}{% set n.a = [n.a, n.a]%}{% endfor %}{{ n.a }}",
    "{% set n = namespace(a=x) %}{% for i in x*99 %}{% set n.a %}{{ n.a*2 }}{%endset%}{%endfor%}",
    "{{ [[[0] * 1000] * 1000] * 1000 }}",
    "{{ ([[[0] * 1000] * 1000] * 1000)|tojson }}",
    '{{ "" ~ [[[0] * 1000] * 1000] * 1000 }}',
    "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "{% block b %}{{ self.b() }}{% endblock %}",
    "{% for i in range(99) %}{{ 'a' * 900000 }}{% endfor %}",
    "{% for i in range(99) %}{% user %}{{ 'a' * 900000 }}{% enduser %}{% endfor %}",
]


@pytest.mark.parametrize("body", REACHING)
def test_a_template_reaches_nothing_but_its_values(body: str) -> None:
    values = {"x": "v", "items": [1, 2], "data": {"a": {"b": "c"}}}
    with pytest.raises(RenderError) as caught:
        messages(body, values, **PARTS)
    assert re.match(r"p(, line 1|:)", str(caught.value))
    assert values == VALUES


@pytest.mark.parametrize("body", HUGE)
def test_a_template_of_one_line_fills_no_machine(body: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(RenderError, match=r"^p"):
            messages(body, VALUES)
        assert tracemalloc.get_traced_memory()[1] < 300_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("body", HUGE)
def test_looking_at_such_a_template_makes_nothing(body: str) -> None:
    tracemalloc.start()
    try:
        found = ours(body)
        assert (found.problems, found.variants, found.uses) is not None
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ data.a.b }} {{ data['a']['b'] }} {{ data.get('z', 1) }}", "c c 1"),
        ("{{ x.upper() }}{{ x|upper }}", "VV"),
        ("{% for k, v in data.items() %}{{ k }}{{ v.b }}{% endfor %}", "ac"),
        ("{% for i in range(3) %}{% for j in range(i) %}{{ j }}{% endfor %}{% endfor %}", "001"),
        (
            "{% for i in items recursive %}{{ i }}{{ loop([3]) if i == 2 }}{% endfor %}",
            "123",
        ),
        ("{% for i in items if i > 1 %}{{ loop.index }}{{ i }}{% else %}none{% endfor %}", "12"),
        ("{% for i in items|map('string') %}{{ loop.last }}{% endfor %}", "FalseTrue"),
        ("{% set c = cycler('a', 'b') %}{{ c.next() }}{{ c.next() }}", "ab"),
        (
            "{% set n = namespace(a=0) %}{% for i in items %}{% set n.a=n.a+i %}{%endfor%}{{n.a}}",
            "3",
        ),
        (
            "{{ '%s and %5.1f' % (x, 2) }} {{ '%(a)s' % {'a': 1} }} {{ '%s'|format(x) }}",
            "v and   2.0 1 v",
        ),
        (
            "{{ items|join(', ') }} {{ '-'.join(['a', 'b']) }} {{ [data]|join(',', 'a.b') }}",
            "1, 2 a-b c",
        ),
        ("{{ 'aXbX'.replace('X', '-', 1) }} {{ 'aXbX'|replace('X', '-') }}", "a-bX a-b-"),
        (
            "{{ 'a\nb'|indent(2) }} {{ 'ab cd'|wordwrap(2) }} {{ x|center(3) }}|",
            "a\n  b ab\ncd  v |",
        ),
        ("{{ items|batch(3, 0)|list }} {{ items|slice(2)|list }}", "[[1, 2, 0]] [[1], [2]]"),
        ("{{ data|tojson(indent=1) }}", '{\n "a": {\n  "b": "c"\n }\n}'),
        (
            "{{ 2 ** 10 * 3 + 1 }} {{ 1.25|round(1) }} {{ x * 3 }} {{ items + [3] }}",
            "3073 1.2 vvv [1, 2, 3]",
        ),
        ("{{ x ~ 1 ~ items }}", "v1[1, 2]"),
        ("{% macro m(a, b='2') %}{{ a }}{{ b }}{% endmacro %}{{ m(1) }}{{ m(1, b=x) }}", "121v"),
    ],
)
def test_what_prompts_need_works(body: str, expected: str) -> None:
    assert render(body, VALUES) == expected


def test_the_allowance_is_each_renders_own() -> None:
    found = ours(
        '{% from "loop.j2" import m %}{{ m() }}',
        parts={
            "loop.j2": "{% macro m() %}{% for i in range(400000) %}{% endfor %}done{% endmacro %}"
        },
    )
    assert [found.render({})[0].text for _ in range(5)] == ["done"] * 5


def test_includes_in_includes_end() -> None:
    parts = {
        f"part{n}": f'{{% include "part{n + 1}" %}}{{% include "part{n + 1}" %}}' for n in range(30)
    }
    with pytest.raises(RenderLimit, match="steps"):
        messages('{% include "part0" %}', **parts, part30="")
    with pytest.raises(RenderLimit, match="endlessly"):
        messages('{% include "a" %}', a='{% include "a" %}')


def test_a_limit_names_the_place_in_the_file() -> None:
    found = ours("one\n{{ 'a' * n }}", front="inputs: {n: integer}")
    with pytest.raises(RenderLimit, match=r"^p, line 5: a repetition"):
        found.render({"n": 10**9})


def test_an_error_of_the_template_does_not_quote_values() -> None:
    with pytest.raises(RenderError) as caught:
        messages("{{ x + 1 }}", {"x": "swordfish"})
    assert "swordfish" not in str(caught.value)


@pytest.mark.parametrize(
    "body",
    [
        "{% for i in x %}" * 25 + "{% endfor %}" * 25,
        "{% if x %}" * 120 + "{% endif %}" * 120,
        "{% if x %}" * 3000 + "{% endif %}" * 3000,
        "{{ " + "(" * 300 + "x" + ")" * 300 + " }}",
        "{{ " + "+".join("x" * 3000) + " }}",
        "{{ x" + "|upper" * 3000 + " }}",
        "{{ " + "9" * 5000 + " }}",
        "{{ 0x" + "f" * 50000 + " }}",
        "{% if x %}",
        "{% endif %}",
        "{{ x",
        '{{ "\\N{no such}" }}',
        "{{ x|no_such_filter }}",
        "{% no_such_tag %}",
        "{{ x is no_such_test }}",
        "{% block a %}{% endblock %}{% block a %}{% endblock %}",
    ],
)
def test_what_does_not_compile_has_a_place_and_is_not_rendered(body: str) -> None:
    found = ours(f"\n{body}")
    assert found.problems
    line, _ = found.source.position(found.problems[0].problem.span.start)
    assert line in {4, 5}
    assert (found.variants, found.uses) is not None
    with pytest.raises(PromptopsError, match=r"^p, line [45]: "):
        found.render({"x": []})


@given(st.text())
def test_a_value_is_only_ever_printed(value: str) -> None:
    assert render("{{ x }}", {"x": value}) == value
    assert render("{% set y = x %}{{ [y]|join }}{{ y ~ '' }}", {"x": value}) == value * 2
