"""The hash of everything that decides what a prompt sends.

SHA-256 over canonical JSON of: the body with LF line ends and one final newline, the partials'
hashes, inputs, output and its schema, tools, model, params, cache marks and white space options.
Description, owner, tags, cost and traffic are outside it: they change without a new version.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.model.prompt import REQUIRED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Config
    from promptops.model.prompt import Metadata
    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt

SHORT: Final = 12
_UNHASHED: Final = frozenset({"description"})  # for people; it is not sent


def digest(data: bytes) -> str:
    """Return the SHA-256 of some bytes as hex."""
    return hashlib.sha256(data).hexdigest()


def normalised(data: bytes) -> bytes:
    """Return a text's bytes with LF line ends, without a BOM.

    How a partial ends decides what follows it on its line, so its last newline stays as it is.
    """
    return data.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def blob_oid(data: bytes) -> str:
    """Return the object id that git gives to a file of these bytes."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def dependencies(prompt: Prompt, files: Files, config: Config) -> dict[str, bytes]:
    """Return the files that a prompt is made of beside its own, by name below the folder."""
    found = {name: part.body.source.text.encode() for name, part in prompt.parts.items()}
    for name in declared_files(prompt.metadata):
        data = files.read(f"{config.folder}/{name}" if config.folder else name)
        if data is not None:
            found[name] = data
    return dict(sorted(found.items()))


def declared_files(declared: Metadata) -> list[str]:
    """Return the tools and the schema that a front matter names."""
    schema = declared.output.schema if declared.output else None
    return [*declared.tools, *([schema] if schema is not None else [])]


def closure_hash(prompt: Prompt, depends: Mapping[str, bytes]) -> str:
    """Return ``sha256:HEX`` of a prompt; where it cannot be read, of its files' texts."""
    declared = prompt.metadata
    content: dict[str, Any] = {
        "body": _body(prompt),
        "depends": {name: digest(normalised(data)) for name, data in depends.items()},
    }
    if prompt.misdeclared:
        content["matter"] = prompt.source.text[: prompt.template.body.start].replace("\r\n", "\n")
    for key in ("inputs", "output", "tools", "model", "params", "cache"):
        value = _plain(getattr(declared, key))
        if value not in (None, {}, []):
            content[key] = value
    if settings := _plain(prompt.template.settings):
        content["templates"] = settings  # white space options that differ from the defaults
    return f"sha256:{digest(canonical(content))}"


def _body(prompt: Prompt) -> str:
    """Return a body with LF line ends and one final newline; further ones only where sent."""
    text = prompt.template.body.text if prompt.ours else prompt.source.text
    text = normalised(text.encode()).decode()
    text = text.removesuffix("\n")
    if text.endswith("\n") and prompt.template.structured:  # which takes a parser to know
        text = text.rstrip("\n")
    return text + "\n"


def canonical(value: Any) -> bytes:
    """Return the one JSON text of plain data: sorted keys, no spaces, ASCII."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), default=str, ensure_ascii=True)
    return text.encode("ascii")


def _plain(value: Any) -> Any:
    """Return declared values as plain data; a field at its default is left out.

    So a field that a later promptops adds does not change the hash of what is locked today.
    """
    if is_dataclass(value) and not isinstance(value, type):
        pairs = ((f, getattr(value, f.name)) for f in fields(value) if f.name not in _UNHASHED)
        return {f.name: _plain(v) for f, v in pairs if v is not REQUIRED and v != f.default}
    if isinstance(value, dict):
        return {str(key): _plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(entry) for entry in value]
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value
