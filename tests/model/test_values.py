"""A value is what ``dataclasses`` makes of the same class, but for how soon it is there."""

import copy
import dataclasses
import inspect
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.model.values import dataclass


def parcel(by: Any) -> Any:
    @by(frozen=True, slots=True)
    class Thing:
        """What is sent."""

        code: str

    @by(frozen=True, slots=True)
    class Parcel(Thing):
        """A parcel."""

        weight: float = 1.5
        notes: list[str] = dataclasses.field(default_factory=list)
        seen: int = dataclasses.field(default=0, repr=False, compare=False)

        @property
        def heavy(self) -> bool:
            return self.weight > 20

    return Parcel


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter."""

    to: str
    pages: tuple[int, ...] = ()


@dataclass(frozen=True)
class Card:
    """A card, which says itself what it is and which are alike."""

    to: str

    def __repr__(self) -> str:
        return "a card"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Card)

    def __hash__(self) -> int:
        return 1


@dataclass
class Tray:
    """What is on a tray may change."""

    cups: int = 0
    plates: list[str] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.full = self.cups > 8


class Stack(Tray):
    """Trays, which are no other values than one."""


OURS, THEIRS = parcel(dataclass), parcel(dataclasses.dataclass)
ARGUMENTS = st.tuples(
    st.tuples(st.text(max_size=2)) | st.tuples(st.text(max_size=2), st.integers(0, 30)),
    st.fixed_dictionaries({}, optional={"notes": st.lists(st.just("x")), "seen": st.integers()}),
)


@given(ARGUMENTS, ARGUMENTS)
@settings(max_examples=50)
def test_a_value_is_what_dataclasses_make_of_it(one: Any, other: Any) -> None:
    ours = [OURS(*args, **named) for args, named in (one, other)]
    theirs = [THEIRS(*args, **named) for args, named in (one, other)]
    assert [*map(repr, ours)] == [*map(repr, theirs)]
    assert [*map(dataclasses.asdict, ours)] == [*map(dataclasses.asdict, theirs)]
    assert (ours[0] == ours[1]) == (theirs[0] == theirs[1])
    assert ours[0] != theirs[0]
    assert ours[0].heavy == theirs[0].heavy
    again = dataclasses.replace(ours[0], code="new")
    assert repr(again) == repr(dataclasses.replace(theirs[0], code="new"))
    assert copy.deepcopy(ours[0]) == ours[0]


def test_its_fields_and_parameters_are_the_same() -> None:
    names = [field.name for field in dataclasses.fields(OURS)]
    assert names == [field.name for field in dataclasses.fields(THEIRS)]
    assert OURS.__match_args__ == THEIRS.__match_args__
    assert [*inspect.signature(OURS).parameters] == [*inspect.signature(THEIRS).parameters]
    assert not hasattr(OURS("a"), "__dict__")


def test_equal_values_have_one_hash() -> None:
    assert hash(Letter("Ada", (1, 2))) == hash(Letter("Ada", (1, 2)))
    assert len({Letter("Ada"), Letter("Ada"), Letter("Bo")}) == 2
    with pytest.raises(TypeError, match="unhashable"):
        hash(OURS("a"))


def test_a_default_that_is_made_is_made_for_each() -> None:
    OURS("a").notes.append("x")
    assert OURS("a").notes == []


def test_a_value_cannot_be_changed() -> None:
    letter = Letter("Ada")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'to'"):
        letter.to = "Bo"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'to'"):
        del letter.to  # type: ignore[misc]


def test_what_is_missing_is_said() -> None:
    with pytest.raises(TypeError, match=r"Letter\.__init__\(\) missing 1 .*: 'to'"):
        Letter()  # type: ignore[call-arg]


def test_a_value_can_be_sent_to_another_process() -> None:
    letter = Letter("Ada", (1,))
    assert pickle.loads(pickle.dumps(letter)) == letter


def test_what_a_class_says_for_itself_stands() -> None:
    assert repr(Card("Ada")) == "a card"
    assert Card("Ada") == Card("Bo")
    assert hash(Card("Ada")) == 1


def test_what_may_change_is_equal_by_its_fields_and_has_no_hash() -> None:
    tray = Tray(plates=["blue"])
    tray.cups += 2
    assert tray == Tray(2, ["blue"])
    assert repr(tray) == "Tray(cups=2, plates=['blue'])"
    assert copy.deepcopy(tray) == tray
    assert Tray.cups == 0
    assert Tray(9).full
    assert not tray.full
    assert Tray.__hash__ is None  # type: ignore[comparison-overlap]


def test_a_class_below_one_has_its_fields() -> None:
    assert [field.name for field in dataclasses.fields(Stack)] == ["cups", "plates"]
    assert Stack(1).cups == 1
    assert dataclasses.replace(Stack(1), cups=3) == Stack(3)


def test_dataclasses_can_go_on_with_one_of_ours() -> None:
    @dataclasses.dataclass(frozen=True)
    class Parcel(Letter):
        weight: int = 0

    assert Parcel("Ada", (1,), 3) == Parcel("Ada", (1,), 3)
    assert [field.name for field in dataclasses.fields(Parcel)] == ["to", "pages", "weight"]


def test_a_default_that_all_would_share_is_refused() -> None:
    with pytest.raises(AssertionError, match="notes"):

        @dataclass
        class _Box:
            notes: list[str] = []  # noqa: RUF012 - that is what is refused
