"""Several evals as Markdown for a pull request: a sentence on all, then each as it is alone.

It may be made from the JSON of a stranger's run: nothing in it is read as Markdown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.reporters import eval_markdown
from promptops.reporters.markdown import code, prose

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.together import Done, Together

MAX_BYTES: Final = 60_000  # GitHub takes 65,536 characters of a comment
_ROOM: Final = 700  # bytes for the line that says what was left out
_LEAST: Final = 2_500  # bytes below which a report is not begun
_SHOWN: Final = 7  # characters of a commit
_NAMED: Final = 20  # files that nothing changed


def report(
    found: Together,
    *,
    first_line: str = "",
    head: str | None = None,
    html: bool = True,
    limit: int = MAX_BYTES,
) -> str:
    """Return all reports in at most ``limit`` bytes; ``head`` is the commit that they speak of.

    ``first_line`` is put in front: the invisible mark by which a comment finds its own. Without
    ``html`` nothing is folded up, for Bitbucket.
    """
    top = f"{first_line}\n" if first_line else ""
    top += f"### Prompt evals: {found.headline}\n\n"
    foot = _foot(found, head, html=html)
    left = limit - len((top + foot).encode()) - _ROOM
    parts: list[str] = []
    # Failures come first: they are what must not be cut.
    waiting = sorted(found.evals, key=_place)
    for at, one in enumerate(waiting):
        if left < _LEAST:
            more = len(waiting) - at
            parts.append(f"… and {more:,} more eval{'' if more == 1 else 's'}.\n\n")
            break
        part = _one(one, html=html, limit=max(_LEAST, left // (len(waiting) - at)))
        parts.append(part)
        left -= len(part.encode("utf-8", "backslashreplace"))
    return top + "".join(parts) + foot


def _place(one: Done) -> int:
    if one.report is None:
        return 0
    return {"fail": 1, "inconclusive": 2, "pass": 3}.get(one.report.verdict or "", 4)


def _one(one: Done, *, html: bool, limit: int) -> str:
    if one.report is None:
        return f"#### {code(one.file)} could not be run\n\n{prose(one.error or '')}\n\n"
    return f"{eval_markdown.report(one.report, html=html, limit=limit)}\n"


def _foot(found: Together, head: str | None, *, html: bool) -> str:
    told = f"Updated for {code(head[:_SHOWN])}. " if head else ""
    if found.changed is not None:
        told += f"Evals whose prompt, cases or file changed in {code(found.changed)}. "
    if found.unchanged:
        told += f"Not run, as nothing changed: {_listed(found.unchanged)}."
    told = told.strip()
    if not told:
        return ""
    return f"<sub>{told}</sub>\n" if html else f"{told}\n"


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(code(one) for one in files[:_NAMED])
    more = len(files) - _NAMED
    return f"{shown} and {more:,} more" if more > 0 else shown
