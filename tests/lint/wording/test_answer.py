from __future__ import annotations

import pytest

from promptops.lint.wording.answer import Answer, answer
from promptops.lint.wording.instructions import read


def told(text: str) -> Answer:
    return answer(text, read(text))


@pytest.mark.parametrize(
    "text",
    [
        "Sort the parcel. Answer with one of: red, blue, green.",
        "Tell me the weight as a table.",
        "Describe the parcel. Do not use headings.",
        "Decide whether it is heavy. Answer yes or no.",
        "Describe the parcel in English.",
        "Describe the parcel in at most 20 words.",
        "Return the weight as JSON.",
        "Beschreibe das Paket. Antworte nur mit der Farbe, nicht mit einem Satz.",
        "请描述包裹，用列表输出。",
    ],
)
def test_a_format_is_stated_by_shape_by_labels_or_by_what_must_not_be_there(text: str) -> None:
    assert told(text).format_stated


@pytest.mark.parametrize("text", ["Summarise the letter.", "Is this parcel heavier than that one?"])
def test_a_bare_task_states_no_format(text: str) -> None:
    assert not told(text).format_stated


@pytest.mark.parametrize(
    "bound",
    [
        "at most 80 words",
        "no more than three sentences",
        "up to 5 bullets",
        "in one sentence",
        "2-3 short paragraphs",
        "80 words or less",
        "within \ufffc words",
        "under 100 characters",
        "in a single line",
    ],
)
def test_a_number_of_words_or_parts_is_an_upper_bound(bound: str) -> None:
    assert told(f"Describe the depot, {bound}.").length_bound_stated


@pytest.mark.parametrize(
    "text",
    [
        "Be concise.",
        "Keep it short and clear.",
        "Write at least 80 words.",
        "Write a minimum of 3 sentences.",
    ],
)
def test_an_adverb_or_a_minimum_is_no_upper_bound(text: str) -> None:
    assert not told(text).length_bound_stated


@pytest.mark.parametrize(
    ("text", "bounded"),
    [
        ("请用不超过50字回答。", True),
        ("请回答，至少写五段。", False),
        ("質問に100文字以内で答えてください。", True),
        ("Bitte antworte in zwei Sätzen und nicht mit einer Liste.", True),
    ],
)
def test_bounds_are_read_in_other_languages(text: str, bounded: bool) -> None:
    assert told(text).length_bound_stated is bounded


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Return JSON with a key weight.", True),
        ("Put the weight between <weight> tags.", True),
        ("Give the colours as a comma-separated line.", True),
        ("Use this format:\n```\n[weight]\n```", True),
        ("Describe the following JSON in plain words.", False),
        ("Write three headings in Markdown.", False),
    ],
)
def test_structure_is_wanted_where_a_machine_reads_the_answer(text: str, wanted: bool) -> None:
    assert told(text).structured_wanted is wanted


@pytest.mark.parametrize(
    ("text", "thinks"),
    [
        ("Think step by step.", True),
        ("Explain your reasoning, then give the weight.", True),
        ("First write your thoughts in <thinking> tags.", True),
        ("Write a step-by-step guide for drivers.", False),
        ("Give the reason for the delay.", False),
    ],
)
def test_chain_of_thought_is_reasoning_that_is_asked_for(text: str, thinks: bool) -> None:
    assert told(text).chain_of_thought is thinks


@pytest.mark.parametrize(
    ("text", "task", "bounding"),
    [
        ("Classify the ticket as lost, late or broken.", "classification", True),
        ("Extract the sender and the date from the letter.", "extraction", True),
        ("Summarise the report for a busy manager.", "summarisation", False),
        ("Rewrite the letter in plain words.", "rewriting", True),
        ("Translate the letter into Dutch.", "translation", True),
        ("Write a poem about rivers.", "generation", False),
        ("Answer the question using only the context below.", "rag_answer", False),
        ("Rate the answer on a scale of 1 to 5.", "judge", False),
        ("You are a chatbot for a depot. Greet the customer.", "conversation", False),
        ("You are an AI agent. Use the available tools.", "agent", False),
        ("Count the lorries.", None, False),
    ],
)
def test_the_verbs_tell_the_kind_of_task_and_whether_it_bounds_the_answer(
    text: str, task: str | None, bounding: bool
) -> None:
    assert (told(text).task, told(text).self_bounding) == (task, bounding)


def test_a_title_bounds_itself() -> None:
    assert told("Write a catchy title for the article.").self_bounding
