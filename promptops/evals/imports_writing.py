"""Tests with their checks -> the rows of a dataset, and the scorers that read them.

A value that all cases share is the scorer's option. One kind of check may have a value of its own
in each case: the column ``expected``. The others get a scorer for each value, which a column tells
for which cases it is.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.exchange import flow

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.evals.imports_assertions import Check
    from promptops.evals.imports_tests import Test

_MOST: Final = 20  # scorers for the values of one kind of check


class Checked(NamedTuple):
    """A test's check and the place that an error names."""

    test: int
    where: str
    check: Check


class Scored(NamedTuple):
    """Scorers as an eval file writes them, columns of each test, and what has no place."""

    scorers: list[dict[str, Any]]
    expected: dict[int, Any]
    columns: dict[str, dict[int, str]]
    lost: list[str]


def scored(checks: Iterable[Checked], tests: int) -> Scored:
    """Return the scorers that do what the checks of some tests do."""
    groups = _groups(checks)
    found = Scored([], {}, {}, [])
    varying = [key for key, group in groups.items() if len(_values(group)) > 1]
    main = max(varying, key=lambda key: len(groups[key]), default=None)
    names: Counter[str] = Counter()
    for key, group in groups.items():
        if key == main:
            found.scorers.append(_scorer(group[0].check, names, key=None))
            found.expected.update({one.test: one.check.value for one in group})
            continue
        values = _values(group)
        if len(values) > _MOST:
            for one in group:
                told = f"{one.check.scorer}: another kind of check has the column of values"
                found.lost.append(f"{one.where}: {told}")
        elif len(values) == 1 and len(group) == tests:
            found.scorers.append(_scorer(group[0].check, names, key=group[0].check.key))
        else:
            _by_value(group, values, names, found)
    return found


def _groups(checks: Iterable[Checked]) -> dict[str, list[Checked]]:
    """Return checks that differ in their values alone, each test once in a group."""
    found: dict[str, list[Checked]] = {}
    times: Counter[tuple[int, str]] = Counter()
    for one in checks:
        check = one.check
        key = _text([check.scorer, check.options, check.key, check.metric])
        times[one.test, key] += 1
        found.setdefault(f"{key} {times[one.test, key]}", []).append(one)
    return found


def _by_value(
    group: list[Checked], values: Mapping[str, int], names: Counter[str], found: Scored
) -> None:
    column = f"check_{len(found.columns) + 1}"
    found.columns[column] = {one.test: str(values[_text(one.check.value)]) for one in group}
    seen: set[str] = set()
    for one in group:
        value = _text(one.check.value)
        if value not in seen:
            seen.add(value)
            entry = _scorer(one.check, names, key=one.check.key)
            (options,) = entry.values()
            options["where"] = {column: str(values[value])}
            found.scorers.append(entry)


def _scorer(check: Check, names: Counter[str], *, key: str | None) -> dict[str, Any]:
    name = check.metric or check.scorer
    names[name] += 1
    options = dict(check.options)
    if names[name] > 1 or check.metric:
        options["name"] = name if names[name] == 1 else f"{name} {names[name]}"
    if key is not None:
        options[key] = check.value
    return {check.scorer: options}


def _values(group: list[Checked]) -> dict[str, int]:
    """Return the distinct values of a group, numbered from 1."""
    distinct = dict.fromkeys(_text(one.check.value) for one in group)
    return {value: at for at, value in enumerate(distinct, 1)}


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def written(
    name: str, settings: dict[str, Any], tests: list[Test], result: Scored
) -> tuple[str, tuple[dict[str, Any], ...]]:
    """Return the eval file's text and the dataset's rows; ``settings`` are its first keys."""
    inputs = {key for test in tests for key in test.variables}
    metadata = {key for test in tests for key, value in test.metadata.items() if _plain(value)}
    slices = sorted(metadata - inputs) + list(result.columns)
    names = {key: _free(key, {*inputs, *slices}) for key in ("id", "expected")}
    dataset: dict[str, Any] = {"path": f"data/{name}.jsonl", "id": names["id"]}
    if result.expected:
        dataset["expected"] = names["expected"]
    if slices:
        dataset["slice"] = slices
    head = {**settings, "dataset": dataset}
    scorers = "".join(f"  - {flow.flow(entry)}\n" for entry in result.scorers)
    digits = len(str(len(tests)))
    rows = []
    for at, test in enumerate(tests):
        row = {names["id"]: f"test-{at + 1:0{digits}}", **test.variables}
        if result.expected:
            row[names["expected"]] = result.expected.get(at)
        row |= {key: test.metadata.get(key) for key in sorted(metadata - inputs)}
        row |= {column: values.get(at) for column, values in result.columns.items()}
        rows.append(row)
    return f"{flow.block(head)}scorers:\n{scorers}", tuple(rows)


def _plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float)


def _free(name: str, taken: set[str]) -> str:
    while name in taken:
        name = f"{name}_"
    return name
