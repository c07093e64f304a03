from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings

from promptops.exchange import dotprompt, head, partials
from promptops.exchange.exchanged import (
    Exchanged,
    NotExchangeable,
    Piece,
    Turn,
    joined,
    stripped,
    tag,
    text,
    value,
)
from promptops.exchange.formats import format_of
from promptops.exchange.partials import include
from promptops.templates.files import Memory
from promptops.templates.loader import load
from tests.exchange.laws import CALM, CONFIG, here, nested, rendered

QUICK = settings(max_examples=40, suppress_health_check=list(HealthCheck))


def within(start: Any, middle: Any, end: Any, deep: Any) -> Exchanged:
    """Return a prompt that includes a partial, which includes another."""
    parts = {
        "shared/tone.j2": joined((text("Kindly. "), *middle, include("end.j2"))),
        "end.j2": deep,
    }
    inside = joined(stripped((*start, include("shared/tone.j2"), *end), None))
    return Exchanged("some/prompt", (Turn("system", (text("On"), *inside)),), {}, (), None, parts)


PIECES = nested(CALM)


@given(PIECES, PIECES, PIECES, PIECES)
@QUICK
def test_dotprompt_gives_partials_back(start: Any, middle: Any, end: Any, deep: Any) -> None:
    prompt = within(start, middle, end, deep)
    written = dotprompt.write(prompt)
    assume(not written.lost)
    assert set(written.beside) == {"_shared-tone.prompt", "_end.prompt"}
    held = {name[1:].removesuffix(".prompt"): told for name, told in written.beside.items()}
    (found,) = dotprompt.read(written.text, "x.prompt", held.get)
    assert found.parts.keys() == {"shared-tone.j2", "end.j2"}
    assert rendered(found) == rendered(prompt)


@given(PIECES, PIECES, PIECES, PIECES)
@QUICK
def test_a_prompt_sends_the_same_with_its_partials_written_out(
    start: Any, middle: Any, end: Any, deep: Any
) -> None:
    prompt = within(start, middle, end, deep)
    alone = partials.inlined(prompt)
    assert alone.parts == {}
    assert alone.lost == (
        "shared/tone.j2 is written out where it was included",
        "end.j2 is written out where it was included",
    )
    assert rendered(alone) == rendered(prompt)
    assert head.of_prompt(here(prompt)).parts == prompt.parts


@pytest.mark.parametrize("form", ["prompty", "promptfoo", "mlflow"])
def test_what_is_exported_without_partials_holds_their_text(form: str) -> None:
    prompt = within((), (value("clerk"),), (), (text("End."),))
    written = format_of(form).write(partials.inlined(prompt)).text
    assert "OnKindly. {{ clerk }}End." in written or "OnKindly. {{clerk}}End." in written


def test_a_partial_in_a_loop_is_written_out_since_handlebars_would_look_elsewhere() -> None:
    pieces = (tag("for row in rows"), include("a.j2"), tag("endfor"))
    prompt = Exchanged("x", (Turn("user", pieces),), {}, (), None, {"a.j2": (value("row"),)})
    written = dotprompt.write(prompt)
    assert written.beside == {}
    assert "{{#each rows}}{{this}}{{/each}}" in written.text
    assert "a.j2 is written out where it was included" in written.lost


def test_partials_that_would_share_a_name_are_written_out() -> None:
    parts: dict[str, tuple[Piece, ...]] = {"a/b.j2": (text("1"),), "a-b.j2": (text("2"),)}
    pieces = (text("x"), include("a/b.j2"), include("a-b.j2"))
    written = dotprompt.write(Exchanged("x", (Turn("user", pieces),), {}, (), None, parts))
    assert written.text.endswith("x12\n")
    assert written.beside == {}


@pytest.mark.parametrize(
    ("partial", "told"),
    [
        (None, "is not there"),
        ("---\na: 1\n---\nHi", "has front matter"),
        ('{{role "user"}}Hi', "opens a message"),
        ("{{history}}", "opens a message"),
        ("{{json x}}", "has no equal"),
        ("{{>tone}}", "includes itself"),
    ],
)
def test_a_partial_that_has_no_equal_is_refused(partial: str | None, told: str) -> None:
    with pytest.raises(NotExchangeable, match=told):
        dotprompt.read("{{>tone}}", "x.prompt", {"tone": partial}.get)


def test_partials_are_placed_in_the_folder_of_the_import() -> None:
    (found,) = dotprompt.read("A {{>shared/tone}}", "x.prompt", {"shared/tone": "B {{c}}"}.get)
    placed = partials.placed(found, "old/shop")
    assert placed.parts == {"old/shop/shared/tone.j2": (text("B "), value("c"))}
    assert placed.turns[0].pieces == (text("A "), include("old/shop/shared/tone.j2"))
    assert partials.placed(found, "") == found


def test_a_partial_that_opens_messages_is_written_out_at_once() -> None:
    files = {
        "prompts/x.prompt.j2": b"---\nversion: 1\n---\n{% include 'a.j2' %}\n",
        "prompts/a.j2": b"{% system %}Hi.{% endsystem %}\n",
    }
    found = head.of_prompt(load(Memory(files), "prompts/x.prompt.j2", CONFIG))
    assert found.turns == (Turn("system", (text("Hi."),)),)
    assert "a.j2 is written out where it was included" in found.lost
