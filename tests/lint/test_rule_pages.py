from __future__ import annotations

from pathlib import Path

import pytest

from promptops.lint.catalogue import built_in
from promptops.lint.rule import Rule
from tests.lint.pages import Example, agrees, examples, found

PAGES = Path(__file__).parent / "rules"
RULES = {rule.name: rule for rule in built_in()}
CASES = [
    pytest.param(RULES[page.stem], example, id=f"{page.stem}: {example.title}")
    for page in sorted(PAGES.glob("*.md"))
    for example in examples(page.read_text("utf-8"))
]


@pytest.mark.parametrize(("rule", "example"), CASES)
def test_a_page_says_what_its_rule_finds(rule: Rule, example: Example) -> None:
    actual = found(rule, example)
    assert len(actual) == len(example.expected), actual
    for expected, one in zip(example.expected, actual, strict=True):
        assert agrees(expected, one), (expected, one)


@pytest.mark.parametrize("name", sorted(RULES))
def test_every_rule_has_a_page_with_findings_and_clean_prompts(name: str) -> None:
    page = list(examples((PAGES / f"{name}.md").read_text("utf-8")))
    assert any(example.expected for example in page)
    assert any(not example.expected for example in page)


def _fence(rule: Rule, heading: str) -> Example:
    _, _, after = rule.explanation.partition(f"## {heading}\n")
    return next(examples(after))


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rules_example_is_found_and_its_better_form_is_clean(name: str) -> None:
    rule = RULES[name]
    assert found(rule, _fence(rule, "Example"))
    assert not found(rule, _fence(rule, "Use instead"))


@pytest.mark.parametrize("name", sorted(RULES))
def test_a_rules_explanation_has_its_four_parts(name: str) -> None:
    rule = RULES[name]
    assert rule.summary.endswith(".")
    assert "## Why is this bad?" in rule.explanation
    assert rule.check.__module__.endswith(name.replace("-", "_"))
