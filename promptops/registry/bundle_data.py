"""What a bundle says of itself and of a version: JSON data, checked once."""

from __future__ import annotations

import hashlib
from dataclasses import field
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.errors import RegistryError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Record:
    """What a bundle says of a version; texts are named by their SHA-256."""

    closure: str = ""
    body: str = ""
    line: int = 1  # of the prompt's file, on which its body begins
    matter: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, str] = field(default_factory=dict)  # what the body includes
    files: Mapping[str, str] = field(default_factory=dict)  # tools and schemas


@dataclass(frozen=True, slots=True)
class Head:
    """What a bundle says of itself."""

    schema: str
    settings: Mapping[str, bool]
    labels: Mapping[str, Any] = field(default_factory=dict)
    default_label: str | None = None
    commit: str | None = None


_RECORD: Final = shape.record(
    Record,
    {
        "closure": shape.string,
        "body": shape.string,
        "line": shape.integer(1),
        "matter": shape.mapping_of(shape.anything),
        "parts": shape.mapping_of(shape.string),
        "files": shape.mapping_of(shape.string),
    },
)
_SETTINGS: Final = ("trim_blocks", "lstrip_blocks", "keep_trailing_newline")
_HEAD: Final = shape.record(
    Head,
    {
        "schema": shape.string,
        "settings": shape.record(dict, dict.fromkeys(_SETTINGS, shape.boolean)),
        "labels": shape.mapping_of(shape.anything),
        "default_label": shape.string,
        "commit": shape.string,
    },
)


def record_of(data: Any, where: str) -> Record:
    """Return what a bundle says of a version.

    Raises:
        RegistryError: It says it in another form.
    """
    found: Record = _checked(_RECORD, data, where)
    return found


def head_of(data: Mapping[str, Any], where: str) -> Head:
    """Return what a bundle says of itself.

    Raises:
        RegistryError: It says it in another form.
    """
    found: Head = _checked(_HEAD, {"settings": {}, **data}, where)
    return found


def text_key(text: str) -> str:
    """Return the SHA-256 under which a bundle keeps a text."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _checked(form: shape.Shape, data: Any, where: str) -> Any:
    problems: list[shape.Wrong] = []
    found = form(data, (), problems)
    if problems:
        told = f"{problems[0]}: build it again, or upgrade promptops-toolkit"
        raise RegistryError(f"{where}: {told}")
    return found
