"""An eval's items as a Parquet file, a row each, with columns of their own types."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.errors import UsageError

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.evals.report import Report
    from promptops.evals.report_cases import Answered, CaseResult


def write(found: Report, path: Path) -> None:
    """Write the rows to a file; inputs, slices and scores are columns of their own.

    Raises:
        UsageError: pyarrow is not installed, or the file cannot be written.
    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        told = "needs pyarrow: pip install 'promptops-toolkit[parquet]'"
        raise UsageError(f"eval export: Parquet {told}") from None
    rows = [_row(case, answer) for case in found.cases for answer in case.answers]
    names = dict.fromkeys(name for row in rows for name in row)
    scores = {name for case in found.cases for one in case.answers for name in one.scores}
    values = {f"{name} value" for name in scores}
    columns = {
        name: pa.array([row.get(name) for row in rows], _type(pa, name, values)) for name in names
    }
    try:
        pq.write_table(pa.table(columns), path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror or error}") from error


def _row(case: CaseResult, one: Answered) -> dict[str, Any]:
    row: dict[str, Any] = {
        "case": case.id, "variant": one.variant, "repeat": one.repeat, "cluster": case.cluster,
        "expected": case.expected, "answer": one.text, "finish": one.finish, "cause": one.cause,
        "message": one.message,
        "cost": None if one.cost is None else one.cost.quantize(Decimal("1E-9")),
        "latency": one.latency, "attempts": one.attempts, "input_tokens": one.input_tokens,
        "output_tokens": one.output_tokens, "from_run": one.from_run,
    }  # fmt: skip
    row |= {f"input {name}": value for name, value in case.inputs.items()}
    row |= {f"slice {name}": value for name, value in case.slices.items()}
    for name, score in one.scores.items():
        row |= {f"{name} value": score.value, f"{name} label": score.label,
                f"{name} reason": score.reason, f"{name} error": score.error}  # fmt: skip
    return row


def _type(pa: Any, name: str, values: set[str]) -> Any:
    if name in {"repeat", "attempts", "input_tokens", "output_tokens"}:
        return pa.int64()
    if name == "cost":
        return pa.decimal128(38, 9)
    return pa.float64() if name == "latency" or name in values else pa.string()
