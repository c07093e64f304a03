from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.evals.alike import Alike, expects

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one, max_size=3)
)


@settings(max_examples=25)
@given(st.lists(st.integers(0, 1500), max_size=3000))
def test_a_value_is_kept_once_and_equal_to_what_was_given(keys: list[int]) -> None:
    alike: Alike[list[int]] = Alike()
    first: dict[int, list[int]] = {}
    for key in keys:
        value = [key]
        found = alike.one(key, value)
        assert found == value
        assert found is first.setdefault(key, found) or len(first) > 1000


@settings(max_examples=25)
@given(JSON, JSON)
def test_cases_that_expect_the_same_have_the_same_hash_and_others_another(a: str, b: str) -> None:
    same = (type(a), a) == (type(b), b)
    assert expects(a) == expects(a)
    assert same or a == b or expects(a) != expects(b)
