"""Prompty, version 1: front matter, then Jinja in which lines such as ``user:`` open messages."""

from __future__ import annotations

import re
from typing import Any, Final

from promptops.config import TemplateSettings
from promptops.exchange import fields, flow, jinja
from promptops.exchange.exchanged import (
    MESSAGES,
    Exchanged,
    NotExchangeable,
    Piece,
    Turn,
    Written,
    joined,
    stripped,
    text,
)
from promptops.templates import frontmatter

SUFFIX: Final = ".prompty"
_AS_PROMPTY: Final = TemplateSettings(
    trim_blocks=False, lstrip_blocks=False, keep_trailing_newline=True
)
_MARKER: Final = re.compile(
    r"^[^\S\n]*#?[^\S\n]*(system|user|assistant|developer)(\[[^\]\n]*\])?[^\S\n]*:[^\S\n]*$",
    re.IGNORECASE | re.MULTILINE,
)
_SEPARATOR: Final = re.compile("[\r\v\f\x1c-\x1e\x85\u2028\u2029]")  # a line's end to Prompty
_OPENS: Final = frozenset("for if macro call filter with".split())
_TOP: Final = 0xF0000  # private characters stand for tags and values while lines are looked at
_PROVIDERS: Final = {"azure_openai": "azure", "azure": "azure"}
_NAMES: Final = ("azure_deployment", "name", "model")


def read(source: str, path: str) -> tuple[Exchanged, ...]:
    """Return the prompt of a file's text; raises NotExchangeable."""
    source = source.removeprefix("\ufeff").replace("\r\n", "\n")
    split = frontmatter.split(source)
    if split.matter is None:
        raise NotExchangeable(f"{path}: no front matter between two lines of ---")
    data = flow.read_yaml(source[split.matter.start : split.matter.end], path)
    taken = fields.Fields(data or {}, path, "prompty")
    template = taken.left.get("template", "jinja2")
    if (template.get("format", "jinja2") if isinstance(template, dict) else template) != "jinja2":
        raise NotExchangeable(f"{path}: its template is {template!r}, not jinja2")
    if template == "jinja2":
        taken.left.pop("template", None)
    pieces, comments = jinja.read(_SEPARATOR.sub("\n", source[split.body :]), path, _AS_PROMPTY)
    name = taken.text("name")
    taken.set("description", taken.text("description"))
    taken.set("tags", taken.texts("tags"))
    _model(taken)
    inputs = {n: _input(n, entry, taken) for n, entry in taken.mapping("inputs").items()}
    taken.set("inputs", inputs)
    turns = _turns(pieces, path, taken.lost)
    if comments:
        taken.lost.append(f"{comments} comments")
    found = taken.done()
    return (Exchanged(name, turns, found, tuple(taken.lost)),)


def _model(taken: fields.Fields) -> None:
    model = taken.mapping("model")
    taken.set("params", model.pop("parameters", None))
    if model.get("api") == "chat":
        del model["api"]
    configuration = model.get("configuration")
    if isinstance(configuration, dict):
        key = next((k for k in _NAMES if isinstance(configuration.get(k), str)), "")
        kind = configuration.get("type")
        name = configuration.get(key, "")
        if isinstance(kind, str) and name and not name.startswith(("$", "<")):
            taken.model(f"{_PROVIDERS.get(kind, kind)}:{name}", "")
        if "model" in taken.found:
            left = {k: v for k, v in configuration.items() if k not in {"type", key}}
            model["configuration"] = left
            if not left:
                del model["configuration"]
    if model:
        taken.left["model"] = model


def _input(name: str, entry: Any, taken: fields.Fields) -> dict[str, Any]:
    if not isinstance(entry, dict):  # the short form gives a sample
        taken.lost.append(f"inputs.{name}: the sample value is left out")
        return {"type": "any"}
    if "sample" in entry:
        taken.lost.append(f"inputs.{name}.sample")
    rest = {k: v for k, v in entry.items() if k not in {"sample", "default"}}
    found = fields.from_json_schema(rest, name, taken.lost)
    return {**found, "default": entry["default"]} if "default" in entry else found


def _turns(pieces: tuple[Piece, ...], path: str, lost: list[str]) -> tuple[Turn, ...]:
    if any("\U000f0000" <= c <= "\U000fffff" for p in pieces if p.kind == "text" for c in p.text):
        raise NotExchangeable(f"{path}: holds private characters of Unicode's last planes")
    coded = "".join(p.text if p.kind == "text" else chr(_TOP + at) for at, p in enumerate(pieces))
    turns: list[Turn] = []
    role, here = "system", 0
    for match in _MARKER.finditer(coded):
        if _depth(pieces, coded[: match.start()]):
            raise NotExchangeable(f"{path}: a message begins inside a block")
        _add(turns, role, _decoded(coded[here : match.start()], pieces), begun=here > 0)
        if match[2]:
            lost.append(f"{match[0].strip()}: its attributes")
        role, here = match[1].lower(), match.end()
    _add(turns, role, _decoded(coded[here:], pieces), begun=here > 0)
    return tuple(turns)


def _add(turns: list[Turn], role: str, pieces: list[Piece], *, begun: bool) -> None:
    # Prompty strips the line ends around a message; what stands before the first marker may be
    # nothing at all.
    kept = joined(stripped(pieces, "\n"))
    blank = all(p.kind == "text" and not p.text.strip() for p in kept)
    if begun or not blank:
        turns.append(Turn(role, kept))


def _decoded(coded: str, pieces: tuple[Piece, ...]) -> list[Piece]:
    return [
        pieces[ord(c) - _TOP] if ord(c) >= _TOP and ord(c) - _TOP < len(pieces) else text(c)
        for c in coded
    ]


def _depth(pieces: tuple[Piece, ...], coded: str) -> int:
    tags = [p.text for p in _decoded(coded, pieces) if p.kind == "tag"]
    words = [jinja.first(said) for said in tags]
    return sum(w in _OPENS for w in words) - sum(w.startswith("end") for w in words)


def write(prompt: Exchanged) -> Written:
    """Return a prompt in the format; raises NotExchangeable."""
    known = {"description", "tags", "model", "params", "inputs"}
    kept, lost = fields.kept(prompt.metadata, "prompty", known)
    meta = prompt.metadata
    model = dict(kept.get("model", {}))
    if "params" in meta:
        model["parameters"] = meta["params"]
    if "model" in meta:
        provider, _, name = meta["model"].partition(":")
        azure = provider == "azure"
        said = {"type": "azure_openai" if azure else provider}
        said["azure_deployment" if azure else "name"] = name
        model["configuration"] = {**said, **model.get("configuration", {})}
    inputs = {
        name: fields.to_json_schema(entry, name, lost)
        | ({"default": entry["default"]} if "default" in entry else {})
        for name, entry in meta.get("inputs", {}).items()
        if entry.get("type") != MESSAGES
    }
    data: dict[str, Any] = {"name": prompt.name}
    data |= {key: meta[key] for key in ("description", "tags") if key in meta}
    data |= {"model": {"api": "chat", **model}, **({"inputs": inputs} if inputs else {})}
    data |= {key: entry for key, entry in kept.items() if key != "model"}
    turns = []
    for turn in prompt.turns:
        if turn.role == MESSAGES:
            lost.append(f"the conversation {turn.pieces[0].text}")
            continue
        bare = joined(stripped(turn.pieces, "\n"))
        if bare != turn.pieces:
            lost.append(f"line ends around the {turn.role or 'user'} message")
        turns.append(Turn(turn.role or "user", bare))
    if any(p.kind == "text" and _SEPARATOR.search(p.text) for t in turns for p in t.pieces):
        told = "its text holds a separator that Prompty takes for a line's end"
        raise NotExchangeable(f"{prompt.name}: {told}")
    body = "\n\n".join(f"{t.role}:\n{jinja.write(t.pieces, signs=False)}" for t in turns)
    written = f"---\n{flow.block(data)}---\n{body}\n"
    if read(written, prompt.name)[0].turns != tuple(turns):
        told = "a line of its text would open a message in Prompty, which has no escape"
        raise NotExchangeable(f"{prompt.name}: {told}")
    return Written(written, tuple(lost))
