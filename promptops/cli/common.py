"""What several commands need; nothing heavy is imported before it is used."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from promptops.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Container

    from promptops.config import Project
    from promptops.registry.runtime import Registry
    from promptops.templates.prompt import Prompt


def project() -> Project:
    """Return the project that the current folder belongs to."""
    from promptops.config import find_project

    return find_project(Path.cwd())


def registry() -> Registry:
    """Return the registry of the current folder's project.

    Raises:
        UsageError: It has no prompts folder.
        RegistryError: It cannot be opened.
    """
    from promptops.registry.runtime import Registry

    here = project()
    folder = here.root / here.config.folder
    if not folder.is_dir():
        told = f"there is no folder {folder}: call promptops inside a project that has prompts"
        raise UsageError(f"{told}, or `promptops init` sets one up")
    return Registry.load(here.root)


def wants_colour() -> bool:
    """Return whether a terminal is looking and colour is welcome."""
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def plain(text: str, **_: Any) -> str:
    """Return a text without colour, in place of ``click.style``."""
    return text


def emit(text: str) -> None:
    """Print a report as it is; an empty one is no line."""
    if not text:
        return
    click.echo(text, nl=not text.endswith("\n"), color=None if wants_colour() else False)


def deliver(text: str, output: Path | None) -> None:
    """Print a report, or write it to a file in UTF-8; a lone surrogate becomes its escape there.

    Raises:
        PromptopsError: The file cannot be written.
    """
    if output is None:
        emit(text)
        return
    from promptops.templates.files import write_file

    write_file(output, text.encode("utf-8", "backslashreplace"))


def emit_json(data: Any) -> None:
    """Print data as JSON in UTF-8, whatever the terminal's encoding is.

    Raises:
        UsageError: The data holds an infinite number or none.
    """
    # A lone surrogate becomes its escape, which is JSON.
    sys.stdout.flush()
    sys.stdout.buffer.write(as_json(data).encode("utf-8", "backslashreplace"))
    sys.stdout.buffer.flush()


def as_json(data: Any) -> str:
    """Return data as indented JSON with a final newline.

    A YAML value that JSON does not have, such as a date, is its text; not-a-number is refused.

    Raises:
        UsageError: The data holds an infinite number or none.
    """
    try:
        text = json.dumps(data, indent=2, ensure_ascii=False, default=str, allow_nan=False)
    except ValueError as error:
        raise UsageError(f"a value cannot be written as JSON: {error}") from error
    return text + "\n"


def read_values(
    pairs: tuple[str, ...], file: Path | None, texts: Container[str] = ()
) -> dict[str, Any]:
    """Return input values from ``--vars FILE`` and ``--var NAME=VALUE``; the latter win.

    ``NAME=@FILE`` takes a file's text. The value of an input in ``texts`` is taken as it stands;
    another is read as JSON, or is text where it is no JSON.

    Raises:
        UsageError: A value cannot be read.
    """
    values: dict[str, Any] = {}
    if file is not None:
        loaded = _load(file)
        if not isinstance(loaded, dict):
            raise UsageError(f"{file}: expected a JSON object of input values")
        values.update(loaded)
    for pair in pairs:
        name, equals, text = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {pair!r}: write NAME=VALUE")
        values[name] = _value(text, as_text=name in texts)
    return values


def _load(file: Path) -> Any:
    try:
        return json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file}: cannot be read as JSON: {error}") from error


def _value(text: str, *, as_text: bool) -> Any:
    if text.startswith("@"):
        try:
            return Path(text[1:]).read_text("utf-8")
        except (OSError, ValueError) as error:
            raise UsageError(f"{text[1:]}: cannot be read: {error}") from error
    if as_text:
        return text
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def count_tokens(prompt: Prompt) -> dict[str, int]:
    """Return a prompt's own o200k_base tokens, as the lock notes them: its body as stored."""
    from promptops.tokens.counter import default_counter

    encoding = "o200k_base"
    text = prompt.source.text[prompt.template.body.start :]
    return {encoding: default_counter().encoded([text], encoding)[0]}
