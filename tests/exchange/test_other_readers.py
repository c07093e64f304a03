"""Exports, read and filled by the tools themselves; each test skips where its tool is not there.

`pip install --group exchange` has them all but Prompty's old client, prompty<2.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import warnings
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from promptops.exchange.exchanged import (
    BODY,
    MESSAGES,
    Exchanged,
    NotExchangeable,
    Turn,
    tag,
    text,
    value,
)
from promptops.exchange.formats import format_of
from promptops.exchange.partials import include
from tests.exchange.laws import CALM, NAMES, VALUES, flat, here, nested, prompts

MANY = settings(max_examples=40, suppress_health_check=list(HealthCheck), deadline=None)
GIVEN = {**VALUES, "ticket": "a {{ clerk }} \\1", "clerk": "Jo"}
HISTORY = [{"role": "user", "content": "Hallo"}, {"role": "assistant", "content": "Ja"}]
SCHEMA = {
    "type": "object",
    "properties": {
        "team": {"type": "string", "enum": ["post", "till"]},
        "why": {"type": ["string", "null"], "description": "one line"},
        "lines": {"type": "array", "items": {"type": "number"}},
    },
    "required": ["team"],
    "additionalProperties": False,
}
TALK = Exchanged(
    "shop/talk",
    (
        Turn("system", (text("Be kind to "), value("clerk"), text('. Write {"a": 1}.'))),
        Turn(MESSAGES, (value("history"),)),
        Turn("user", (text("On "), value("ticket"))),
    ),
    {
        "description": "a --- b +++ c",
        "model": "openai:gpt-4o",
        "params": {"max_tokens": 7, "temperature": 0.5},
        "inputs": {"clerk": {"type": "string"}, "history": {"type": "messages"}},
    },
    schema=SCHEMA,
)  # fmt: skip


def tool(name: str, *, major: str = "") -> Any:
    """Return a tool's module, whose own warnings are no concern of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = name.partition(".")[0]
        pytest.importorskip(package)
        if major and not version(package).startswith(f"{major}."):
            pytest.skip(f"another version of {package}")
        return importlib.import_module(name)


def ours(prompt: Exchanged) -> list[tuple[str, str]]:
    loaded = here(prompt)
    declared = loaded.metadata.inputs or {}
    values = {"history": HISTORY, **GIVEN}
    messages = loaded.render({name: values[name] for name in declared})
    return [(message.role, message.text) for message in messages]


def written(form: str, prompt: Exchanged) -> str:
    try:
        return format_of(form).write(prompt).text
    except NotExchangeable:
        assume(condition=False)
        raise


def prompty_messages(client: Any, prompt: Exchanged, form: str) -> list[tuple[str, str]]:
    with TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder, "one.prompty")
        path.write_bytes(written(form, prompt).encode())
        sent = client.prepare(client.load(str(path)), {"history": HISTORY, **GIVEN})
    if form == "prompty":
        return [(message.role, message.text) for message in sent]
    return [(message["role"], message["content"]) for message in sent]


@pytest.mark.parametrize(("form", "major"), [("prompty", "2"), ("prompty1", "0")])
@given(st.data())
@MANY
def test_prompty_sends_what_we_send(form: str, major: str, data: st.DataObject) -> None:
    client = tool("prompty", major=major)
    prompt = data.draw(prompts(nested(CALM)))
    expected = [(r, said.strip("\n" if form == "prompty" else None)) for r, said in ours(prompt)]
    assume(all(said for _, said in expected))  # the first version sends no empty message
    assert prompty_messages(client, prompt, form) == expected


def test_prompty_knows_the_model_the_conversation_and_the_schema(tmp_path: Path) -> None:
    client = tool("prompty", major="2")
    (tmp_path / "one.prompty").write_text(written("prompty", TALK))
    agent = client.load(tmp_path / "one.prompty")
    assert (agent.model.id, agent.model.provider) == ("gpt-4o", "openai")
    assert (agent.model.options.max_output_tokens, agent.model.options.temperature) == (7, 0.5)
    assert agent.description == "a --- b +++ c"
    kinds = [(one.name, one.kind, one.required, one.nullable) for one in agent.outputs]
    assert kinds == [
        ("team", "string", True, None),
        ("why", "string", None, True),
        ("lines", "array", None, None),
    ]
    assert prompty_messages(client, TALK, "prompty") == ours(TALK)


@given(prompts(nested(CALM)))
@MANY
def test_dotprompt_sends_what_we_send(prompt: Exchanged) -> None:
    client = tool("dotpromptz")
    expected = [("model" if role == "assistant" else role, said) for role, said in ours(prompt)]
    assume(all(said.strip() for _, said in expected))  # it sends no empty message
    filled = client.Dotprompt().render(
        written("dotprompt", prompt), client.DataArgument(input=GIVEN)
    )
    sent = asyncio.run(filled).messages
    found = [(m.role.value, "".join(part.text for part in m.content)) for m in sent]
    # Dotprompt takes the white space around the whole text.
    edges = ((0, str.lstrip), (-1, str.rstrip))
    for at, strip in edges:
        found[at] = (found[at][0], strip(found[at][1]))
        expected[at] = (expected[at][0], strip(expected[at][1]))
    assert found == expected


def test_dotprompt_finds_the_partials_and_the_schema() -> None:
    client = tool("dotpromptz")
    parts = {
        "shared/tone.j2": (text("Be kind to "), value("clerk"), text(".\n"), include("end.j2")),
        "end.j2": (tag("if more"), text("And more."), tag("endif"), text("Thanks.\n")),
    }
    pieces = (text("Now:\n"), include("shared/tone.j2"), text("\nOn "), value("ticket"))
    prompt = Exchanged("one", (Turn("system", pieces),), schema=SCHEMA, parts=parts)
    done = format_of("dotprompt").write(prompt)
    assert "{{>shared-tone}}" in done.text
    helper = client.Dotprompt()
    for name, source in done.beside.items():
        helper.define_partial(name.removeprefix("_").removesuffix(".prompt"), source)
    sent = asyncio.run(helper.render(done.text, client.DataArgument(input=GIVEN)))
    assert [("system", sent.messages[0].content[0].text)] == ours(prompt)
    assert sent.output.schema == SCHEMA


PICOSCHEMA = """---
output:
  schema:
    name: string, who it is
    age?: integer
    tags(array, what it is about): string
    more?(object, the rest):
      low: number
      any: any
    size?(enum, how large): [s, m]
    kind(enum): [a]
    (*): string, others
---
Hi.
"""


def test_picoschema_becomes_the_json_schema_that_dotprompt_makes_of_it() -> None:
    client = tool("dotpromptz")
    (found,) = format_of("dotprompt").read(PICOSCHEMA, "x.prompt")
    meta = asyncio.run(client.Dotprompt().render_metadata(PICOSCHEMA))
    assert found.schema == meta.output.schema


@given(prompts(flat(CALM, NAMES), body=True))
@MANY
def test_langfuse_sends_what_we_send(prompt: Exchanged) -> None:
    client = tool("langfuse.model")
    data = json.loads(written("langfuse", prompt))
    if data["type"] == "text":
        made = client.TextPromptClient(client.Prompt_Text(version=1, **data))
        assert made.compile(**GIVEN) == ours(prompt)[0][1]
        return
    sent = client.ChatPromptClient(client.Prompt_Chat(version=1, **data)).compile(**GIVEN)
    assert [(one["role"], one["content"]) for one in sent] == ours(prompt)


def test_langfuse_places_a_conversation() -> None:
    client = tool("langfuse.model")
    data = json.loads(written("langfuse", TALK))
    made = client.ChatPromptClient(client.Prompt_Chat(version=1, **data))
    sent = made.compile(history=HISTORY, **GIVEN)
    assert [(one["role"], one["content"]) for one in sent] == ours(TALK)
    assert made.config["response_format"]["json_schema"]["schema"] == SCHEMA


@given(st.one_of(prompts(nested(CALM), body=True), prompts(flat(CALM, NAMES), body=True)))
@MANY
def test_mlflow_sends_what_we_send(prompt: Exchanged) -> None:
    client = tool("mlflow.entities.model_registry")
    assume(any(turn.pieces for turn in prompt.turns))
    # Without Jinja, MLflow fills a value's own braces, too.
    values = {**GIVEN, "ticket": "t"}
    told = json.loads(written("mlflow", prompt))
    sent = client.PromptVersion(version=1, **told).format(**values)
    found = [sent] if isinstance(sent, str) else [one["content"] for one in sent]
    loaded = here(prompt)
    messages = loaded.render({name: values[name] for name in loaded.metadata.inputs or {}})
    assert found == [message.text for message in messages]


def test_mlflow_knows_the_model_and_the_schema() -> None:
    client = tool("mlflow.entities.model_registry")
    prompt = Exchanged("n", (Turn(BODY, (text("x"),)),), TALK.metadata, schema=SCHEMA)
    told = json.loads(written("mlflow", prompt))
    made = client.PromptVersion(version=1, **told)
    assert made.response_format == SCHEMA
    assert made.model_config["model_name"] == "gpt-4o"
    assert made.is_text_prompt
