from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import jinja2
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from promptops.config import TemplateSettings
from promptops.exchange import head, jinja
from promptops.exchange.exchanged import (
    BODY,
    MESSAGES,
    Exchanged,
    NotExchangeable,
    Turn,
    joined,
    stripped,
    text,
    value,
)
from promptops.exchange.formats import FORMATS, format_of
from tests.exchange.laws import (
    CALM,
    NAMES,
    PATHS,
    VALUES,
    WILD,
    flat,
    has_text,
    here,
    nested,
    prompts,
    rendered,
)

QUICK = settings(
    max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
PARAMS = st.fixed_dictionaries(
    {"temperature": st.floats(0, 2), "max_tokens": st.integers(1, 9999)}
).filter(bool)
ABOUT = st.fixed_dictionaries(
    {},
    optional={
        "description": st.text("ab: #é\x85\u2028\n'\"", min_size=1, max_size=9),
        "model": st.sampled_from(["openai:gpt-4o", "google:gemini-2.5-flash", "azure:mine"]),
        "params": PARAMS,
    },
)
INPUTS = st.fixed_dictionaries(
    {},
    optional={
        "ticket": st.just({"type": "string", "max_length": 90, "description": "words"}),
        "clerk": st.just({"type": "string", "default": "Jo"}),
        "rows": st.just({"type": "array", "items": {"type": "string"}}),
        "order": st.just({"type": "object", "properties": {"id": {"type": "string"}}}),
    },
)
DECLARED = st.builds(
    lambda about, inputs: about | ({"inputs": inputs} if inputs else {}), ABOUT, INPUTS
)


def again(form: str, prompt: Exchanged) -> Exchanged:
    """Return what a format reads of what it has written."""
    module = format_of(form)
    (found,) = module.read(module.write(prompt).text, "a/file")
    return found


def same(found: Exchanged, wanted: Exchanged) -> None:
    assert found.turns == wanted.turns
    assert found.metadata == wanted.metadata


def edged(prompt: Exchanged, characters: str | None) -> Exchanged:
    """Return a prompt without white space at the edges of its messages."""
    turns = (replace(t, pieces=joined(stripped(t.pieces, characters))) for t in prompt.turns)
    return replace(prompt, turns=tuple(turns))


@pytest.mark.parametrize("form", ["github", "langfuse", "mlflow"])
@given(st.data())
@QUICK
def test_messages_with_variables_come_back_as_they_were(form: str, data: st.DataObject) -> None:
    prompt = data.draw(prompts(flat(CALM, NAMES), ABOUT, body=form != "github"))
    found = again(form, prompt)
    same(found, prompt)
    assert rendered(found) == rendered(prompt)


@pytest.mark.parametrize("form", ["prompty", "prompty1"])
@given(st.data())
@QUICK
def test_prompty_gives_back_what_it_was_given(form: str, data: st.DataObject) -> None:
    prompt = edged(data.draw(prompts(nested(CALM), DECLARED)), "\n" if form == "prompty" else None)
    found = again(form, prompt)
    if not format_of(form).write(prompt).lost:
        same(found, prompt)
    assert found.turns == prompt.turns
    assert rendered(found) == rendered(prompt)


@given(prompts(nested(CALM), DECLARED))
@QUICK
def test_dotprompt_gives_back_what_it_was_given(prompt: Exchanged) -> None:
    prompt = edged(prompt, None)
    assume(has_text(prompt))
    found = again("dotprompt", prompt)
    same(found, prompt)
    assert rendered(found) == rendered(prompt)


@given(prompts(nested(CALM), ABOUT))
@QUICK
def test_promptfoo_gives_back_what_it_was_given(prompt: Exchanged) -> None:
    assume(("params" in prompt.metadata) <= ("model" in prompt.metadata))
    found = again("promptfoo", prompt)
    same(found, prompt)
    assert rendered(found) == rendered(prompt)


@pytest.mark.parametrize("form", FORMATS)
@given(st.data())
@settings(max_examples=40, suppress_health_check=list(HealthCheck))
def test_any_text_is_carried_exactly_or_refused(form: str, data: st.DataObject) -> None:
    logic = form in {"prompty", "prompty1", "dotprompt", "promptfoo", "mlflow"}
    pieces = nested(WILD) if logic else flat(WILD, NAMES)
    prompt = data.draw(prompts(pieces, body=True))
    try:
        written = format_of(form).write(prompt)
        (found,) = format_of(form).read(written.text, "a/file")
    except NotExchangeable:
        return
    before, after = rendered(prompt), rendered(found)
    if written.lost:
        before, after = ([(r, t.strip()) for r, t in one] for one in (before, after))
    assert [t for _, t in after] == [t for _, t in before]


@given(prompts(nested(st.one_of(CALM, WILD)), DECLARED, body=True))
@QUICK
def test_our_own_format_gives_back_what_it_was_given(prompt: Exchanged) -> None:
    loaded = here(prompt)
    found = head.of_prompt(loaded)
    assert found.turns == prompt.turns
    given_inputs = prompt.metadata.get("inputs", {})
    assert found.metadata.get("inputs", {}).items() >= given_inputs.items()
    assert loaded.problems == ()


@given(nested(st.one_of(CALM, WILD)))
@QUICK
def test_white_space_options_do_not_matter(pieces: Any) -> None:
    for on in (True, False):
        options = TemplateSettings(trim_blocks=on, lstrip_blocks=on, keep_trailing_newline=True)
        assert jinja.read(jinja.write(pieces, signs=on), "x", options) == (pieces, 0)


@given(prompts(nested(CALM)))
@QUICK
def test_promptys_own_jinja_renders_what_promptops_renders(prompt: Exchanged) -> None:
    prompt = edged(prompt, "\n")
    values = {**VALUES, "ticket": "t", "clerk": "c"}  # values that open no message
    body = format_of("prompty").write(prompt).text.partition("\n---\n")[2]
    environment = jinja2.Environment(keep_trailing_newline=True, autoescape=False)
    sent = re.split(r"(?m)^(system|user|assistant):$", environment.from_string(body).render(values))
    loaded = here(prompt)
    messages = loaded.render({n: values[n] for n in loaded.metadata.inputs or {}})
    found = [(r, t.strip("\n")) for r, t in zip(sent[1::2], sent[2::2], strict=True)]
    assert found == [(m.role, m.text.strip("\n")) for m in messages]


@pytest.mark.parametrize("form", ["prompty", "dotprompt", "langfuse"])
def test_a_conversation_comes_back_where_it_stood(form: str) -> None:
    turns = (
        Turn("system", (text("Be kind."),)),
        Turn(MESSAGES, (value("history"),)),
        Turn("user", (value("ticket"),)),
    )
    prompt = Exchanged("talk", turns, {"inputs": {"history": {"type": "messages"}}})
    same(again(form, prompt), prompt)


@pytest.mark.parametrize("form", ["prompty1", "github", "promptfoo", "mlflow"])
def test_a_conversation_that_a_format_does_not_know_is_listed(form: str) -> None:
    turns = (Turn(MESSAGES, (value("history"),)), Turn("user", (text("Go on."),)))
    prompt = Exchanged("talk", turns, {"inputs": {"history": {"type": "messages"}}})
    assert "the conversation history" in format_of(form).write(prompt).lost


def test_paths_are_more_than_langfuse_has() -> None:
    prompt = Exchanged("order", (Turn(BODY, (value("order.id"),)),))
    with pytest.raises(NotExchangeable, match=r"order\.id"):
        format_of("langfuse").write(prompt)


@given(flat(CALM, PATHS))
@QUICK
def test_an_export_is_the_same_each_time(pieces: Any) -> None:
    prompt = Exchanged("one", (Turn("user", pieces),))
    assert format_of("prompty").write(prompt) == format_of("prompty").write(prompt)
