"""A version with one thing set otherwise: ``v3 max_tokens=64`` is a text like any other.

The setting is written into the version's own text: a parameter into the front matter, an input at
the top of the template. So it is rendered, counted, priced and cached as if people had written it.
"""

from __future__ import annotations

import re
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.errors import ConfigError, UsageError
from promptops.model.values import dataclass
from promptops.registry.handle import PromptHandle
from promptops.registry.hooks import Hooks
from promptops.registry.rendered import Ref
from promptops.templates.files import Memory
from promptops.templates.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.config import Config
    from promptops.model.prompt import Input
    from promptops.templates.prompt import Prompt

LIMITS: Final = ("max_tokens", "max_output_tokens", "max_completion_tokens")
_LISTS: Final = {
    "shots": ("example", "shot", "demonstration"),
    "chunks": ("chunk", "passage", "document", "snippet", "source", "result", "context", "article"),
}
_COT: Final = ("cot", "think", "reason", "explain", "step")
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_YES: Final = {"on": "true", "true": "true", "off": "false", "false": "false"}
_FENCE: Final = "---"


class Knob(NamedTuple):
    """One thing that is set: by its name as people write it, and its value."""

    key: str
    value: str

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


@dataclass(frozen=True)
class Tuning:
    """Gives texts by reference, also those of versions with a setting behind them."""

    handle: Callable[[str], PromptHandle]
    config: Config

    def __call__(self, reference: str) -> PromptHandle:
        """Return a prompt's text.

        Raises:
            PromptopsError: There is no such prompt or version, or it cannot be set so.
        """
        plain, _, setting = reference.partition(" ")
        found = self.handle(plain)
        return tuned(found, knob(setting), self.config) if setting else found


def knob(text: str) -> Knob:
    """Return the setting of a text such as ``max_tokens=64``.

    Raises:
        UsageError: It is none.
    """
    key, equals, value = text.partition("=")
    if not equals or not key or not value:
        raise UsageError(f"{text!r}: write KEY=VALUE, such as max_tokens=64")
    return Knob(key, value)


def tuned(handle: PromptHandle, setting: Knob, config: Config) -> PromptHandle:
    """Return a version with one thing set otherwise.

    Raises:
        ConfigError: The prompt has nothing that is called so, or is no file of our own format.
        UsageError: The value is none that it can have.
    """
    prompt = handle.prompt
    head, body = _halves(prompt)
    line, params = _change(prompt, setting)
    if params:
        from promptops.templates.yaml_edit import Misplaced, rewritten

        try:
            head = rewritten(head, {"params": params})
        except Misplaced as error:
            raise ConfigError(f"{prompt.name}: params cannot be set: {error}") from None
    text = f"{_FENCE}\n{head.rstrip()}\n{_FENCE}\n{line}{body}"
    files = {one.body.source.path: one.body.source.text.encode() for one in prompt.parts.values()}
    made = load(Memory({**files, prompt.path: text.encode()}), prompt.path, config, prompt.name)
    ref = handle.ref
    digest = sha256(f"{ref.sha256}\n{setting}".encode()).hexdigest()
    own = Ref(ref.name, ref.version, f"sha256:{digest}", "swept", ref.label, ref.variant)
    return PromptHandle(made, own, handle.file, Hooks())


def _change(prompt: Prompt, setting: Knob) -> tuple[str, dict[str, Any]]:
    """Return the line to stand above a template, and the parameters to be set."""
    key, value = setting
    inputs = prompt.metadata.inputs or {}
    kind, _, name = key.partition(".")
    if key == "max_tokens":
        limit = next((one for one in LIMITS if one in prompt.metadata.params), "max_tokens")
        return "", {limit: _count(setting)}
    if kind == "params" and name:
        return "", {name: _plain(value)}
    if key in _LISTS:
        name = _input(prompt.name, inputs, "array", _LISTS[key], key)
        return f"{{% set {name} = {name}[:{_count(setting)}] %}}\n", {}
    if key == "cot":
        name = _input(prompt.name, inputs, "boolean", _COT, key)
        return f"{{% set {name} = {_switch(setting)} %}}\n", {}
    if kind == "inputs" and _NAME.match(name):
        if name not in inputs:
            known = ", ".join(inputs) or "none"
            raise ConfigError(f"{prompt.name} has no input {name!r}; it has {known}")
        return f"{{% set {name} = {_literal(value)} %}}\n", {}
    told = "max_tokens, shots, chunks, cot, params.NAME, inputs.NAME or model"
    raise UsageError(f"{setting}: nothing to set is called {key!r}: it is {told}")


def _input(
    prompt: str, inputs: Mapping[str, Input], kind: str, words: tuple[str, ...], key: str
) -> str:
    found = [
        name for name, one in inputs.items()
        if one.schema.type == kind and any(word in name.lower() for word in words)
    ]  # fmt: skip
    if len(found) == 1:
        return found[0]
    told = f"has {len(found)} inputs of type {kind} with a name like {' or '.join(words[:3])}"
    raise ConfigError(f"{prompt} {told}: {key} must mean one; inputs.NAME=… sets any")


def _count(setting: Knob) -> int:
    if setting.value.isdecimal() and len(setting.value) < 10:  # noqa: PLR2004
        return int(setting.value)
    raise UsageError(f"{setting}: write a whole number")


def _switch(setting: Knob) -> str:
    found = _YES.get(setting.value.lower())
    if found is None:
        raise UsageError(f"{setting}: write on or off")
    return found


def _plain(value: str) -> Any:
    """Return a number where the text is one."""
    from decimal import Decimal, InvalidOperation

    try:
        return Decimal(value)
    except InvalidOperation:
        return value


def _literal(value: str) -> str:
    """Return a value as a template writes it: a number, true or false, or else a text."""
    import json

    found = _plain(value)
    if not isinstance(found, str):
        return value
    return _YES.get(value.lower()) or json.dumps(value, ensure_ascii=True)


def _halves(prompt: Prompt) -> tuple[str, str]:
    """Return a file's front matter without its fences, and what follows it."""
    text = prompt.source.text
    if not prompt.ours:
        raise ConfigError(f"{prompt.name} is a template of another tool: adopt it first")
    lines = text.splitlines(keepends=True)
    if not lines or lines[0].rstrip() != _FENCE:
        return "", text
    for number, line in enumerate(lines[1:], 1):
        if line.rstrip() == _FENCE:
            return "".join(lines[1:number]), "".join(lines[number + 1 :])
    return "", text
