"""Any bytes and any template are linted and mended: typed errors, places in their files."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.config import Config
from promptops.lint.engine import MOST
from promptops.lint.wording.lines import LINES
from promptops.templates.body import MAX_TOKENS
from promptops.templates.variants import MAX_TEXT, MAX_VARIANTS
from tests.lint.hostile import NAMES, hostile
from tests.lint.projects import lint
from tests.lint.taken import CONFIGS, taken
from tests.reporters.test_lint_formats import VALIDATOR
from tests.strategies import PIECES, prompt

SENTENCES = st.sampled_from(
    [
        *(
            "Always weigh the parcel.\n",
            "Never weigh the parcel.\n",
            "Answer in JSON.\n",
            "# Rules\n",
        ),
        *("- Write at most 5 words.\n", "Write at least 9 words.\n", "1. ", "3. ", "> ", "```\n"),
        *(
            "<a>\n",
            "</a>\n",
            "<!-- TODO mend -->\n",
            '{"a": [1, 2',
            "请输出JSON。",
            "必ず書いてください。",
        ),
        *(
            "{% include 'part.j2' %}",
            "{% from 'macros.j2' import m %}",
            "{{ m(1) }}",
            "{x}",
            "\\ud800",
        ),
        *(
            "{# promptops: ignore[filler] why #}",
            "{# promptops: ignore-file #}",
            "\x00",
            "\u202e",
            "\u200b",
        ),
        *(
            "{% if x is defined %}",
            "{% elif x == 'a' %}",
            "{% message role='user' %}",
            "{{ x",
            "%}",
        ),
    ]
)
FRONTS = st.sampled_from(
    [
        *("", "---\n", "---\n---\n", "---\nversion: 1\n---\n", "---\r\nversion: 1\r\n---\r\n"),
        *(
            "---\nversion: 1\ninputs: {x: string, y: [integer]}\n---\n",
            "---\nouput: 1.10\n? []\n---\n",
        ),
        *("---\nversion: 1\nmodel: openai:gpt-5\noutput: {type: json}\n---\n", "---\n- a\n---\n"),
        *('---\nversion: 1\ndescription: "\\ud800"\n---\n', "---\nversion: 1\nx: &a [*a]\n---\n"),
        *(
            "---\nversion: 1\ninputs:\n  x: string\ncost:\n  budget: 5\n  sample: ../s\n---\n",
            "\ufeff---\n",
        ),
    ]
)
BODIES = st.lists(st.one_of(PIECES, SENTENCES), max_size=20).map("".join)
SETTINGS = st.sampled_from(CONFIGS)


@settings(max_examples=40, deadline=None)
@given(front=FRONTS, body=BODIES, config=SETTINGS)
def test_any_template_is_linted_and_mended(front: str, body: str, config: Config) -> None:
    log = taken((front + body).encode(), config, fixes=True)
    if log is not None:
        VALIDATOR.validate(log)


@settings(max_examples=40, deadline=None)
@given(front=st.sampled_from([b"", b"---\nversion: 1\n"]), data=st.binary(max_size=200))
def test_any_bytes_are_linted(front: bytes, data: bytes) -> None:
    taken(front + data, CONFIGS[0], fixes=False)


@settings(max_examples=40, deadline=None)
@given(front=st.text(max_size=120), config=SETTINGS)
def test_any_front_matter_is_linted(front: str, config: Config) -> None:
    data = f"---\nversion: 1\n{front}\n---\nSum up {{{{ x }}}}.\n".encode("utf-8", "ignore")
    taken(data, config, fixes=False)


@pytest.mark.parametrize("name", NAMES)
def test_hostile_prompts_are_linted(name: str) -> None:
    taken(hostile(name, 3_000).encode(), CONFIGS[0], fixes=False)


def test_of_very_many_findings_of_a_rule_the_first_are_listed_and_that_is_said() -> None:
    found = lint("".join(f"{{# promptops: ignore[none{n}] #}}\n" for n in range(MOST + 9)))
    by_rule = Counter(one.code for one in found.findings)
    assert by_rule["TPL110"] == MOST + 1
    last = [one for one in found.findings if one.code == "TPL110"][-1]
    assert "there are more, from here on" in last.message
    assert last.place.line == MOST // 2 + 1  # two findings a line


def test_a_template_of_absurdly_many_tags_is_an_error_and_is_not_read() -> None:
    found = prompt("a\n" + "{{ x }}\n" * (MAX_TOKENS // 5))
    assert found.template.tree is None
    assert found.template.error is not None
    assert "60,000 words and signs of Jinja" in found.template.error.message
    assert found.source.position(found.template.error.span.start)[0] > 5_000


def test_of_a_very_long_template_fewer_paths_are_read() -> None:
    arms = "".join(f"{{% if x{n} %}}aa{{% else %}}b{{% endif %}}" for n in range(40))
    assert len(prompt(arms).variants) == MAX_VARIANTS
    assert len(prompt("Weigh it.\n" * (MAX_TEXT // 10) + arms).variants) == 1


def test_that_only_the_first_lines_of_a_very_long_prompt_are_read_is_said() -> None:
    short, long = (
        [
            one.message
            for one in lint(hostile("numbers of one", size)).findings
            if one.code == "TOK102"
        ]
        for size in (100_000, 400_000)
    )
    assert "lines" not in short[0]
    assert f"rules about wording read its first {LINES:,} lines" in long[0]
