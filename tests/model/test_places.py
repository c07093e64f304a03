import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.model.finding import Severity
from promptops.model.prompt import Message, Part
from promptops.model.text import Source, Span

TEXTS = st.text(alphabet="ab😀\n\r\u2028\x0c ", max_size=30)


@pytest.mark.parametrize(
    ("text", "offset", "place"),
    [
        ("", 0, (1, 1)),
        ("ab", 2, (1, 3)),
        ("a\nb", 1, (1, 2)),
        ("a\nb", 2, (2, 1)),
        ("a\r\nb", 2, (1, 3)),
        ("a\r\nb", 3, (2, 1)),
        ("a\rb", 2, (2, 1)),
        ("\r\r\n\n", 4, (4, 1)),
        ("a\u2028\x0bb", 3, (1, 4)),
        ("😀b", 1, (1, 2)),
    ],
)
def test_lines_end_where_an_editor_ends_them(
    text: str, offset: int, place: tuple[int, int]
) -> None:
    source = Source("p", text)
    assert source.position(offset) == place
    assert source.offset(*place) == offset


@given(TEXTS)
def test_every_offset_has_one_place(text: str) -> None:
    source = Source("p", text)
    places = [source.position(offset) for offset in range(len(text) + 1)]
    assert places == sorted(set(places))
    assert [source.offset(*place) for place in places] == list(range(len(text) + 1))


@given(TEXTS)
def test_lines_spell_out_the_text_without_their_ends(text: str) -> None:
    source = Source("p", text)
    count = source.position(len(text))[0]
    lines = [source.line(number) for number in range(1, count + 1)]
    assert "\n".join(lines) == text.replace("\r\n", "\n").replace("\r", "\n")
    for number, line in enumerate(lines, 1):
        span = source.line_span(number)
        assert text[slice(*span)] == line


def test_a_place_outside_the_text_is_held_inside() -> None:
    source = Source("p", "ab\nc")
    assert source.offset(9, 9) == 4
    assert source.offset(0) == 0
    assert source.line_span(1) == Span(0, 2)


def test_a_message_is_the_text_of_its_parts() -> None:
    assert Message("user", (Part("a"), Part("b"))).text == "ab"


@pytest.mark.parametrize("severity", Severity)
def test_a_severity_is_read_as_it_is_printed(severity: Severity) -> None:
    assert Severity.parse(severity.label) is severity


def test_severities_are_ordered() -> None:
    assert Severity.NOTE < Severity.WARNING < Severity.ERROR
