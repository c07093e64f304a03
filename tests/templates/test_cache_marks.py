import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from promptops.config import Config, TemplateSettings
from promptops.errors import RenderError
from tests.strategies import ours, problems

LINES = st.sampled_from(
    [
        "text\n",
        "  text\n",
        "\n",
        "{{ x }}\n",
        "{{- x }}\n",
        "{{ x -}}\n",
        "{% if x %}\nyes\n{% endif %}\n",
        "{%- if x -%} yes {%- endif -%}\n",
        "{# note #}\n",
        "{#- note -#}\n",
        " {% set y = 1 %}\n",
        "end ",
    ]
)
MARKS = st.sampled_from(
    [
        "{% cache %}\n",
        "  {% cache %}\n",
        '{% cache ttl="5m" %}\n',
        "{% cache %}",
        " {% cache %}",
        "{%- cache %}\n",
        "{% cache -%}\n",
        "text {% cache %}\n",
        "text{% cache %}text\n",
    ]
)
SETTINGS = st.builds(TemplateSettings, st.booleans(), st.booleans(), st.booleans())


def sent(body: str, config: Config) -> list[str]:
    found = ours(f"{{% system %}}\n{body}{{% endsystem %}}", config=config)
    return [one.text for one in found.render({"x": "value"})]


def unmarked(body: str) -> str:
    """Return a body without its mark, and without the line that held nothing else."""
    before, after = re.split(r"\{%-? cache.*?%\}", body)
    line = before.rpartition("\n")[2]
    if not line.strip() and after.startswith("\n"):
        return before.removesuffix(line) + after[1:]
    return before + after


@given(st.lists(LINES, max_size=4), MARKS, st.lists(LINES, max_size=4), SETTINGS)
def test_a_mark_without_a_problem_changes_no_byte(
    above: list[str], mark: str, below: list[str], settings: TemplateSettings
) -> None:
    config = Config(templates=settings)
    marked = "".join([*above, mark, *below])
    found = ours(f"{{% system %}}\n{marked}{{% endsystem %}}", config=config)
    assume(not problems(found))
    assert sent(marked, config) == sent(unmarked(marked), config)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("{% for i in x %}{% cache %}{% endfor %}", "inside a for block"),
        ("{% if x %}{% cache %}{% endif %}", "inside a if block"),
        ("{% if x %}{% else %}{% cache %}{% endif %}", "inside a if block"),
        ("{% set a %}{% cache %}{% endset %}", "inside a set block"),
        ("{% filter upper %}{% cache %}{% endfilter %}", "inside a filter block"),
        ("{% macro m() %}{% cache %}{% endmacro %}", "inside a macro block"),
        ("{% call m() %}{% cache %}{% endcall %}", "inside a call block"),
        ('{% cache ttl="soon" %}', "a number and a unit"),
        ('{% cache ttl="0m" %}', "a number and a unit"),
        ('{% cache size="5m" %}', "known: ttl, name"),
        ('{% cache ttl="5m", ttl="1h" %}', "unexpected argument 'ttl'"),
        ("{% cache ttl=x %}", "expected token 'string'"),
    ],
)
def test_a_mark_that_cannot_be_one_is_a_problem(body: str, said: str) -> None:
    ((message, line, _),) = problems(ours(f"{{% system %}}\n{body}\n{{% endsystem %}}"))
    assert said in message
    assert line == 5


def test_a_mark_outside_the_messages_is_a_problem() -> None:
    assert problems(ours("{% cache %}\n{% user %}a{% enduser %}"))[0][0] == (
        "a cache mark stands outside a message block"
    )
    assert problems(ours("text {% cache %}"))[0][0] == "a cache mark stands outside a message block"


def test_a_mark_in_a_partial_is_a_problem() -> None:
    body = '{% system %}\n{% include "a.j2" %}\n{% endsystem %}'
    found = ours(body, parts={"a.j2": "one\n{% cache %}\n"})
    assert any("a cache mark" in one.problem.message for one in found.problems)
    with pytest.raises(RenderError, match="cache mark"):
        found.render({})


@pytest.mark.parametrize(
    "body",
    [
        "text {% cache %}\nnext",
        "{%- cache %}\n",
        "{% cache -%}\n",
        "{% cache %}\n{{- x }}",
        "{{ x -}}\n{% cache %}\n",
        "{% cache %}\n\n{%- if x %}{% endif %}",
        "  {% cache %}next",
    ],
)
def test_a_mark_that_takes_white_space_is_a_problem_with_its_place(body: str) -> None:
    found = ours(f"{{% system %}}\na\n{body}\nb\n{{% endsystem %}}")
    assert [message for message, _, _ in problems(found)] == [
        "a cache mark that takes white space with it: put it on a line of its own"
    ]


def test_a_mark_at_the_start_of_a_message_stands_behind_the_last_one() -> None:
    body = "{% system %}A{% endsystem %}{% user %}{% cache ttl='1h' %}B{% enduser %}"
    system, user = ours(body).render({})
    assert [(part.text, part.cache and part.cache.ttl) for part in system.parts] == [("A", "1h")]
    assert [(part.text, part.cache) for part in user.parts] == [("B", None)]
