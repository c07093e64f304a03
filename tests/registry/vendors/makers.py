"""Rendered prompts to send."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from promptops import Registry
from promptops.model.prompt import CacheMark, Message, Part, Role
from promptops.registry.rendered import Ref, Rendered

ROOT = Path(__file__).parents[3]
REGISTRY = Registry.load(ROOT)
NAMES = REGISTRY.names

SEARCH = {
    "name": "search",
    "description": "Search the index.",
    "parameters": {
        "type": "object",
        "properties": {"query": {"type": "string"}},
        "required": ["query"],
        "additionalProperties": False,
    },
}
FETCH = {"name": "fetch", "description": "Fetch a page."}
ANSWER = {
    "type": "object",
    "properties": {"grade": {"type": "integer", "minimum": 1, "maximum": 4}},
    "required": ["grade"],
    "additionalProperties": False,
}

Text = str | tuple[str | tuple[str, str | None], ...]


def example(name: str) -> Rendered:
    """Return an example prompt of this repository, with its sample."""
    handle = REGISTRY.get(name)
    sample = handle.prompt.metadata.cost.sample
    assert sample is not None
    return handle.render(**json.loads((ROOT / sample).read_text("utf-8")))


def message(role: Role, text: Text) -> Message:
    """Return a message; a pair is a text and the lifetime of the mark at its end."""
    parts = (text,) if isinstance(text, str) else text
    return Message(
        role,
        tuple(Part(p) if isinstance(p, str) else Part(p[0], CacheMark(p[1])) for p in parts),
    )


def rendered(*messages: tuple[Role, Text], **rest: Any) -> Rendered:
    """Return a rendered prompt of some messages."""
    given = messages or (("system", "Be brief."), ("user", "Hello"))
    ref = Ref("area/name", 1, "sha256:00", "head")
    return Rendered(tuple(message(role, text) for role, text in given), ref, **rest)


def full(model: str, **rest: Any) -> Rendered:
    """Return a prompt with everything that a prompt can have."""
    return rendered(
        ("system", (("Policy: “naïve” \U0001f512\n", "1h"), "Rules.\n")),
        ("developer", (("Tenant.", "5m"),)),
        ("user", "First?"),
        ("assistant", "Answer."),
        ("user", (("History \u0000.", None), "Second?")),
        **{"model": model, "tools": (FETCH, SEARCH), "schema": ANSWER, **rest},
    )
