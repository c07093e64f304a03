"""A dataset's path, as an eval file writes it -> the source of its rows."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from promptops.errors import DatasetError
from promptops.evals.dataset import code, columnar, documents, jsons, tables
from promptops.evals.dataset.source import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from promptops.evals.dataset.source import Row

GIVEN: Final = "python:"  # begins what stands for a path where rows were handed over
_FORMATS: Final[dict[str, Callable[[Path, str], Iterator[Row]]]] = {
    "jsonl": jsons.json_lines,
    "json": jsons.json_list,
    "csv": tables.comma_separated,
    "tsv": tables.tab_separated,
    "yaml": documents.yaml_list,
    "yml": documents.yaml_list,
    "parquet": columnar.parquet,
}


def opened(root: Path, folder: str, path: str) -> Source:
    """Return the source at a path below an eval file's folder, which lies below the root.

    Raises:
        DatasetError: There is no such file, it lies behind a link, or the format is not known.
    """
    name = f"{folder}/{path}" if folder else path
    if path.startswith(GIVEN):
        raise DatasetError("the cases were handed over in Python: only there can it be run")
    if path.startswith("hf:"):
        reference = path.removeprefix("hf:")
        if reference.startswith("./"):
            _unlinked(root / folder, reference[2:].partition("#")[0], path)
        read = partial(columnar.hub, reference, root / folder, path)
        return Source(path, read, counted="row")
    file, colon, function = name.rpartition(":")
    if colon:
        at = _found(root, file)
        return Source(name, partial(code.generated, at, function, name), counted="row")
    at, suffix = _found(root, name), name.rpartition(".")[2]
    if suffix not in _FORMATS:
        raise DatasetError(f"{name}: expected one of {', '.join(_FORMATS)}")
    known = _FORMATS[suffix]
    counted = "row" if suffix == "parquet" else "line"
    return Source(name, partial(known, at, name), suffix in {"csv", "tsv"}, counted)


def _found(root: Path, name: str) -> Path:
    _unlinked(root, name, name)
    path = root / name
    if not path.is_file():
        raise DatasetError(f"{name}: there is no such file")
    return path


def _unlinked(root: Path, below: str, name: str) -> None:
    at = root
    for part in below.split("/"):
        if part == "..":
            raise DatasetError(f"{name}: leads out of the eval file's folder")
        at = at / part
        if at.is_symlink():
            raise DatasetError(f"{name}: is a link or lies behind one, which is not followed")
