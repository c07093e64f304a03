from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.lint.wording.answer import answer
from promptops.lint.wording.bounds import clashes as bounds
from promptops.lint.wording.formats import clashes as formats
from promptops.lint.wording.instructions import read
from promptops.lint.wording.lines import LINES
from promptops.lint.wording.numbering import slips
from promptops.lint.wording.opposites import clashes as opposites
from promptops.lint.wording.repeats import repeats
from promptops.lint.wording.restatements import restatements
from promptops.lint.wording.statements import statements
from promptops.lint.wording.zones import spots

PIECES = st.sampled_from(
    [
        *"# * - 1. ``` ~~~ > | { } [ ] < <a> </a> : , . ! ? ; ( ) \" ' ` —".split(),
        *"<example> </example> if then and only at most you JSON answer e.g.".split(),
        *"Rules: Example: Context: User: A: 5 - Return write the a must never do not".split(),
        *"Bitte schreibe nicht die 请 输出 不要 ， 。".split(),
        *"してください こと \ufffc é 😀 İ".split(),
        *("\n", "\n\n", "\r\n", "\t", " ", "\u2028", "\x00"),
    ]
)
TEXTS = st.one_of(st.lists(PIECES).map(" ".join), st.lists(PIECES).map("".join), st.text())
MEGABYTE = 1_000_000


@given(TEXTS)
def test_items_stand_in_the_text_in_order_and_apart(text: str) -> None:
    reading = read(text)
    end = 0
    for item in reading.items:
        assert end <= item.start < item.end <= len(text)
        assert text[item.start : item.end] == item.text
        end = item.end
    assert reading.n <= reading.surface


@given(TEXTS)
def test_reading_twice_gives_the_same(text: str) -> None:
    first = read(text)
    spots.cache_clear()
    assert read(text) == first


@given(TEXTS)
def test_a_repeat_comes_after_what_it_repeats(text: str) -> None:
    for repeat in repeats(text, read(text)):
        assert (
            0 <= repeat.first[0] < repeat.first[1] <= repeat.again[0] < repeat.again[1] <= len(text)
        )
        assert repeat.text == text[slice(*repeat.again)]


@given(TEXTS)
def test_of_any_text_something_can_be_said_of_its_answer(text: str) -> None:
    told = answer(text, read(text))
    assert told.format_stated or not told.structured_wanted


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "a",
            " ",
            ".",
            "-",
            "*",
            "{",
            "<",
            "\n",
            '"',
            "a.",
            "a, ",
            "1. ",
            "<a>",
            "```x\n",
            "A:\n",
        ),
        *("Use the ", "。", "，", "请输出，", "\ufffc", "word " * 40_000 + "\n"),
        "- Use the tool and return it.\n",
    ],
    ids=repr,
)
def test_a_third_of_a_megabyte_of_anything_takes_a_few_seconds(unit: str) -> None:
    size = MEGABYTE // 3
    text = (unit * (size // len(unit) + 1))[:size]
    begin = time.process_time()
    reading = read(text)
    repeats(text, reading)
    answer(text, reading)
    assert time.process_time() - begin < 6  # about 1; slow machines and coverage need room


def test_tens_of_thousands_of_different_bullets_do_not_meet_each_other() -> None:
    text = "".join(f"- Use tool {number}\n" for number in range(70_000))
    begin = time.process_time()
    assert read(text).n == LINES  # what stands below is not read
    assert time.process_time() - begin < 10


@pytest.mark.parametrize(
    "rule",
    ["Use tool {}", "Never open gate {} for a driver.", "Never open the gate for driver d{}."],
)
def test_tens_of_thousands_of_rules_are_read_at_once(rule: str) -> None:
    text = "".join(f"- {rule.format(number)}\n" for number in range(36_000))
    begin = time.process_time()
    reading = read(text)
    read_in = time.process_time() - begin
    assert repeats(text, reading) == []
    assert read_in < 4  # about 1.2; slow machines and coverage need room
    assert time.process_time() - begin < 6  # about 1.6


def test_every_variant_of_a_prompt_is_split_into_lines_once() -> None:
    spots.cache_clear()
    texts = [f"Weigh parcel {number}." for number in range(16)]
    readings = [read(text) for text in texts]
    for text, reading in zip(texts, readings, strict=True):
        repeats(text, reading)
        answer(text, reading)
    assert spots.cache_info().misses == len(texts)


@given(TEXTS)
def test_a_clash_or_a_restatement_names_two_places_in_order(text: str) -> None:
    said = statements(text, read(text))
    found = [(one.first, one.again) for one in restatements(said)]
    for find in (bounds, formats, opposites):
        found += [(first, again) for first, again, _, _ in find(said)]
    for first, again in found:
        assert first.start < again.start
    for slip in slips(text):
        assert slip.before.start < slip.item.start < slip.item.end <= len(text)


@pytest.mark.parametrize(
    "unit",
    [
        "Never open the gate. ",
        "Use at most 50 words in the answer. ",
        "Write at least {} words. ",
        "Return only JSON as a table. ",
        "Always answer in English.\n",
        "Do not use the tool and never use tool {}. ",
        "{}. Weigh the parcel.\n",
        "limit " * 100,
        "1 to 1 and ",
        "请不要使用工具，不超过50字。",
    ],
    ids=repr,
)
def test_a_megabyte_is_compared_within_seconds(unit: str) -> None:
    times = MEGABYTE // len(unit) + 1
    text = "".join(unit.format(number % 1000) for number in range(times))[:MEGABYTE]
    said = statements(text, read(text))
    begin = time.process_time()
    for find in (bounds, formats, opposites):
        assert all(first.start < again.start for first, again, _, _ in find(said))
    list(restatements(said))
    slips(text)
    assert time.process_time() - begin < 3  # about 0.5; slow machines and coverage need room
