"""GitHub Models' ``.prompt.yml``: messages with ``{{variable}}``, test data and evaluators."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from promptops.exchange import chat, fields, flow, mustache
from promptops.exchange.exchanged import Exchanged, Written

if TYPE_CHECKING:
    from promptops.exchange.exchanged import Piece

SUFFIX: Final = ".prompt.yml"
_PARAMS: Final = {
    "maxTokens": "max_tokens",
    "maxCompletionTokens": "max_completion_tokens",
    "topP": "top_p",
}


def read(source: str, path: str) -> tuple[Exchanged, ...]:
    """Return the prompt of a file's text; raises NotExchangeable."""
    taken = fields.Fields(flow.read_yaml(source, path), path, "github")
    name = taken.text("name")
    taken.set("description", taken.text("description"))
    model = taken.text("model")
    taken.model(model.replace("/", ":", 1) if "/" in model else "", model)
    params = taken.mapping("modelParameters")
    taken.set("params", {_PARAMS.get(key, key): entry for key, entry in params.items()})
    messages = taken.left.pop("messages", None)
    turns = chat.turns(messages, path, partial(mustache.read, where=path), taken.lost)
    found = taken.done()
    return (Exchanged(name, turns, found, tuple(taken.lost)),)


def write(prompt: Exchanged) -> Written:
    """Return a prompt in the format; raises NotExchangeable."""
    meta = prompt.metadata
    kept, lost = fields.kept(meta, "github", {"description", "model", "params"})
    data: dict[str, Any] = {"name": prompt.name}
    if "description" in meta:
        data["description"] = meta["description"]
    if "model" in meta:
        data["model"] = meta["model"].replace(":", "/", 1)
    if "params" in meta:
        names = {ours: theirs for theirs, ours in _PARAMS.items()}
        data["modelParameters"] = {names.get(k, k): v for k, v in meta["params"].items()}
    data = {**kept, **data}

    def content(pieces: tuple[Piece, ...]) -> str:
        return mustache.write(pieces, "GitHub")

    lines = [
        f"  - role: {one['role']}\n    content: {flow.flow(one['content'])}\n"
        for one in chat.written(prompt.turns, content, lost)
    ]
    return Written(f"{flow.block(data)}messages:\n{''.join(lines)}", tuple(lost))
