"""A new project's files: settings, an example prompt with its eval, the hook, a CI job."""

from __future__ import annotations

import os
import tomllib
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.config import read_settings
from promptops.errors import PromptopsError, UsageError
from promptops.templates.files import read_file, write_file

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

EXAMPLE: Final = "support/triage"
HOOKS: Final = ".pre-commit-config.yaml"
_SETTINGS: Final = "promptops.toml"
_PROJECT: Final = "pyproject.toml"
_NEW: Final[Mapping[str, str]] = {
    f"prompts/{EXAMPLE}.prompt.j2": "triage.prompt.j2",
    "prompts/shared/tone.j2": "tone.j2",
    f"evals/{EXAMPLE}.sample.json": "triage.sample.json",
    f"evals/{EXAMPLE}.yaml": "triage.eval.yaml",
    "evals/support/data/triage.jsonl": "triage.cases.jsonl",
    ".github/workflows/prompts.yml": "prompts.yml",
}
PURPOSES: Final[Mapping[str, str]] = {
    f"prompts/{EXAMPLE}.prompt.j2": "an example prompt",
    "prompts/shared/tone.j2": "a partial, which the example includes",
    f"evals/{EXAMPLE}.sample.json": "a sample of the example's inputs",
    f"evals/{EXAMPLE}.yaml": "an eval of it; it needs no key",
    "evals/support/data/triage.jsonl": "the cases of the eval",
    ".github/workflows/prompts.yml": "a job for GitHub Actions",
    HOOKS: "hooks that lint and check each commit",
    _SETTINGS: "settings",
    _PROJECT: "settings, added at its end",
}


class Plan(NamedTuple):
    """What is to be written, by path below the root."""

    new: Mapping[str, bytes]
    changed: Mapping[str, bytes]  # the whole text of a file that gets an addition
    hooks: str | None = None  # what people have to add to their own pre-commit configuration


def plan(root: Path) -> Plan:
    """Return what to write into a folder; nothing of it is there yet.

    Raises:
        UsageError: Something is there already; all of it is listed.
        ConfigError: The settings that are there cannot be read.
    """
    conflicts = []
    new = {path: _data(name) for path, name in _NEW.items()}
    changed: dict[str, bytes] = {}
    there = read_settings(root) is not None
    extended = None if there else _extended(root / _PROJECT)
    if there:
        own = (root / _SETTINGS).is_file()
        conflicts.append(_SETTINGS if own else f"[tool.promptops] of {_PROJECT}")
    elif extended is None:
        new[_SETTINGS] = _data("settings.toml")
    else:
        changed[_PROJECT] = extended
    hooks = None
    if os.path.lexists(root / HOOKS):
        hooks = _data("pre-commit-config.yaml").decode().partition("repos:\n")[2]
    else:
        new[HOOKS] = _data("pre-commit-config.yaml")
    conflicts += [path for path in new if os.path.lexists(root / path)]
    conflicts += sorted({str(path) for one in new if (path := _in_the_way(root, one))})
    if conflicts:
        told = ", ".join(sorted(set(conflicts)))
        raise UsageError(f"already there, and not overwritten: {told}; nothing was written")
    return Plan(dict(sorted(new.items())), changed, hooks)


def _data(name: str) -> bytes:
    # A checkout on Windows may have CRLF; what is written has LF.
    data = files("promptops.adoption").joinpath("data", name).read_bytes()
    return data.replace(b"\r\n", b"\n")


def _in_the_way(root: Path, path: str) -> Path | None:
    """Return what is no folder on the way to a path, if anything."""
    above = list(Path(path).parents)[:-1]
    return next((one for one in above if os.path.lexists(root / one) and not (root / one).is_dir()),
                None)  # fmt: skip


def _extended(path: Path) -> bytes | None:
    """Return a pyproject.toml with the settings at its end; None where that is not possible."""
    data = read_file(path)
    if data is None:
        return None
    own = _data("settings.toml").decode().replace("[lint]", "[tool.promptops.lint]")
    added = f"\n[tool.promptops]\n{own}".encode()
    line = b"\r\n" if b"\r\n" in data else b"\n"
    extended = data + (b"" if data.endswith(b"\n") or not data else line)
    extended += added.replace(b"\n", line)
    try:
        tomllib.loads(extended.decode())
    except tomllib.TOMLDecodeError:
        # `tool` is an inline table, to which nothing can be added.
        return None
    return extended


def carry_out(
    root: Path, wanted: Plan, write: Callable[[Path, bytes], None] = write_file
) -> list[str]:
    """Write what is planned and return the paths; on failure, all is as it was before.

    Raises:
        PromptopsError: Something cannot be written, or has come into being meanwhile.
    """
    undo: list[Callable[[], None]] = []
    try:
        for path, data in wanted.new.items():
            target = root / path
            for folder in reversed(target.parents):
                if not folder.exists():
                    undo.append(folder.rmdir)
                    folder.mkdir()
            if os.path.lexists(target):
                raise UsageError(f"{path}: has just been made by somebody else")  # noqa: TRY301
            undo.append(target.unlink)
            write(target, data)
        for path, data in wanted.changed.items():
            target = (root / path).resolve()
            before = target.read_bytes()
            undo.append(lambda target=target, before=before: target.write_bytes(before))  # type: ignore[misc]
            write(target, data)
    except BaseException as error:
        for step in reversed(undo):
            with suppress(OSError):
                step()
        if isinstance(error, OSError):
            raise PromptopsError(
                f"{error.filename}: cannot be written: {error.strerror}"
            ) from error
        raise
    return [*wanted.new, *wanted.changed]
