"""A YAML text is refused for its depth exactly where it is nested deeper than allowed."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.templates import frontmatter


def depth(text: str) -> int:
    """Return how deep a text is nested, by its events."""
    now = deepest = 0
    for event in yaml.parse(text):
        now += isinstance(event, yaml.CollectionStartEvent)
        now -= isinstance(event, yaml.CollectionEndEvent)
        deepest = max(deepest, now)
    return deepest


@st.composite
def nested(draw: st.DrawFn) -> str:
    """Return blocks and braces in one another, as tightly as YAML lets them be."""
    lines, column, below_key = [], 0, False
    for _ in range(draw(st.integers(1, 9))):
        lead = draw(st.sampled_from(["a:", "-", "- a:", "- -", "? -", "?", "- - a:"]))
        # Only a list may stand as far left as the key whose value it is.
        column += 0 if below_key and lead[0] == "-" else draw(st.integers(1, 3)) * bool(lines)
        lines.append(" " * column + lead)
        column += 2 * lead.count(" ")  # where the innermost of these blocks begins
        below_key = lead[-1] == ":"
    column += 3
    flow = draw(st.integers(0, 8))
    return "\n".join([*lines, " " * column + "[" * flow + "x" + "]" * flow])


@given(nested(), st.integers(1, 40))
@settings(max_examples=50)
def test_a_text_is_refused_where_it_is_too_deep(text: str, allowed: int) -> None:
    deep = depth(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(frontmatter, "_MANY", allowed)
        if deep <= allowed:
            frontmatter.refuse_depth(text)
        else:
            with pytest.raises(yaml.MarkedYAMLError, match="nested too deeply"):
                frontmatter.refuse_depth(text)
