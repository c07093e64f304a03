from __future__ import annotations

import pytest

from promptops.lint.wording.instructions import read
from promptops.lint.wording.zones import spots

ASK = "Weigh every parcel."


def said(text: str) -> list[str]:
    return [item.text for item in read(text).items]


@pytest.mark.parametrize(
    "zone",
    [
        "```\nOpen the gate now.\n```",
        "~~~text\n```\nOpen the gate now.\n```\n~~~",
        '"""\nOpen the gate now.\n"""',
        'Note: """\nOpen the gate now.\n"""',
        "> Open the gate now.",
        "| Step | Open the gate now. |",
        "# Examples\n\nOpen the gate now.",
        "Example 1:\nOpen the gate now.",
        "Here are some examples:\n\nOpen: the gate\nOpen the gate now.",
        "User: Open the gate now.\nAssistant: Close the gate now.",
        "Q: Open the gate now.\nA: Close the gate now.",
        "Thought: Open the gate now.\nAction: Close it now.\nObservation: Look at it now.",
        "5 - Good: Open the gate now.\n4 - Fair: You must open the gate.",
        "Score 1: Open the gate now.\nScore 2: You must open the gate.",
        '{\n"gate": "Open the gate now.",\n"door": "Close the door now."\n}',
        "<document>\nOpen the gate now.\n</document>",
        "<example><input>Open the gate now.</input></example>",
        "[Start of Letter]\nOpen the gate now.\n[End of Letter]",
        "[BEGIN DATA]\nOpen the gate now.\n[END DATA]",
    ],
)
def test_what_stands_in_a_zone_of_data_is_no_instruction(zone: str) -> None:
    assert said(f"{ASK}\n\n{zone}") == [ASK]


def test_a_fence_or_a_tag_that_is_never_closed_hides_nothing() -> None:
    assert said(f"```json\n\n{ASK}") == [ASK]
    assert said(f"<document>\n\n{ASK}") == [ASK]


def test_a_tag_named_in_a_sentence_is_no_tag() -> None:
    text = "Answer as shown in <form> and stay calm.\n\n<form>\nOpen the gate.\n</form>"
    assert said(text)[0] == "Answer as shown in <form> and stay calm."


def test_under_a_heading_of_data_facts_rest_but_commands_still_speak() -> None:
    text = "# Context\n\nThe driver must sign. Use it to answer.\n\n# Task\n\nThe driver must sign."
    assert said(text) == ["Use it to answer.", "The driver must sign."]


def test_a_heading_of_examples_holds_its_deeper_headings() -> None:
    text = f"# Examples\n\n## Output\n\n- red parcels\n\n# Rules\n\n- {ASK}"
    assert said(text) == [ASK]


def test_after_an_example_the_prompt_goes_on() -> None:
    assert said(f"Example:\nParcel: big\nLorry: red\n\nNow weigh the next one.\n\n{ASK}") == [
        "Now weigh the next one.",
        ASK,
    ]


def test_the_words_that_announce_examples_still_speak() -> None:
    assert said("Use these examples only as a guide:\n\nOpen: the gate") == [
        "Use these examples only as a guide:"
    ]


@pytest.mark.parametrize(
    "title",
    [
        "# Rules",
        "**Rules**",
        "**Rules:**",
        "RULES",
        "--- Rules ---",
        "=== Rules ===",
        "Rules:",
        "【规则】",
    ],
)
def test_headings_take_many_forms(title: str) -> None:
    assert said(f"{title}\n- plain words") == ["plain words"]


def test_a_command_in_capitals_is_no_heading() -> None:
    assert said("DO NOT OPEN THE GATE\n\nThe gate is green.") == ["DO NOT OPEN THE GATE"]


def test_every_line_has_one_place_in_order() -> None:
    text = "# A\r\n\r\n- b\r\n<c>d</c>\n"
    rows = [text[spot.line.start : spot.line.end] for spot in spots(text)]
    assert [row for row in rows if row] == ["# A", "b", "<c>", "d", "</c>"]
