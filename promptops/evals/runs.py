"""Runs by the words that people call them: an id or its beginning, ``last``, a commit."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import UsageError
from promptops.evals.resuming import SHORT
from promptops.evals.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.ledger.rows import Run

LEAST: Final = 4  # characters of an id's beginning
_LAST: Final = re.compile(r"last(?:~([0-9]{1,4}))?\Z")


def named(
    runs: Sequence[Run], word: str, commit: Callable[[str], str | None] = lambda _: None
) -> Run:
    """Return the run that a word means; ``commit`` gives the commit of a revision.

    ``last`` is the newest and ``last~1`` the one before; a revision means the newest run at it.

    Raises:
        UsageError: It means none, or several.
    """
    if not runs:
        raise UsageError("no eval has been run here: there is nothing in the ledger")
    ordered = sorted(runs, key=lambda run: (run.started, run.run_id), reverse=True)
    if found := _LAST.match(word):
        back = int(found[1] or 0)
        if back >= len(ordered):
            raise UsageError(f"{word!r}: there are only {len(ordered)} runs")
        return ordered[back]
    known = [run for run in ordered if len(word) >= LEAST and run.run_id.startswith(word)]
    ids = {run.run_id for run in known}
    if len(ids) > 1:
        told = ", ".join(sorted(ids)[:3])
        raise UsageError(f"{word!r} is the beginning of {len(ids)} runs, such as {told}")
    if known:
        return known[0]
    full = commit(word)
    at = [run for run in ordered if full and run.commit and run.commit.startswith(full)]
    if at:
        # A run of just that commit says more than one of files that were changed since.
        return min(at, key=lambda run: run.commit != full)
    told = f"no run is called {word!r}"
    if full:
        told = f"no run was made at {word!r}, commit {full[:SHORT]}"
    raise UsageError(f"{told}; `promptops eval show` lists them")


def whole(runs: Sequence[Run], run: Run) -> tuple[Run, ...]:
    """Return a run with the other parts of the same whole, of each the nearest in time.

    Parts are of one plan, dataset and texts; what has no parts is whole by itself.
    """
    parts = parts_of(run)
    if parts == 1:
        return (run,)
    found = {run.shard: run}
    for one in sorted(runs, key=lambda one: abs(one.started - run.started)):
        if parts_of(one) == parts and _asked(one) == _asked(run):
            found.setdefault(one.shard, one)
    return tuple(sorted(found.values(), key=lambda one: int(one.shard.partition("/")[0])))


def newest_part(runs: Sequence[Run]) -> Run:
    """Return the newest run that is a part of one, or the newest of all."""
    return max(runs, key=lambda run: (parts_of(run) > 1, run.started, run.run_id))


def parts_of(run: Run) -> int:
    """Return of how many parts a run is one."""
    return int(run.shard.partition("/")[2])


def _asked(run: Run) -> tuple[Any, ...]:
    return (run.eval_sha256, run.dataset_sha256, run.promptops_version, Scope.of(run).texts)
