import json
from pathlib import Path

import pytest
from hypothesis import given

from promptops.templates.prompt import Prompt
from tests.strategies import PATH, TEMPLATES, prompt

CORPUS = Path(__file__).parents[2] / ".." / "shared" / "corpus"
MANIFEST = CORPUS / "manifest.jsonl"
EXAMPLES = sorted((Path(__file__).parents[2] / "prompts").rglob("*.j2"))


def spell_out(found: Prompt) -> None:
    """Check that the segments are the stored body, piece by piece, and nothing else."""
    at = found.template.body.start
    for segment in found.template.segments():
        assert segment.span.start == at
        assert found.source.text[at : segment.span.end] == segment.text != ""
        at = segment.span.end
    assert at == len(found.source.text)


@given(TEMPLATES)
def test_segments_spell_out_the_stored_body(body: str) -> None:
    spell_out(prompt(f"---\nversion: 1\n---\n{body}"))
    spell_out(prompt(f"\ufeff---\r\nversion: 1\r\n---\r\n{body}"))


@given(TEMPLATES)
def test_templates_of_others_and_plain_text_are_spelled_out_too(body: str) -> None:
    spell_out(prompt(body, path="templates/p.j2"))
    spell_out(prompt(body, path="templates/p.txt"))


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_segments_spell_out_the_examples(path: Path) -> None:
    spell_out(prompt(path.read_bytes()))


@pytest.mark.skipif(not MANIFEST.is_file(), reason="the corpus is not here")
def test_segments_spell_out_every_prompt_of_the_corpus() -> None:
    for line in MANIFEST.read_text("utf-8").splitlines():
        name = json.loads(line)["prompt"]
        data = (CORPUS / name).read_bytes()
        spell_out(prompt(data, path=name))
        spell_out(prompt(data, path=PATH))


@pytest.mark.parametrize(
    ("body", "kinds"),
    [
        ("a {{ b }} c", ["literal a ", "expression {{ b }}", "literal  c"]),
        (
            "a\n  {%- if b %}\n c",
            ["literal a", "trivia \n  ", "statement {%- if b %}", "trivia \n"],
        ),
        ("  {% set b = 1 %}\nc", ["trivia   ", "statement {% set b = 1 %}", "trivia \n"]),
        ("{# b -#}\n c", ["comment {# b -#}", "trivia \n ", "literal c"]),
        ("{% raw %}{{ b }}{% endraw %}", ["statement {% raw %}", "literal {{ b }}"]),
        ("a\r\n{{ b }}\r\n", ["literal a\r\n", "expression {{ b }}", "trivia \r\n"]),
        ("a {{ b", ["literal a ", "expression {{ b"]),
    ],
)
def test_a_segment_says_what_becomes_of_it(body: str, kinds: list[str]) -> None:
    segments = prompt(f"---\nversion: 1\n---\n{body}").template.segments()
    assert [f"{one.kind} {one.text}" for one in segments][: len(kinds)] == kinds


@given(TEMPLATES)
def test_any_template_can_be_looked_at(body: str) -> None:
    found = prompt(f"---\nversion: 1\n---\n{body}", {"x": body})
    assert found.problems == found.problems
    for variant in found.variants:
        assert variant.static == "".join(
            leaf.text for leaf in variant.leaves if leaf.expression is None
        )
    for use in found.uses:
        template, span = found.use_span(use)
        assert use.name in template.body.source.text[span.start : span.end]
