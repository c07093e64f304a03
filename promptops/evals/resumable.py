"""Whether a run can go on, and what stands in its way: another plan, other cases, other texts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import LedgerError
from promptops.evals.resuming import SHORT, part, unfinished
from promptops.evals.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promptops.evals.prepared import Prepared
    from promptops.ledger.rows import Run

_TOLD: Final = 4  # changes of a plan
_LONGEST: Final = 60  # characters of a value


def chosen(
    made: Prepared, asked: Run | None, now: float, said: Callable[[str], None]
) -> Run | None:
    """Return the run to go on with: the one asked for, else one that has not ended; None is a new.

    Where the one asked for cannot go on, ``said`` is told why.

    Raises:
        LedgerError: A live process has it.
    """
    told = [] if asked is None else list(differences(made, asked))
    if asked is not None and told:
        said(f"run {asked.run_id[:SHORT]} cannot go on: {'; '.join(told)}; so this is another run,"
             " which uses its answers where they fit")  # fmt: skip
        asked = None
    ledger, run = made.setting.ledger, asked or unfinished(made, now)
    if run is not None and (holder := ledger.holder(run.run_id)):
        raise LedgerError(f"run {run.run_id} is under way: {holder}")
    return run


def differences(made: Prepared, run: Run) -> Iterator[str]:
    """Yield what has changed since a run began; its budget may."""
    before, after = json.loads(run.plan), json.loads(made.plan.canonical())
    before.pop("budget", None)
    after.pop("budget", None)
    changed = list(_changed(before, after))
    yield from changed[:_TOLD]
    if len(changed) > _TOLD:
        yield f"{len(changed) - _TOLD} more changes of the eval"
    if made.survey.sha256 != run.dataset_sha256:
        yield f"the cases of {made.plan.dataset.path} have changed"
    if part(made) != run.shard:
        yield f"it is part {run.shard}"
    texts = {(one.version, one.model): one.sha256 for one in Scope.of(run).texts}
    for one in made.variants:
        known = texts.get((one.version, one.model))
        if known is not None and known != one.handle.ref.sha256:
            yield f"the text of {one.id} has changed"
    if run.promptops_version != made.setting.version:
        yield f"promptops {run.promptops_version} began it, and this is {made.setting.version}"


def _changed(before: Any, after: Any, at: str = "") -> Iterator[str]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _changed(before.get(key), after.get(key), f"{at}.{key}" if at else key)
    elif before != after:
        yield f"{at} was {_short(before)} and is {_short(after)}"


def _short(value: Any) -> str:
    told = json.dumps(value, ensure_ascii=False)
    return told if len(told) <= _LONGEST else f"{told[:_LONGEST]}…"
