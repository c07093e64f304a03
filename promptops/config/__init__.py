"""``[tool.promptops]`` of pyproject.toml, or promptops.toml: found, checked once, frozen."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops import shape
from promptops.config.cost import COST, CostSettings
from promptops.config.ledger import LEDGER, LedgerSettings
from promptops.config.lint import LINT, LintSettings
from promptops.config.prices import PRICES, OwnPrice
from promptops.config.providers import SERVERS, Server
from promptops.config.templates import DIALECTS, TEMPLATES, TemplateSettings, WhiteSpace
from promptops.errors import ConfigError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "DIALECTS",
    "Config",
    "CostSettings",
    "LedgerSettings",
    "LintSettings",
    "OwnPrice",
    "Project",
    "Server",
    "TemplateSettings",
    "WhiteSpace",
    "check",
    "find_project",
    "read_settings",
]


@dataclass(frozen=True, slots=True)
class Config:
    """The settings of a project."""

    folder: str = "prompts"
    suffixes: tuple[str, ...] = (".prompt.j2",)
    model: str | None = None
    default_label: str | None = None  # what a bare name means in production
    cache_rules: str | None = None  # a file of own cache rules, below the root
    templates: TemplateSettings = field(default_factory=TemplateSettings)
    lint: LintSettings = field(default_factory=LintSettings)
    cost: CostSettings = field(default_factory=CostSettings)
    ledger: LedgerSettings = field(default_factory=LedgerSettings)
    prices: Mapping[str, OwnPrice] = field(default_factory=dict)  # by provider:model or provider
    providers: Mapping[str, Server] = field(default_factory=dict)  # by name


def _folder(value: Any, path: shape.Path, problems: list[shape.Wrong]) -> Any:
    found = shape.string(value, path, problems)
    parts = (found or ".").replace("\\", "/").split("/")
    if found is not None and (found.startswith("/") or ".." in parts):
        problems.append(shape.Wrong(path, "must be a folder below the project's root"))
    return "/".join(part for part in parts if part not in {"", "."})


def _suffixes(value: Any, path: shape.Path, problems: list[shape.Wrong]) -> Any:
    found = shape.list_of(shape.string)(value, path, problems)
    if not found or "" in found:
        problems.append(shape.Wrong(path, "needs at least one suffix, such as .prompt.j2"))
    return found


_CONFIG: Final = shape.record(
    Config,
    {
        "folder": _folder,
        "suffixes": _suffixes,
        "model": shape.string,
        "default-label": shape.string,
        "cache-rules": shape.string,
        "templates": TEMPLATES,
        "lint": LINT,
        "cost": COST,
        "ledger": LEDGER,
        "prices": PRICES,
        "providers": SERVERS,
    },
)


_DEFAULTS: Final = Config()


@dataclass(frozen=True, slots=True)
class Project:
    """A project's root and its settings."""

    root: Path
    config: Config


def find_project(start: Path) -> Project:
    """Return the project that a folder belongs to.

    Its root is the nearest folder upwards that holds ``promptops.toml``, a ``pyproject.toml`` with
    ``[tool.promptops]``, a ``prompts`` folder or ``.git``; else the folder itself.

    Raises:
        ConfigError: A settings file cannot be read or a setting is wrong; all are listed.
    """
    start = start.resolve()
    for folder in (start, *start.parents):
        settings = read_settings(folder)
        if settings is not None:
            return Project(folder, settings)
        if (folder / _DEFAULTS.folder).is_dir() or (folder / ".git").exists():
            return Project(folder, _DEFAULTS)
    return Project(start, _DEFAULTS)


def read_settings(folder: Path) -> Config | None:
    """Return the settings written in a folder, if any."""
    own = folder / "promptops.toml"
    if own.is_file():
        return check(_read_toml(own), str(own))
    shared = folder / "pyproject.toml"
    if not shared.is_file():
        return None
    tools = _read_toml(shared).get("tool", {})
    table = tools.get("promptops") if isinstance(tools, dict) else None
    return None if table is None else check(table, f"{shared} [tool.promptops]")


def check(table: Any, where: str) -> Config:
    """Return the settings of a table.

    Raises:
        ConfigError: Anything is unknown or of the wrong type.
    """
    problems: list[shape.Wrong] = []
    if isinstance(table, dict) and "tool" in table and where.endswith(".toml"):
        raise ConfigError(f"{where}: here settings stand at the top, without [tool.promptops]")
    config = _CONFIG(table, (), problems)
    if problems:
        raise ConfigError(f"{where}: {'; '.join(map(str, problems))}")
    if not isinstance(config, Config):
        raise ConfigError(f"{where}: expected a table")
    return config


def _read_toml(path: Path) -> dict[str, Any]:
    import tomllib

    try:
        with path.open("rb") as file:
            return tomllib.load(file, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {error}") from error
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from error
