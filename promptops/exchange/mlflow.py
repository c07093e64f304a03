"""MLflow's prompt registry: the arguments of ``mlflow.genai.register_prompt`` as JSON."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from promptops.exchange import chat, fields, flow, mustache
from promptops.exchange.exchanged import BODY, Exchanged, NotExchangeable, Turn, Written

if TYPE_CHECKING:
    from promptops.exchange.exchanged import Piece

SUFFIX: Final = ".json"
_PARAMS: Final = {"stop_sequences": "stop"}
_SERVERS: Final = (
    "creation_timestamp", "last_updated_timestamp", "user_id", "variables", "uri"
)  # fmt: skip


def read(source: str, path: str) -> tuple[Exchanged, ...]:
    """Return the prompts of a file's text: one, or a list; raises NotExchangeable."""
    data = flow.read_json(source, path)
    return tuple(_one(one, path) for one in (data if isinstance(data, list) else [data]))


def _one(data: Any, path: str) -> Exchanged:
    taken = fields.Fields(data, path, "mlflow")
    for key in _SERVERS:
        taken.left.pop(key, None)
    name = taken.text("name")
    where = f"{path}: {name}" if name else path
    taken.set("description", taken.text("commit_message"))
    if "version" in taken.left:
        taken.lost.append(f"version {taken.left.pop('version')}: here it starts at 1")
    for key in [key for key, entry in taken.left.items() if entry in (None, {}, [])]:
        del taken.left[key]
    config = taken.mapping("model_config")
    provider, model = config.get("provider"), config.get("model_name")
    if isinstance(provider, str) and isinstance(model, str):
        taken.model(f"{provider}:{model}", "")
        if "model" in taken.found:
            config = {k: v for k, v in config.items() if k not in {"provider", "model_name"}}
    names = [key for key in config if key not in {"provider", "model_name", "extra_params"}]
    taken.set("params", {_PARAMS.get(key, key): config.pop(key) for key in names})
    if config:
        taken.left["model_config"] = config
    template = taken.left.pop("template", None)
    read_text = partial(_read, where=where)
    if isinstance(template, str):
        turns: tuple[Turn, ...] = (Turn(BODY, read_text(template)),)
    else:
        turns = chat.turns(template, where, read_text, taken.lost)
    found = taken.done()
    return Exchanged(name, turns, found, tuple(taken.lost))


def _read(source: str, where: str) -> tuple[Piece, ...]:
    if "{%" in source:
        told = "its Jinja is not imported; save the text as a prompt file"
        raise NotExchangeable(f"{where}: {told}")
    return mustache.read(source, where)


def write(prompt: Exchanged) -> Written:
    """Return a prompt in the format; raises NotExchangeable."""
    meta = prompt.metadata
    kept, lost = fields.kept(meta, "mlflow", {"description", "model", "params"})

    def content(pieces: tuple[Piece, ...]) -> str:
        if any(piece.kind == "text" and "{%" in piece.text for piece in pieces):
            raise NotExchangeable(f"{prompt.name}: MLflow would take its {{% for Jinja")
        return mustache.write(pieces, "MLflow")

    name = prompt.name.replace("/", "-")  # which MLflow's names do not hold
    if name != prompt.name:
        lost.append(f"the name is {name} there")
    plain = [turn.role for turn in prompt.turns] == [BODY]
    template: Any = chat.written(prompt.turns, content, lost)
    data: dict[str, Any] = {"name": name, "template": template[0]["content"] if plain else template}
    if "description" in meta:
        data["commit_message"] = meta["description"]
    names = {ours: theirs for theirs, ours in _PARAMS.items()}
    config = dict(kept.get("model_config", {}))
    config |= {names.get(k, k): v for k, v in meta.get("params", {}).items()}
    if "model" in meta:
        provider, _, model = meta["model"].partition(":")
        config = {"provider": provider, "model_name": model, **config}
    data |= {"model_config": config} if config else {}
    data |= {key: entry for key, entry in kept.items() if key not in data}
    return Written(flow.as_json(data), tuple(lost))
