"""promptfoo's configuration -> an eval file and its dataset; what has no counterpart is listed."""

from __future__ import annotations

import re
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.errors import ConfigError
from promptops.evals.dataset.documents import plain
from promptops.evals.imports_assertions import Assertion, check_of
from promptops.evals.imports_tests import Reader, Test
from promptops.evals.imports_writing import Checked, scored, written
from promptops.evals.plan_file_lines import Lined, read_lined

if TYPE_CHECKING:
    from promptops.templates.files import Files

_TAKEN: Final = {"prompts", "providers", "targets", "tests", "defaultTest", "evaluateOptions",
                 "description", "assertionTemplates"}  # fmt: skip
_KINDS: Final = frozenset({"chat", "messages", "completion", "responses"})
_NO_MODEL: Final = frozenset({"file", "exec", "python", "http", "https", "webhook", "package"})
_VARIABLE: Final = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_MODEL: Final = re.compile(r"[A-Za-z0-9_.-]+:\S+")
_MOST_REPEATS: Final = 1_000
_MOST_CALLS: Final = 10_000  # at the same time
_UNSAFE: Final = re.compile(r"[^a-z0-9_-]+")


class Imported(NamedTuple):
    """The text of an eval file, the rows of its dataset, and what could not be carried over."""

    plan: str
    rows: tuple[dict[str, Any], ...]
    listed: tuple[str, ...]  # each with its file and line


def from_promptfoo(
    data: bytes, path: str, files: Files | None = None, *, name: str = "", prompt: str = ""
) -> Imported:
    """Return the eval of a promptfoo configuration (YAML), or of a CSV file of tests.

    The rows belong in ``data/NAME.jsonl`` beside the eval file; ``name`` and ``prompt`` are those
    of the configuration's file, if nothing else is said. ``files`` are those that it may name.

    Raises:
        ConfigError: It is no configuration, or holds no test that can be carried over.
        DatasetError: A file of tests cannot be read.
    """
    lost: dict[str, None] = {}  # in order, each once
    reader = Reader(files, lost.setdefault)
    settings: dict[str, Any] = {}
    if path.endswith(".csv"):
        found = list(reader.cells(data, path))
    else:
        found, settings = _configured(read_lined(data, path), reader)
    if not found:
        raise ConfigError(f"{path}: no test can be carried over{_first(lost)}")
    checks = list(_checks(found, reader))
    result = scored(checks, len(found))
    for told in result.lost:
        lost.setdefault(told)
    if not result.scorers:
        raise ConfigError(f"{path}: no assertion can be carried over{_first(lost)}")
    own = name or name_of(path)
    plan, rows = written(own, {"prompt": prompt or own, **settings}, found, result)
    return Imported(plan, rows, tuple(sorted(lost, key=_place)))


def name_of(path: str) -> str:
    """Return what a configuration's eval and prompt are called if nothing else is said."""
    stem = PurePosixPath(path).name.partition(".")[0].lower()
    return _UNSAFE.sub("-", stem).strip("-") or "imported"


def _place(told: str) -> tuple[str, int]:
    """Return the file and the line that a loss names."""
    file, _, rest = told.partition(", line ")
    number = rest.partition(":")[0]
    return file, int(number) if number.isdigit() else 0


def _first(lost: dict[str, None]) -> str:
    return f": {next(iter(lost))}" if lost else ""


def _configured(lined: Lined, reader: Reader) -> tuple[list[Test], dict[str, Any]]:
    """Return the tests of a configuration, and the keys of an eval file that it sets."""
    data = plain(lined.data)
    if not isinstance(data, dict):
        raise ConfigError(f"{lined.where}: expected a mapping, as a promptfoo configuration is one")
    for key in data.keys() - _TAKEN:
        reader.lose(f"{lined.where}, line {lined.line((key,))}: {key}")
    reader.templates = data.get("assertionTemplates") or {}
    settings: dict[str, Any] = {}
    if models := _models(lined, data, reader):
        settings["models"] = models
    options = data.get("evaluateOptions")
    for key, value in (options if isinstance(options, dict) else {}).items():
        if key == "repeat" and _whole(value, _MOST_REPEATS):
            settings["repeats"] = value
        elif key == "maxConcurrency" and _whole(value, _MOST_CALLS):
            settings["run"] = {"concurrency": value}
        else:
            reader.lose(f"{lined.where}, line {lined.line(('evaluateOptions', key))}: {key}")
    prompts = data.get("prompts")
    if isinstance(prompts, list) and len(prompts) > 1:
        told = f"{len(prompts)} prompts: make them versions of one"
        reader.lose(f"{lined.where}, line {lined.line(('prompts',))}: {told}")
    tests = list(reader.listed(lined, data.get("tests") or [], ("tests",)))
    return list(_defaulted(lined, data.get("defaultTest"), tests, reader)), settings


def _whole(value: Any, most: int) -> bool:
    return type(value) is int and 1 <= value <= most


def _defaulted(lined: Lined, default: Any, tests: list[Test], reader: Reader) -> list[Test]:
    """Return tests with the variables and assertions that all of them have."""
    if not isinstance(default, dict):
        if default is not None:
            reader.lose(f"{lined.where}, line {lined.line(('defaultTest',))}: defaultTest")
        return tests
    for key in default.keys() - {"vars", "assert"}:
        line = lined.line(("defaultTest", key))
        reader.lose(f"{lined.where}, line {line}: {key} of defaultTest")
    path = ("defaultTest", "assert")
    asserted = tuple(reader.assertions(lined, default.get("assert") or [], path))
    given = default.get("vars")
    variables = given if isinstance(given, dict) else {}
    return [
        one._replace(variables={**variables, **one.variables}, asserted=(*asserted, *one.asserted))
        for one in tests
    ]


def _models(lined: Lined, data: dict[str, Any], reader: Reader) -> list[str]:
    key = "providers" if "providers" in data else "targets"
    listed = data.get(key) or []
    found = []
    for at, entry in enumerate(listed if isinstance(listed, list) else [listed]):
        said = entry.get("id") if isinstance(entry, dict) else entry
        provider, _, rest = str(said).partition(":")
        kind, colon, name = rest.partition(":")
        model = name if colon and kind in _KINDS else rest
        where = f"{lined.where}, line {lined.line((key, at))}"
        if provider in _NO_MODEL or not _MODEL.fullmatch(f"{provider}:{model}"):
            reader.lose(f"{where}: the provider {said}")
            continue
        found.append(f"{provider}:{model}")
        if isinstance(entry, dict) and entry.keys() - {"id", "label"}:
            further = ", ".join(sorted(entry.keys() - {"id", "label"}))
            reader.lose(f"{where}: {further} of the provider {said}")
    return list(dict.fromkeys(found))


def _checks(tests: list[Test], reader: Reader) -> list[Checked]:
    found = []
    for at, test in enumerate(tests):
        for one in test.asserted:
            try:
                check = check_of(_filled(one, test.variables))
            except ValueError as error:
                kind = f"not-{one.type}" if one.negated else one.type
                reader.lose(f"{one.where}: {kind}: {error}")
            else:
                found.append(Checked(at, one.where, check))
    return found


def _filled(one: Assertion, variables: dict[str, Any]) -> Assertion:
    """Return an assertion with the test's variables in its value."""
    if not isinstance(one.value, str) or ("{{" not in one.value and "{%" not in one.value):
        return one
    left = _VARIABLE.sub("", one.value)
    names = _VARIABLE.findall(one.value)
    if "{{" in left or "{%" in left or any(name not in variables for name in names):
        raise ValueError("its value is a template that is not known here")
    whole = _VARIABLE.fullmatch(one.value)
    if whole:
        return one._replace(value=variables[whole[1]])
    return one._replace(value=_VARIABLE.sub(lambda found: str(variables[found[1]]), one.value))
