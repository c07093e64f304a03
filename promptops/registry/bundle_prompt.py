"""A version's prompt as a bundle keeps it: plain data and texts, and back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import IntegrityError, RegistryError
from promptops.model.text import Source
from promptops.registry.bundle_data import text_key
from promptops.registry.closure import closure_hash, declared_files, normalised
from promptops.templates import metadata
from promptops.templates.prompt import FrontMatter, Prompt
from promptops.templates.template import Template

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import TemplateSettings
    from promptops.registry.bundle_data import Record
    from promptops.registry.source import Source as Versions

_LEFT_OUT: Final = ("lint", "traffic", "x")  # nothing of a render


def kept(source: Versions, name: str, number: int, texts: dict[str, str]) -> dict[str, Any]:
    """Return a version as plain data; its texts are added to ``texts`` by their SHA-256.

    Raises:
        RegistryError: A file of it is not UTF-8, or its front matter holds what JSON has not.
        PromptopsError: What the source raises.
    """
    prompt = source.prompt(name, number)
    where = f"{name}@v{number}"

    def keep(text: str) -> str:
        key = text_key(text)
        texts[key] = text
        return key

    files = {}
    for path in declared_files(prompt.metadata):
        data = source.read(name, number, path)
        if data is None:
            raise RegistryError(f"{where}: there is no file {path!r}")
        files[path] = keep(_decoded(data, f"{where}: {path}"))
    body = prompt.template.body
    return {
        "body": keep(body.text),
        "closure": source.closure(name, number),
        "files": dict(sorted(files.items())),
        "line": prompt.source.position(body.start)[0],
        "matter": _matter(prompt, where),
        "parts": {part: keep(one.body.text) for part, one in sorted(prompt.parts.items())},
    }


def _decoded(data: bytes, where: str) -> str:
    try:
        return normalised(data).decode("utf-8")
    except UnicodeDecodeError as error:
        raise RegistryError(f"{where}: not UTF-8: save the file as UTF-8") from error


def _matter(prompt: Prompt, where: str) -> dict[str, Any]:
    """Return a prompt's front matter as data that JSON gives back as it is."""
    from promptops.templates import frontmatter

    text = prompt.source.text
    span = frontmatter.split(text).matter
    data = frontmatter.parse(text[span.start : span.end]).data if span else {}
    found = {key: value for key, value in sorted(data.items()) if key not in _LEFT_OUT}
    for key, value in found.items():
        try:
            same = json.loads(json.dumps(value, allow_nan=False)) == value
        except (TypeError, ValueError, RecursionError):
            same = False
        if not same:
            told = f"{key} holds a date or something else that JSON has not: put it in quotes"
            raise RegistryError(f"{where}: {told}")
    return found


def restored(
    ref: str, record: Record, texts: Mapping[str, str], settings: TemplateSettings, where: str
) -> Prompt:
    """Return the prompt of a version's record.

    Raises:
        IntegrityError: It is not the one that was locked.
        RegistryError: Its front matter cannot be read.
    """
    wrong: list[Any] = []
    declared = metadata.check(dict(record.matter), wrong)
    if wrong:
        told = f"{wrong[0]}: build the bundle with this promptops, or upgrade it"
        raise RegistryError(f"{where}: {ref}: {told}")
    name = ref.rpartition("@")[0]
    # Line ends stand for the front matter, so that errors name the lines of the prompt's file.
    above = record.line - 1
    body = Template(Source(name, "\n" * above + texts[record.body]), above, settings)
    parts = {
        part: Template(Source(part, texts[key]), 0, settings, "partial")
        for part, key in record.parts.items()
    }
    prompt = Prompt(name, body, FrontMatter(declared, True, {}, ()), parts)
    depends = {path: texts[key].encode() for path, key in {**record.parts, **record.files}.items()}
    found = closure_hash(prompt, dict(sorted(depends.items())))
    if found != record.closure:
        told = f"not what was locked ({found[:15]} instead of {record.closure[:15]})"
        raise IntegrityError(f"{where}: {ref} is {told}: build the bundle again")
    return prompt
