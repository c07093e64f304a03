"""A project's own cache rules, in a file over those that came with this version."""

from __future__ import annotations

import json
import tomllib
from typing import TYPE_CHECKING, Any

from promptops.caching import book
from promptops.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.caching.book import RuleBook
    from promptops.config import Project


def rules_of(here: Project) -> RuleBook:
    """Return the rules of a project: those that came with this version, its own over them.

    Raises:
        UsageError: Its file cannot be read, or a rule in it is wrong.
    """
    own = here.config.cache_rules
    return book.bundled() if own is None else with_file(here.root / own)


def with_file(file: Path) -> RuleBook:
    """Return the rules that came with this version, with a file of TOML or JSON over them.

    Raises:
        UsageError: The file cannot be read, or a rule in it is wrong.
    """
    try:
        return book.overridden(_read(file))
    except ConfigError as error:
        raise UsageError(f"{file}: {error}") from error


def _read(file: Path) -> Any:
    try:
        text = file.read_text("utf-8")
        found = json.loads(text) if file.suffix == ".json" else tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{file}: cannot be read: {error}") from error
    if not isinstance(found, dict):
        raise UsageError(f"{file}: expected surfaces, models and sources")
    return found
