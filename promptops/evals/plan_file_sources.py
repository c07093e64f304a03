"""What an eval file may say of its cases: where they are, and which columns mean what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.evals.plan import Dataset
from promptops.evals.plan_file_kinds import Kind, mapping, record, several, text

if TYPE_CHECKING:
    from promptops.shape import Path, Wrong

_PART: Final = r"(?!\.\.?(?:/|$))[^/\\:\x00-\x1f]+"
_ENDINGS: Final = "jsonl|csv|tsv|json|yaml|yml|parquet"
_FILE: Final = rf"(?:{_PART}/)*[^/\\:\x00-\x1f]+\.(?:{_ENDINGS})"
_CODE: Final = rf"(?:{_PART}/)*[^/\\:\x00-\x1f]+\.py:[A-Za-z_][A-Za-z0-9_]*"
_SPLIT: Final = r"#[A-Za-z0-9_.-]+"
_HUB: Final = (
    rf"hf:(?:[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+@[A-Za-z0-9_./-]+|\./(?:{_PART}/)*{_PART}){_SPLIT}"
)
_SOURCE: Final = text(
    rf"{_FILE}|{_HUB}|{_CODE}",
    "a file below the eval file's folder (.jsonl .csv .tsv .json .yaml .parquet), "
    "hf:OWNER/NAME@REVISION#SPLIT, or FILE.py:FUNCTION",
)
CASSETTE: Final = text(
    rf"(?:{_PART}/)*[^/\\:\x00-\x1f]+\.jsonl", "a .jsonl file below the eval file's folder"
)
_COLUMN: Final = text(r"[^\x00-\x1f]+", "a column's name")
_NAMES: Final = mapping(_COLUMN)

_DATASET_KEYS: Final = record(
    Dataset,
    {
        "path": _SOURCE.described("Where the cases are, below this file's folder."),
        "id": _COLUMN.described("The column of the cases' names; without: a hash of the case."),
        "inputs": _NAMES.described("A prompt's inputs and their columns, where names differ."),
        "expected": _COLUMN.described("The column of what is expected; any JSON value."),
        "cluster": _COLUMN.described("The column of what cases share that are not independent."),
        "slice": several(_COLUMN).described("Columns by whose values results are shown."),
        "train": _SOURCE.described("Cases that baselines alone learn from."),
    },
    ("path",),
)


def _dataset(value: Any, path: Path, problems: list[Wrong]) -> Dataset | None:
    whole = {"path": value} if isinstance(value, str) else value
    found: Dataset | None = _DATASET_KEYS.shape(whole, path, problems)
    return found


DATASET: Final = Kind(_dataset, {"anyOf": [_SOURCE.schema, _DATASET_KEYS.schema]}).described(
    "The cases."
)
