from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from promptops.exchange import braces, github, langfuse, mlflow, promptfoo
from promptops.exchange import text as plain
from promptops.exchange.exchanged import BODY, Exchanged, NotExchangeable, Turn, tag, text, value
from tests.exchange.laws import NAMES, WILD, flat, here

QUICK = settings(max_examples=50, suppress_health_check=list(HealthCheck))
VALUES: dict[str, Any] = {
    "name": "Jo {x} {{ y }}",
    "short": "é",
    "count": -42,
    "price": 1234.5678,
    "tags": ["a", "b's"],
}
TEXTS = st.sampled_from(["name", "short"])
FIELDS = st.one_of(
    st.sampled_from(["name", "count", "price", "tags", "tags[1]"]).map(lambda n: f"{{{n}}}"),
    st.builds("{{{}!{}}}".format, st.sampled_from(sorted(VALUES)), st.sampled_from("sra")),
    st.builds(
        "{{{}:{}{}{}s}}".format,
        TEXTS,
        st.sampled_from(["<", ">", ""]),
        st.sampled_from(["3", "12"]),
        st.sampled_from(["", ".2"]),
    ),
    st.builds(
        "{{count:{}{}{}{}}}".format,
        st.sampled_from(["", "+", " "]),
        st.sampled_from(["", "0"]),
        st.sampled_from(["", "7"]),
        st.sampled_from("dxXo"),
    ),
    st.builds(
        "{{price:{}{}{}{}}}".format,
        st.sampled_from(["", "+", " "]),
        st.sampled_from(["", "9", "09"]),
        st.sampled_from(["", ".0", ".3"]),
        st.sampled_from("fFeEgG"),
    ),
)
LITERALS = st.text("ab{}%#\\n\n é'\"", max_size=8).map(
    lambda said: said.replace("{", "{{").replace("}", "}}")
)


def rendered(source: str) -> str:
    prompt = Exchanged("x", (Turn(BODY, braces.read(source, "x")),))
    loaded = here(prompt)
    (message,) = loaded.render({name: VALUES[name] for name in loaded.metadata.inputs or {}})
    return message.text


@given(st.lists(st.one_of(LITERALS, FIELDS), max_size=6).map("".join))
@QUICK
def test_a_text_renders_what_str_format_makes_of_it(source: str) -> None:
    assert rendered(source) == source.format(**VALUES)


@pytest.mark.parametrize(
    "source",
    [
        "{}", "{0}", "{ name }", "{name:^9}", "{price:,}", "{price:.1%}", "{count:b}", "{name:5}",
        "{name:*>9}", "{name:{count}}", "{name!r:>9}", "{self}", "{name[-1]}", "{name[a b]}",
        "{name", "name}", '{"a": 1}', "{name.}", "{count:.2d}",
    ],
)  # fmt: skip
def test_what_jinja_would_write_otherwise_is_refused(source: str) -> None:
    with pytest.raises(NotExchangeable, match=r"\Ax: "):
        braces.read(source, "x")


def test_only_what_is_a_name_is_looked_up_in_a_value() -> None:
    assert braces.read("{a.b[c][0]}", "x") == (value("a.b.c[0]"),)
    with pytest.raises(NotExchangeable):
        braces.read("{a[if]}", "x")


def test_the_texts_of_four_tools_may_be_for_str_format() -> None:
    expected = (text("Hi "), value("name"), text(", {{ok}}"))
    said = "Hi {name}, {{{{ok}}}}"
    chat = [{"role": "user", "content": said}]
    files = (
        (github, json.dumps({"messages": chat})),
        (langfuse, json.dumps({"name": "x", "type": "chat", "prompt": chat})),
        (mlflow, json.dumps({"name": "x", "template": said})),
        (promptfoo, json.dumps({"prompts": [said]})),
    )
    for module, source in files:
        (found,) = module.read(source, "x", braces.read)  # type: ignore[attr-defined]
        assert found.turns[0].pieces == expected


@given(flat(WILD, NAMES))
@QUICK
def test_a_plain_text_comes_back_or_is_refused(pieces: Any) -> None:
    prompt = Exchanged("x", (Turn(BODY, pieces),))
    if any(piece.text.startswith("\ufeff") for piece in pieces[:1]):
        with pytest.raises(NotExchangeable, match="line ends"):
            plain.write(prompt)
        return
    written = plain.write(prompt)
    assert plain.read(written.text, "x")[0].turns == prompt.turns
    names = {"ticket": "{0}", "clerk": "c"}
    sent = "".join(names[p.text] if p.kind == "value" else p.text for p in pieces)
    assert written.text.format(**names) == sent


def test_a_plain_text_holds_one_message_without_logic() -> None:
    for turns in (
        (Turn("system", ()), Turn("user", ())),
        (Turn("user", (tag("if a"), tag("endif"))),),
        (Turn("user", (value("a.b"),)),),
    ):
        with pytest.raises(NotExchangeable):
            plain.write(Exchanged("x", turns))
