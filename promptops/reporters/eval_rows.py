"""An eval's items, a row for each answer to a case, as lines of JSON or as CSV."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING, Any, Final

from promptops.reporters.spreadsheet import inert

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.report import Report
    from promptops.evals.report_cases import Answered, CaseResult
    from promptops.evals.report_variants import Split

_FIXED: Final = ("case", "variant", "repeat", "cluster", "expected", "answer", "finish", "cause",
                 "message", "cost", "latency", "attempts", "input_tokens", "output_tokens",
                 "from_run", "plain", "read", "written", "plain_foretold", "read_foretold",
                 "written_foretold")  # fmt: skip


def jsonl(found: Report) -> Iterator[str]:
    """Yield a line of JSON for each item; scores, slices and inputs are objects in it."""
    for case, answer in _items(found):
        row = _fixed(case, answer)
        row["slices"], row["inputs"] = dict(case.slices), dict(case.inputs)
        row["scores"] = {
            name: {"value": one.value, "label": one.label, "reason": one.reason, "error": one.error}
            for name, one in answer.scores.items()
        }
        yield json.dumps(row, ensure_ascii=False) + "\n"


def table(found: Report) -> Iterator[str]:
    """Yield CSV, the head first; a cell that a spreadsheet would run begins with an apostrophe."""
    scorers = list(dict.fromkeys(name for _, one in _items(found) for name in one.scores))
    slices = list(dict.fromkeys(name for case in found.cases for name in case.slices))
    head = [*_FIXED, *(f"slice {one}" for one in slices)]
    for one in scorers:
        head += [f"{one} {kind}" for kind in ("value", "label", "reason", "error")]
    yield _line(head)
    for case, answer in _items(found):
        row = list(_fixed(case, answer).values())
        row += [case.slices.get(one) for one in slices]
        for name in scorers:
            score = answer.scores.get(name)
            row += [None] * 4 if score is None else [score.value, score.label, score.reason,
                                                     score.error]  # fmt: skip
        yield _line(row)


def _items(found: Report) -> Iterator[tuple[CaseResult, Answered]]:
    return ((case, answer) for case in found.cases for answer in case.answers)


def _fixed(case: CaseResult, answer: Answered) -> dict[str, Any]:
    cost = None if answer.cost is None else f"{answer.cost:f}"
    values = (case.id, answer.variant, answer.repeat, case.cluster, case.expected, answer.text,
              answer.finish, answer.cause, answer.message, cost, answer.latency, answer.attempts,
              answer.input_tokens, answer.output_tokens, answer.from_run,
              *_split(answer.observed), *_split(answer.predicted))  # fmt: skip
    return dict(zip(_FIXED, values, strict=True))


def _split(found: Split | None) -> tuple[int | None, int | None, int | None]:
    return (None, None, None) if found is None else (found.plain, found.read, found.write)


def _line(cells: list[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerow([inert(one) for one in cells])
    return out.getvalue()
