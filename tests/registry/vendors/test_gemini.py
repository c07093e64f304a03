from __future__ import annotations

from typing import Any

import pytest

from promptops.registry.rendered import Rendered
from promptops.registry.vendors.gemini import KNOWN
from tests.registry.vendors.loopback import Loopback
from tests.registry.vendors.makers import ANSWER, FETCH, NAMES, SEARCH, example, full, rendered

genai = pytest.importorskip("google.genai")
from google.genai import types  # noqa: E402 - it may not be installed

ROLES = {"user": "user", "assistant": "model"}


@pytest.fixture(scope="module")
def client(server: Loopback) -> Any:
    made = genai.Client(api_key="none", http_options=types.HttpOptions(base_url=server.url))
    yield made
    made.close()


def sent(client: Any, server: Loopback, prompt: Rendered) -> dict[str, Any]:
    given = prompt.gemini()
    config = types.GenerateContentConfig.model_validate(given["config"])
    for tool in config.tools or []:
        types.Tool.model_validate(tool)
    for content in given["contents"]:
        types.Content.model_validate(content)
    assert client.models.generate_content(**given).text == "ok"
    model = (prompt.model or "").partition(":")[2]
    assert server.path.endswith(f"/models/{model}:generateContent")
    return server.body


def declared(body: dict[str, Any]) -> list[Any]:
    """Return the tools; the client writes a declaration's names as Python does, others do not."""
    found = [tool for one in body.get("tools", []) for tool in one["functionDeclarations"]]
    return [types.FunctionDeclaration.model_validate(tool) for tool in found]


@pytest.mark.parametrize("name", NAMES)
def test_every_example_arrives_as_it_was_rendered(name: str, client: Any, server: Loopback) -> None:
    prompt = example(name)
    body = sent(client, server, prompt)
    system = [one.text for one in prompt.messages if one.role == "system"]
    assert [part["text"] for part in body["systemInstruction"]["parts"]] == system
    assert [(one["role"], one["parts"]) for one in body["contents"]] == [
        (ROLES[one.role], [{"text": one.text}]) for one in prompt.messages[len(system) :]
    ]
    config = body["generationConfig"]
    assert config["maxOutputTokens"] == prompt.params["max_tokens"]
    assert config.get("temperature") == prompt.params.get("temperature")
    assert config.get("responseJsonSchema") == prompt.schema
    assert [(tool.name, tool.parameters_json_schema) for tool in declared(body)] == [
        (tool["name"], tool["parameters"]) for tool in prompt.tools
    ]


def test_developer_text_is_an_instruction_and_marks_are_left_out(
    client: Any, server: Loopback
) -> None:
    prompt = full("google:m", params={"stop": "END", "top_k": 3}, cache={"tools": "1h"})
    body = sent(client, server, prompt)
    assert body["systemInstruction"]["parts"] == [
        {"text": "Policy: “naïve” \U0001f512\nRules.\n"},
        {"text": "Tenant."},
    ]
    assert [one["parts"][0]["text"] for one in body["contents"]] == [
        "First?", "Answer.", "History \u0000.Second?"
    ]  # fmt: skip
    assert body["generationConfig"] == {
        "stopSequences": ["END"],
        "topK": 3,
        "responseMimeType": "application/json",
        "responseJsonSchema": ANSWER,
    }
    assert declared(body) == [
        types.FunctionDeclaration(name="fetch", description=FETCH["description"]),
        types.FunctionDeclaration(
            name="search",
            description=SEARCH["description"],
            parameters_json_schema=SEARCH["parameters"],
        ),
    ]


def test_a_prompt_without_instructions_sends_none(client: Any, server: Loopback) -> None:
    body = sent(client, server, rendered(("user", "Hello"), model="google:m"))
    assert "systemInstruction" not in body


def test_the_client_names_what_is_said_to_be_named() -> None:
    assert types.GenerateContentConfig.model_fields.keys() >= KNOWN
