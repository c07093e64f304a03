"""Rows that Python code hands over: mappings of JSON values, as often as they are asked for."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from promptops.errors import DatasetError
from promptops.evals.dataset.code import NoRow, row_of
from promptops.evals.dataset.source import Row, Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any


def given(rows: Callable[[], Iterable[Mapping[str, Any]]], name: str) -> Source:
    """Return the source of rows that a function gives each time; errors call it by a name."""
    return Source(name, partial(_read, rows, name), counted="row")


def _read(rows: Callable[[], Iterable[Mapping[str, Any]]], name: str) -> Iterator[Row]:
    for number, values in enumerate(rows(), 1):
        try:
            yield row_of(number, values)
        except NoRow as error:
            raise DatasetError(f"{name}, row {number}: {error}") from error
