from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from pydantic import ValidationError
from typing_extensions import TypedDict

from tests.registry.vendors.typed import assert_is


class Inner(TypedDict, total=False):
    text: str


class Outer(TypedDict):
    inner: Iterable[Inner]


def test_a_request_of_the_type_is_accepted() -> None:
    assert_is(Outer, {"inner": [{"text": "a"}]})


@pytest.mark.parametrize(
    "given",
    [{}, {"inner": [], "more": 1}, {"inner": [{"text": 1}]}, {"inner": [{"text": "a", "more": 1}]}],
)
def test_wrong_and_unknown_keys_are_seen_at_any_depth(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        assert_is(Outer, given)
