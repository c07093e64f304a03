"""Answers that a pattern describes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from promptops.model.evaluation import Score
from promptops.scorers.kind import scorer
from promptops.scorers.matching import MATCHER, PatternError, PatternTimeout
from promptops.scorers.normalise import DEFAULT, Steps, normalised
from promptops.scorers.reading import NOTHING_EXPECTED, references, shown
from promptops.shape import Wrong

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.model.evaluation import Case, Completion
    from promptops.shape import Path as Place


def _read_pattern(
    options: dict[str, Any], folder: Path, place: Place, problems: list[Wrong]
) -> tuple[dict[str, Any], None]:
    """Return the options as they are; a pattern that cannot be read is a problem."""
    del folder
    pattern = options.get("pattern")
    if isinstance(pattern, str):
        try:
            MATCHER.search(pattern, "")
        except (PatternError, PatternTimeout) as error:
            problems.append(Wrong((*place, "pattern"), f"no pattern: {error}"))
    return options, None


@scorer("regex", main="pattern", prepare=_read_pattern)
def regex(
    case: Case,
    completion: Completion,
    *,
    pattern: str | None = None,
    full: bool = False,
    normalise: Steps = DEFAULT,
) -> Score:
    """1 if the pattern is found in the answer, or, with `full`, describes the whole of it.

    Without `pattern`, it is what the case expects; of several, one is enough. Patterns are
    Python's: `(?i)` in front ignores case. A search that takes more than a second is an error.
    """
    wanted = references(case, () if pattern is None else (pattern,))
    if not wanted:
        return NOTHING_EXPECTED
    answer = normalised(completion.text, normalise)
    for one in wanted:
        found = MATCHER.search(one, answer, full=full)
        if found is not None:
            return Score(1.0, reason=f"found {shown(answer[found[0] : found[1]])}")
    return Score(0.0, reason=f"{shown(wanted[0])} is not found")
