"""``[tool.promptops.templates]``: how templates are read."""

from __future__ import annotations

import re
from dataclasses import field
from fnmatch import fnmatch
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

DIALECTS: Final = ("jinja", "str.format", "mustache", "handlebars", "prompty", "text")


@dataclass(frozen=True, slots=True)
class WhiteSpace:
    """Jinja's white space options; token counts follow them, since they are of what is sent."""

    trim_blocks: bool = True
    lstrip_blocks: bool = True
    keep_trailing_newline: bool = False


@dataclass(frozen=True, slots=True)
class TemplateSettings(WhiteSpace):
    """How templates are read: white space, and what other applications add to theirs."""

    dialect: Mapping[str, str] = field(default_factory=dict)  # of foreign templates, by glob
    filters: tuple[str, ...] = ()
    tests: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    globals: tuple[str, ...] = ()
    include_loaders: tuple[str, ...] = ()  # prefixes of names, or folders below the root
    containers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # keys, by glob

    @property
    def white_space(self) -> WhiteSpace:
        """What of it decides the text that is sent."""
        return WhiteSpace(self.trim_blocks, self.lstrip_blocks, self.keep_trailing_newline)

    def dialect_of(self, path: str) -> str | None:
        """Return the dialect that the settings give to the foreign templates of a path, if any."""
        return next((to for glob, to in self.dialect.items() if fnmatch(path, glob)), None)

    def keys_of(self, path: str) -> tuple[str, ...]:
        """Return the keys whose values are prompts in a YAML or TOML file; none for other files."""
        found = (keys for glob, keys in self.containers.items() if fnmatch(path, glob))
        return tuple(dict.fromkeys(key for keys in found for key in keys))


_DIALECT: Final = shape.choice(*DIALECTS)
_KEY: Final = re.compile(r"[^.\s]+(?:\.[^.\s]+)*\Z")


def _dialect(value: Any, path: shape.Path, problems: list[shape.Wrong]) -> Any:
    if isinstance(value, dict):
        return shape.mapping_of(_DIALECT)(value, path, problems)
    return {"*": _DIALECT(value, path, problems)}


def _keys(value: Any, path: shape.Path, problems: list[shape.Wrong]) -> Any:
    found = shape.list_of(shape.string)(value, path, problems)
    if not found or not all(one and _KEY.match(one) for one in found):
        told = "needs keys with dots between them, such as prompts.*.template"
        problems.append(shape.Wrong(path, told))
    return found


_NAMES: Final = shape.list_of(shape.string)
TEMPLATES: Final = shape.record(
    TemplateSettings,
    {
        "trim-blocks": shape.boolean,
        "lstrip-blocks": shape.boolean,
        "keep-trailing-newline": shape.boolean,
        "dialect": _dialect,
        "filters": _NAMES,
        "tests": _NAMES,
        "tags": _NAMES,
        "globals": _NAMES,
        "include-loaders": _NAMES,
        "containers": shape.mapping_of(_keys),
    },
)
