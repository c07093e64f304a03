"""Answers of a name that means one model for ever do not age."""

import pytest

from promptops.evals.ages import fixed


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        ("anthropic:claude-haiku-4-5-20251001", True),
        ("replay:anthropic:claude-haiku-4-5-20251001", True),
        ("anthropic:claude-fable-5", True),
        ("anthropic:claude-haiku-4-5", False),
        ("anthropic:claude-3-7-sonnet-latest", False),
        ("lockwren:sorter-2026-01-01", False),
    ],
)
def test_a_name_is_fixed_where_its_vendor_is_known_never_to_point_it_elsewhere(
    model: str, expected: bool
) -> None:
    assert fixed(model) is expected
