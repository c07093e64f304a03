"""What ``promptops comment`` reads and writes besides the forge: the report, the summary."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from promptops.errors import UsageError

if TYPE_CHECKING:
    from promptops.forges.marks import Mark
    from promptops.reporters.contracts.cost import CostDiffReport
    from promptops.reporters.contracts.eval import EvalReport
    from promptops.reporters.contracts.eval_all import EvalAllReport

    Posted = CostDiffReport | EvalReport | EvalAllReport

_LARGEST: Final = 64_000_000  # bytes; the contract's reader refuses what has too many characters
_AHEAD: Final = 600  # seconds that another machine's clock may be ahead
_SUMMARY: Final = 1024 * 1024  # bytes that GitHub shows of a step's summary
_LEAST: Final = 4_000  # bytes below which a summary is not worth beginning
_SIZES: Final = {"github": 60_000, "gitlab": 60_000, "bitbucket": 30_000}  # bytes of a comment


@dataclass(frozen=True, slots=True)
class Page:
    """A report as a comment of a tag; without one, of the usual tag of its kind."""

    data: Posted
    tag: str | None = None

    def mark(self, head: str | None) -> Mark:
        """Return the first line's facts."""
        from promptops.forges.marks import Mark, check_tag, valid_at

        tag = check_tag(self.tag or ("default" if _is_cost(self.data) else "evals"))
        return Mark(tag, valid_at(self.data.generated_at), self.head(head))

    def head(self, head: str | None) -> str | None:
        """Return the commit that the report speaks of: the job's, or else the report's."""
        return head or commit_of(self.data)

    def body(self, platform: str, head: str | None) -> str:
        """Return the comment."""
        return _markdown(
            self.data,
            first_line=self.mark(head).line(),
            head=self.head(head),
            html=platform != "bitbucket",
            limit=_SIZES[platform],
            rest_is="in the summary of the run" if os.environ.get("GITHUB_STEP_SUMMARY") else "",
        )


def _is_cost(data: Posted) -> bool:
    return data.schema_ == "promptops.cost-diff/1"


def commit_of(data: Posted) -> str | None:
    """Return the commit that a report speaks of, if it is one."""
    import re

    from promptops.reporters.contracts.cost import CostDiffReport
    from promptops.reporters.contracts.eval import EvalReport

    if isinstance(data, CostDiffReport):
        return data.head.sha
    found = data.run.commit if isinstance(data, EvalReport) else data.commit
    return found if found is not None and re.fullmatch(r"[0-9a-f]{7,64}", found) else None


def says_something(data: Posted) -> bool:
    """Return whether a report is worth a first comment."""
    from promptops.reporters.contracts.cost import CostDiffReport
    from promptops.reporters.contracts.eval import EvalReport
    from promptops.reporters.cost_markdown import differs

    if isinstance(data, CostDiffReport):
        return differs(data)
    return isinstance(data, EvalReport) or bool(data.evals)


def _markdown(data: Posted, *, rest_is: str = "", **keys: Any) -> str:
    from promptops.reporters import (
        cost_markdown,
        eval_json,
        eval_markdown,
        evals_json,
        evals_markdown,
    )
    from promptops.reporters.contracts.cost import CostDiffReport
    from promptops.reporters.contracts.eval import EvalReport

    if isinstance(data, CostDiffReport):
        return cost_markdown.report(data, rest_is=rest_is, **keys)
    if isinstance(data, EvalReport):
        return eval_markdown.report(eval_json.read(data), **keys)
    return evals_markdown.report(evals_json.read(data), **keys)


def read_posted(file: Path) -> Posted:
    """Return a report from wherever it is.

    Raises:
        UsageError: It is no report of diff-cost or of evals, too large, or dated in the future.
    """
    from datetime import UTC, datetime

    from promptops.reporters.contracts import read_report
    from promptops.reporters.contracts.cost import CostDiffReport
    from promptops.reporters.contracts.eval import EvalReport
    from promptops.reporters.contracts.eval_all import EvalAllReport

    try:
        with file.open("rb") as opened:
            found = opened.read(_LARGEST + 1)
    except OSError as error:
        raise UsageError(f"{file}: cannot be read: {error.strerror}") from None
    if len(found) > _LARGEST:
        raise UsageError(f"{file}: not a report: larger than {_LARGEST:,} bytes")
    try:
        data = read_report(found.decode("utf-8", "replace"))
    except UsageError as error:
        raise UsageError(f"{file}: {error}") from None
    if not isinstance(data, CostDiffReport | EvalReport | EvalAllReport):
        told = "`diff-cost`, `eval` or `eval all`, with `--format json`"
        raise UsageError(f"{file}: not a report of {told}")
    ahead = datetime.fromisoformat(data.generated_at) - datetime.now(UTC)
    if ahead.total_seconds() > _AHEAD:
        # Posted, it would keep all later reports out.
        raise UsageError(f"{file}: it is dated in the future: {data.generated_at}")
    return data


def write_summary(data: Posted, head: str | None) -> None:
    """Add the full report to the summary of the job's step, where there is one.

    Raises:
        UsageError: The file cannot be written.
    """
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if not path:
        return
    file = Path(path)
    try:
        left = _SUMMARY - (file.stat().st_size if file.exists() else 0)
        if left < _LEAST:
            click.echo("promptops: the step's summary is full: the report is not in it", err=True)
            return
        text = _markdown(data, head=head or commit_of(data), limit=left - 1)
        with file.open("ab") as opened:
            opened.write(f"{text}\n".encode("utf-8", "replace"))
    except OSError as error:
        raise UsageError(f"$GITHUB_STEP_SUMMARY cannot be written: {error.strerror}") from None
