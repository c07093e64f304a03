from __future__ import annotations

import pytest

from promptops.lint.wording.instructions import read
from promptops.lint.wording.repeats import Repeat, repeats

RULE = "Give every weight in kilograms, never in pounds."
FACTS = (
    "The depot stands by the river and was a mill before the great flood of the last century,\n"
    "when its wheel was lost and its owner sold the house to the town for a very small price."
)


def found(text: str) -> list[Repeat]:
    return repeats(text, read(text))


@pytest.mark.parametrize(
    "again", [RULE, RULE.upper(), f"**{RULE}**", f"- {RULE}", RULE.replace(" ", "  "), RULE[:-1]]
)
def test_an_instruction_said_again_is_a_repeat_whatever_its_case_space_markup_and_mark(
    again: str,
) -> None:
    text = f"{RULE}\n\nThe depot is busy.\n\n{again}"
    [repeat] = found(text)
    assert text[slice(*repeat.first)] == RULE
    assert repeat.text == text[slice(*repeat.again)]
    assert repeat.first[1] <= repeat.again[0]


@pytest.mark.parametrize(
    ("one", "two"),
    [
        (RULE, RULE.replace("never", "not")),
        ("Keep each note for drivers under 12 words.", "Keep each note for guards under 12 words."),
        ("Weigh the parcel.", "Weigh the parcel."),
        ("You are the foreman of a small depot.", "You are the foreman of a small depot."),
    ],
)
def test_near_copies_short_sentences_and_facts_are_no_repeats(one: str, two: str) -> None:
    assert found(f"{one}\n\n{two}") == []


def test_a_copy_in_a_zone_is_no_repeat() -> None:
    assert found(f"{RULE}\n\n```\n{RULE}\n```") == []
    assert found(f"{RULE}\n\n# Examples\n\n{RULE}") == []


def test_a_block_of_thirty_words_is_a_repeat_even_of_facts() -> None:
    text = f"{FACTS}\n\nWeigh the parcel.\n\n{FACTS}"
    [repeat] = found(text)
    assert repeat.text == FACTS


def test_neighbours_that_are_repeated_together_are_one_repeat() -> None:
    text = f"{RULE} Print every label in capitals and in black.\n"
    assert len(found(f"{text}\nThe depot is busy.\n\n{text}")) == 1


def test_every_later_place_is_told_once() -> None:
    places = [repeat.again for repeat in found(f"{RULE}\n\nA gate.\n\n{RULE}\n\nA door.\n\n{RULE}")]
    assert len(places) == 2
    assert len(set(places)) == 2


def test_in_chinese_twelve_characters_are_enough() -> None:
    assert (
        len(found("请用公斤给出每个包裹的重量。\n\n仓库很忙。\n\n请用公斤给出每个包裹的重量。"))
        == 1
    )
    assert found("请给出重量。\n\n请给出重量。") == []


def test_in_a_language_that_is_not_understood_any_sentence_is_compared() -> None:
    rule = "Le gardien ouvre la porte à six heures du matin."
    assert len(found(f"{rule}\n\nLa cour est grande et belle.\n\n{rule}")) == 1


def test_a_value_below_a_rule_is_no_part_of_it() -> None:
    text = f"- {RULE}\n\nBefore you send:\n\n* {RULE[:-1].lower()}\n \ufffc \ufffc\n"
    [repeat] = found(text)
    assert repeat.text == RULE[:-1].lower()


@pytest.mark.parametrize("mark", ["", "- ", "{}. ", "({}) "])
@pytest.mark.parametrize("rule", [RULE, FACTS.replace("\n", " ")])
def test_what_is_said_many_times_in_a_row_is_one_repeat(rule: str, mark: str) -> None:
    text = "\n".join(mark.format(number) + rule for number in range(1, 41))
    [repeat] = found(text)
    assert text[slice(*repeat.first)] == rule
    assert repeat.again == (text.index(rule, len(rule)), len(text))


def test_places_with_values_stay_apart_so_that_each_is_compared_with_the_first() -> None:
    rule = "Give every weight of \ufffc in kilograms, never in pounds."
    assert [repeat.text for repeat in found("\n".join([rule] * 3))] == [rule] * 2
