"""promptops' own format: a prompt -> Exchanged, and Exchanged -> the text of a prompt file."""

from __future__ import annotations

import re
from dataclasses import fields as fields_of
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.exchange import flow, jinja
from promptops.exchange.exchanged import (
    BODY,
    MESSAGES,
    Exchanged,
    NotExchangeable,
    Piece,
    Turn,
    joined,
    tag,
)
from promptops.model.prompt import REQUIRED, ROLES
from promptops.templates.files import Memory
from promptops.templates.loader import load

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.config import Config
    from promptops.model.prompt import Input, Metadata, Schema
    from promptops.templates.prompt import Prompt

_ROLE: Final = re.compile(r"message\s.*?role\s*=\s*[\"'](\w+)[\"']")
_INCLUDE: Final = re.compile(r"include\s+[\"']([^\"']+)[\"']\s*(?:ignore missing)?\s*\Z")
_ELSEWHERE: Final = frozenset("import from extends include".split())
_NOT_A_NAME: Final = re.compile(r"[^a-z0-9_/-]+")
_PLAIN: Final = ("description", "owner", "model")
_ORDER: Final = ("description", "owner", "tags", "model", "params", "inputs", "x")


def of_prompt(prompt: Prompt) -> Exchanged:
    """Return a prompt for other tools; what none of them knows is listed.

    Raises:
        NotExchangeable: It cannot be read, or its messages are decided by logic.
    """
    if prompt.problems:
        raise NotExchangeable(f"{prompt.path}: {prompt.problems[0].problem.message}")
    lost: list[str] = []
    pieces = _included(prompt, lost)
    data = _metadata(prompt.metadata, lost)
    histories = {name for name, one in data.get("inputs", {}).items() if one["type"] == MESSAGES}
    turns = _turns(pieces, histories, prompt.name)
    return Exchanged(prompt.name, turns, data, tuple(dict.fromkeys(lost)))


def _included(prompt: Prompt, lost: list[str]) -> tuple[Piece, ...]:
    """Return a prompt's pieces with those of its partials; cache marks and comments are lost."""
    found, comments = jinja.of_segments(prompt.template.pieces.segments)
    if comments:
        lost.append(f"{comments} comments")
    return joined(_expanded(found, prompt, lost))


def _expanded(pieces: Sequence[Piece], prompt: Prompt, lost: list[str]) -> list[Piece]:
    expanded: list[Piece] = []
    for piece in pieces:
        word = jinja.first(piece.text) if piece.kind == "tag" else ""
        included = _INCLUDE.match(piece.text) if word == "include" else None
        if word == "cache":
            lost.append("cache marks")
        elif included is not None:
            name = included[1]
            lost.append(f"{name} is written out where it was included")
            if name in prompt.parts:
                part, _ = jinja.of_segments(prompt.parts[name].pieces.segments)
                if any(p.kind == "tag" and jinja.first(p.text) == "set" for p in part):
                    raise NotExchangeable(f"{prompt.name}: {name} sets a name of its own")
                expanded += _expanded(part, prompt, lost)
        elif word in _ELSEWHERE:
            raise NotExchangeable(f"{prompt.name}: {{% {piece.text} %}} cannot be written out")
        else:
            expanded.append(piece)
    return expanded


def _turns(pieces: Sequence[Piece], histories: set[str], name: str) -> tuple[Turn, ...]:
    splitter = _Splitter(histories, name)
    if not any(piece.kind == "tag" and role_of(piece.text) for piece in pieces):
        alone = [p for p in pieces if p.kind == "value" and p.text in histories]
        if not alone:
            return (Turn(BODY, joined(pieces)),)
    for piece in pieces:
        splitter.take(piece)
    return tuple(splitter.turns)


def role_of(statement: str) -> str | None:
    """Return the role of the message that a statement opens."""
    if statement in ROLES:
        return statement
    found = _ROLE.match(statement)
    return found[1] if found else None


class _Splitter:
    """Takes pieces and makes messages of them."""

    def __init__(self, histories: set[str], name: str) -> None:
        self.histories = histories
        self.name = name
        self.turns: list[Turn] = []
        self.role: str | None = None
        self.inside: list[Piece] = []

    def take(self, piece: Piece) -> None:
        opened = role_of(piece.text) if piece.kind == "tag" else None
        if self.role is not None:
            if piece.kind == "tag" and piece.text in {f"end{self.role}", "endmessage"}:
                self.turns.append(Turn(self.role, joined(self.inside)))
                self.role, self.inside = None, []
            else:
                self.inside.append(piece)
        elif opened is not None:
            self.role = opened
        elif piece.kind == "value" and piece.text in self.histories:
            self.turns.append(Turn(MESSAGES, (piece,)))
        elif piece.kind != "text" or piece.text.strip():
            told = f"{{% {piece.text} %}} stands outside the messages"
            raise NotExchangeable(f"{self.name}: {told}, which no other tool can express")


def _metadata(declared: Metadata, lost: list[str]) -> dict[str, Any]:
    """Return the part of a front matter that other tools may know."""
    found: dict[str, Any] = {key: getattr(declared, key) for key in _PLAIN}
    found["tags"] = list(declared.tags)
    found["params"] = dict(declared.params)
    found["inputs"] = {name: _input(one) for name, one in (declared.inputs or {}).items()}
    found["x"] = dict(declared.x)
    if declared.version is not None:
        lost.append(f"version {declared.version}: other tools count their own")
    if declared.output is not None:
        lost.append("output")
    lost += [f"{key}" for key in ("tools", "traffic", "cache") if getattr(declared, key)]
    if declared.cost != type(declared.cost)():
        lost.append("cost")
    if declared.lint_ignore:
        lost.append("lint")
    checked = flow.plain({key: entry for key, entry in found.items() if entry}, "front matter")
    assert isinstance(checked, dict)  # noqa: S101 - what was a mapping is one
    return checked


def _input(one: Input) -> dict[str, Any]:
    found = _schema(one.schema)
    if one.default is not REQUIRED:
        found["default"] = one.default
    for key in ("description", "untrusted", "stability", "cardinality"):
        if getattr(one, key):
            found[key] = getattr(one, key)
    return found


def _schema(schema: Schema) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for field in fields_of(schema):
        entry = getattr(schema, field.name)
        if field.name == "items" and entry is not None:
            found["items"] = _schema(entry)
        elif field.name == "properties" and entry is not None:
            found["properties"] = {name: _schema(one) for name, one in entry.items()}
        elif isinstance(entry, Decimal):
            found[field.name] = int(entry) if entry == entry.to_integral() else float(entry)
        elif entry is not None:
            found[field.name] = list(entry) if isinstance(entry, tuple) else entry
    return found


def name_of(prompt: Exchanged) -> str:
    """Return the name that a prompt of another tool has here: lower case, ``[a-z0-9_-]``.

    Raises:
        NotExchangeable: Nothing is left of it.
    """
    parts = _NOT_A_NAME.sub("-", prompt.name.strip().lower()).split("/")
    name = "/".join(part.strip("-") for part in parts if part.strip("-"))
    if not name:
        raise NotExchangeable(f"{prompt.name!r}: no name can be made of it")
    return name


def write(prompt: Exchanged, config: Config) -> str:
    """Return the text of a prompt file, version 1; every name that it uses is declared.

    Raises:
        NotExchangeable: It would be no prompt.
    """
    body = _body(prompt.turns, config)
    undeclared = _file(prompt.metadata, body)
    known = prompt.metadata.get("inputs", {})
    uses = {use.name for use in _loaded(undeclared, config, prompt.name).uses} - set(known)
    inputs = {**known, **{name: {"type": "any"} for name in sorted(uses)}}
    written = _file({**prompt.metadata, "inputs": inputs}, body)
    loaded = _loaded(written, config, prompt.name)
    if loaded.problems:
        raise NotExchangeable(f"{prompt.name}: {loaded.problems[0].problem.message}")
    return written


def _loaded(written: str, config: Config, name: str) -> Prompt:
    path = f"{config.folder}/imported{config.suffixes[0]}"
    return load(Memory({path: written.encode()}), path, config, name)


def _file(metadata: Mapping[str, Any], body: str) -> str:
    lines = {"version": 1} | {key: metadata[key] for key in _ORDER if metadata.get(key)}
    inputs = lines.pop("inputs", {})
    free = lines.pop("x", {})
    matter = flow.block(lines)
    if inputs:
        entries = "".join(f"  {line}" for line in flow.block(inputs).splitlines(keepends=True))
        matter += f"inputs:\n{entries}"
    if free:
        matter += flow.block({"x": free})
    return f"---\n{matter}---\n{body}"


def _body(turns: Sequence[Turn], config: Config) -> str:
    settings = config.templates
    if [turn.role for turn in turns] == [BODY]:
        end = "" if settings.keep_trailing_newline else "\n"
        return jinja.write(turns[0].pieces, signs=True) + end
    written = []
    for turn in turns:
        if turn.role == MESSAGES:
            written.append(f"{{{{ {turn.pieces[0].text} }}}}\n")
            continue
        role = turn.role or "user"
        # The tag's own line end is taken by trim_blocks.
        line = "\n" if settings.trim_blocks else ""
        around = (tag(role), *turn.pieces, tag(f"end{role}"))
        inside = jinja.write(turn.pieces, signs=True, closed=True)
        start = jinja.opening(around[-2], signs=True)
        written.append(f"{{% {role} %}}{line}{inside}{start} end{role} %}}\n")
    return "".join(written)
