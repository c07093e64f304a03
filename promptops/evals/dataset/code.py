"""Rows that a function of a Python file makes; only an eval file can name one."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import module_from_spec, spec_from_file_location
from typing import TYPE_CHECKING, Any

from promptops.errors import DatasetError, nearest
from promptops.evals.dataset.documents import plain
from promptops.evals.dataset.source import Row

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def generated(path: Path, function: str, name: str) -> Iterator[Row]:
    """Yield what a function without parameters yields, counted from 1; the file runs each time.

    Raises:
        DatasetError: The file or the function fails, or a row is no mapping of JSON values.
    """
    number = 0
    try:
        for values in _function(path, function, name)():
            number += 1
            yield row_of(number, values)
    except DatasetError:
        raise
    except NoRow as error:
        raise DatasetError(f"{name}, row {number}: {error}") from error
    except Exception as error:  # what a stranger's function raises cannot be known
        raise DatasetError(f"{name}: fails: {type(error).__name__}: {error}") from error


class NoRow(ValueError):
    """A value that is no row."""


def row_of(number: int, values: Any) -> Row:
    """Return a mapping as a row.

    Raises:
        NoRow: It is none, or holds what JSON has not.
    """
    if not isinstance(values, Mapping):
        raise NoRow("expected a mapping")
    try:
        return Row(number, plain(dict(values)))
    except ValueError as error:
        raise NoRow(str(error)) from error


def _function(path: Path, function: str, name: str) -> Callable[[], Any]:
    spec = spec_from_file_location(f"promptops_dataset_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise DatasetError(f"{name}: is no Python file")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    found: Callable[[], Any] | None = getattr(module, function, None)
    if not callable(found):
        offered = [key for key, one in vars(module).items() if callable(one)]
        raise DatasetError(f"{name}: has no such function{nearest(function, offered)}")
    return found
